import { setMaxListeners } from 'node:events';

/**
 * A signal that follows others and takes as many listeners as there are requests in flight: Node warns of a leak at
 * eleven.
 */
export function scopedSignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const scoped = AbortSignal.any(signals.filter((signal) => signal !== undefined));
  setMaxListeners(0, scoped);
  return scoped;
}
