import { setTimeout as delay } from 'node:timers/promises';

/** Answers in a row without a 429 after which one more request at a time is let through. */
const answersPerStep = 20;

interface Waiter {
  readonly enter: () => void;
}

/**
 * Lets a bounded number of requests at a time through. The bound is halved when the host says that there are
 * too many, and grows again, slowly, with each answer that does not.
 */
class SlotLimit {
  readonly #maximum: number;
  readonly #waiting = new Set<Waiter>();
  #limit: number;
  #used = 0;
  #answers = 0;

  constructor(maximum: number) {
    this.#maximum = maximum;
    this.#limit = maximum;
  }

  async take(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#used < this.#limit) {
      this.#used += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(waiter);
        reject(signal?.reason as Error);
      };
      const waiter: Waiter = {
        enter: () => {
          this.#waiting.delete(waiter);
          signal?.removeEventListener('abort', leave);
          resolve();
        },
      };
      this.#waiting.add(waiter);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  release(): void {
    this.#used -= 1;
    this.#admit();
  }

  halve(): void {
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    this.#answers = 0;
  }

  recover(): void {
    if (this.#limit === this.#maximum) return;
    this.#answers += 1;
    if (this.#answers < answersPerStep) return;
    this.#answers = 0;
    this.#limit += 1;
    this.#admit();
  }

  #admit(): void {
    for (const waiter of this.#waiting) {
      if (this.#used >= this.#limit) return;
      this.#used += 1;
      waiter.enter();
    }
  }
}

/**
 * The way to one host, shared by every task of a run: a bound on requests and one on uploads (apart, so that an
 * upload that waits for its source on the same host never holds the slot the source needs), and a pause that
 * all of them keep after the host asked for one.
 */
export class HostGate {
  readonly #requests: SlotLimit;
  readonly #uploads: SlotLimit;
  #pausedUntil = 0;
  #halvedAt = Number.NEGATIVE_INFINITY;

  constructor(limits: { readonly requests: number; readonly uploads: number }) {
    this.#requests = new SlotLimit(limits.requests);
    this.#uploads = new SlotLimit(limits.uploads);
  }

  /** Waits for a slot and for the end of a pause; the function it gives back frees the slot. */
  async enter(kind: 'request' | 'upload', signal: AbortSignal | undefined): Promise<() => void> {
    const slots = kind === 'upload' ? this.#uploads : this.#requests;
    await slots.take(signal);
    try {
      for (let left = this.#pausedUntil - performance.now(); left > 0;) {
        await wait(left, signal);
        left = this.#pausedUntil - performance.now();
      }
    } catch (error) {
      slots.release();
      throw error;
    }
    let held = true;
    return () => {
      if (held) slots.release();
      held = false;
    };
  }

  /** Nobody sends anything to the host for this long; a longer pause that is on stays. */
  pause(delayMs: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + delayMs);
  }

  /** The host said that there were too many requests; `sentAt` (performance.now()) tells one burst from the next. */
  tooMany(sentAt: number): void {
    if (sentAt < this.#halvedAt) return;
    this.#halvedAt = performance.now();
    this.#requests.halve();
    this.#uploads.halve();
  }

  /** The host answered without complaint. */
  answered(kind: 'request' | 'upload'): void {
    (kind === 'upload' ? this.#uploads : this.#requests).recover();
  }
}

/** Waits; a cancellation rejects with the signal's own reason. */
export async function wait(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(delayMs, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
