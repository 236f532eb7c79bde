import { wait } from '../transport/host-gate.js';

/**
 * Turns at a steady rate, a second's worth of them at once after a rest. Without a rate everybody has a turn at
 * once.
 */
export function createTokenBucket(
  perSecond: number | undefined,
): (signal: AbortSignal | undefined) => Promise<void> {
  if (perSecond === undefined) return async () => {};
  const stepMs = 1000 / perSecond;
  let nextFreeAt = Number.NEGATIVE_INFINITY;
  return async (signal) => {
    const now = performance.now();
    const turn = Math.max(nextFreeAt, now - 1000 + stepMs);
    nextFreeAt = turn + stepMs;
    if (turn > now) await wait(turn - now, signal);
  };
}
