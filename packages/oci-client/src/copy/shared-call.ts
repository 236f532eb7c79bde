import { untilAborted } from './until-aborted.js';

interface Made<T> {
  readonly outcome: Promise<T>;
  /** Whether it ended because the caller's own signal aborted, which says nothing to the others. */
  readonly wasGivenUp: () => boolean;
}

/**
 * One call whose outcome several copies of a run need. The first to want it makes it, the others wait; where that one
 * is cancelled before there is an outcome, the next makes the call again. Outcomes stay, failures too.
 */
export class SharedCall<T> {
  #made: Made<T> | undefined;

  /**
   * The outcome, made by `call` if nobody else does.
   * @param call works with the caller's signal
   * @throws what the call threw; the signal's reason
   */
  async run(signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
    for (;;) {
      signal?.throwIfAborted();
      const made = (this.#made ??= make(signal, call));
      try {
        return await untilAborted(made.outcome, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (!made.wasGivenUp()) throw error;
        if (this.#made === made) this.#made = undefined;
      }
    }
  }
}

function make<T>(signal: AbortSignal | undefined, call: () => Promise<T>): Made<T> {
  let givenUp = false;
  const outcome = call().catch((error: unknown) => {
    // Asked at this moment: a caller whose call failed may be cancelled for that, later.
    givenUp = signal?.aborted === true;
    throw error;
  });
  return { outcome, wasGivenUp: () => givenUp };
}
