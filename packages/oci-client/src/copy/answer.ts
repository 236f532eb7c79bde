/** A yes or no that is given once; see {@link untilAnswered} for waiting for it. */
export class Answer {
  #given: boolean | undefined;
  #waiting: Set<() => void> | undefined;

  /** `undefined` until it is given. */
  get given(): boolean | undefined {
    return this.#given;
  }

  /** Gives it; the first word counts. */
  give(answer: boolean): void {
    if (this.#given !== undefined) return;
    this.#given = answer;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    for (const wake of waiting ?? []) wake();
  }

  /** Calls `wake` once it is given, not before; the function it gives back takes that back. */
  onGiven(wake: () => void): () => void {
    const waiting = (this.#waiting ??= new Set());
    waiting.add(wake);
    return () => waiting.delete(wake);
  }
}

/**
 * Waits until one of some answers is given. Unlike `Promise.race`, which leaves a reaction behind in every promise that
 * has not settled, it leaves nothing: some answers (whether mounts are off) are waited for by every image of a run.
 * @throws the signal's reason
 */
export async function untilAnswered(
  answers: readonly Answer[],
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  if (answers.some(({ given }) => given !== undefined)) return;
  await new Promise<void>((resolve, reject) => {
    const leave = (): void => {
      for (const takeBack of taken) takeBack();
      signal?.removeEventListener('abort', onAbort);
    };
    const onAbort = (): void => {
      leave();
      reject(signal?.reason as Error);
    };
    const taken = answers.map((answer) =>
      answer.onGiven(() => {
        leave();
        resolve();
      }),
    );
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
