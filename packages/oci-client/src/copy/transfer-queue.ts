/** Options of {@link createTransferQueue}. */
export interface TransferQueueOptions {
  /** Transfers at the same time. */
  readonly transfers: number;
  /** Of those, how many may be large: the rest keeps small blobs moving beside them. */
  readonly largeTransfers: number;
  /** From how many bytes on a transfer is large. */
  readonly largeSizeBytes: number;
}

/** Limits the blob transfers to one registry, over all images of a run. */
export interface TransferQueue {
  /**
   * Runs the task when it is its turn: the biggest waiting blob first, so that the last one running is small.
   * A task must not wait for another one of the same queue.
   */
  run<T>(sizeBytes: number, signal: AbortSignal | undefined, task: () => Promise<T>): Promise<T>;
}

interface Waiting {
  readonly sizeBytes: number;
  readonly start: () => void;
}

/** A queue of its own for one registry. */
export function createTransferQueue(options: TransferQueueOptions): TransferQueue {
  /** Smallest first, so that the biggest is cheap to take. */
  const waiting: Waiting[] = [];
  const running = { all: 0, large: 0 };
  const isLarge = (sizeBytes: number): boolean => sizeBytes >= options.largeSizeBytes;

  const insert = (entry: Waiting): void => {
    let [low, high] = [0, waiting.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((waiting[middle]?.sizeBytes ?? 0) < entry.sizeBytes) low = middle + 1;
      else high = middle;
    }
    waiting.splice(low, 0, entry);
  };

  const next = (): Waiting | undefined => {
    if (running.all >= options.transfers) return undefined;
    if (running.large < options.largeTransfers) return waiting.pop();
    const position = waiting.findLastIndex((entry) => !isLarge(entry.sizeBytes));
    return position === -1 ? undefined : waiting.splice(position, 1)[0];
  };

  const startWaiting = (): void => {
    for (let entry = next(); entry !== undefined; entry = next()) {
      running.all += 1;
      if (isLarge(entry.sizeBytes)) running.large += 1;
      entry.start();
    }
  };

  const turn = async (sizeBytes: number, signal: AbortSignal | undefined): Promise<void> => {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const entry: Waiting = {
        sizeBytes,
        start: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = (): void => {
        waiting.splice(waiting.indexOf(entry), 1);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      insert(entry);
      // In the next tick, so that everything asked for at the same time is ordered by size.
      queueMicrotask(startWaiting);
    });
  };

  return {
    run: async (sizeBytes, signal, task) => {
      await turn(sizeBytes, signal);
      try {
        return await task();
      } finally {
        running.all -= 1;
        if (isLarge(sizeBytes)) running.large -= 1;
        startWaiting();
      }
    },
  };
}
