import { untilAborted } from './until-aborted.js';

/**
 * One call whose outcome several copies of a run need. The first to want it makes it, the others wait; where that one
 * is cancelled before there is an outcome, the next makes the call again. Outcomes stay, failures too.
 */
export class SharedCall<T> {
  #outcome: Promise<T> | undefined;

  /**
   * The outcome, made by `call` if nobody else does.
   * @param call works with the caller's signal
   * @throws what the call threw; the signal's reason
   */
  async run(signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
    for (;;) {
      signal?.throwIfAborted();
      const outcome = (this.#outcome ??= this.#make(signal, call));
      try {
        return await untilAborted(outcome, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (this.#outcome === outcome) throw error;
      }
    }
  }

  #make(signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
    return call().catch((error: unknown) => {
      // Given up by its own caller, which says nothing to the others. Asked at this moment: a caller whose call failed
      // may be cancelled for that, later.
      if (signal?.aborted === true) this.#outcome = undefined;
      throw error;
    });
  }
}
