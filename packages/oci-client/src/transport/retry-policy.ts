import { isOciError } from '../errors/oci-error.js';
import { header, type HttpResponse } from './http-message.js';
import type { RetryOptions } from './http-options.js';
import { errorCode } from './network-error.js';
import { parseRetryAfter } from './retry-after.js';

/** How a request that failed is repeated; every field decided. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  readonly random: () => number;
}

/** The defaults of {@link RetryOptions}. */
export function resolveRetryPolicy(options: RetryOptions, random: () => number): RetryPolicy {
  return {
    attempts: Math.max(1, options.attempts ?? 5),
    baseDelayMs: options.baseDelayMs ?? 500,
    maxDelayMs: options.maxDelayMs ?? 60_000,
    random,
  };
}

/** Statuses that may be another the next time; 499 and 522 come from proxies in front of registries. */
export function isRetryableStatus(status: number): boolean {
  return (
    status === 408 || status === 429 || status === 499 || (status >= 500 && status !== 501 && status !== 505)
  );
}

/** Whether a request that got no answer may get one the next time. */
export function isRetryableFailure(error: unknown): boolean {
  return isOciError(error) && error.retryable;
}

/** A wait before repetition number `attempt` (from 1): random up to a bound that doubles each time ("full jitter"). */
export function backoffMs(attempt: number, policy: RetryPolicy): number {
  const bound = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1));
  return policy.random() * bound;
}

/** Whether nothing listened at the host: worth repeating only where something did before. */
export function isRefusedConnection(error: unknown): boolean {
  return isOciError(error) && errorCode(error.cause) === 'ECONNREFUSED';
}

/**
 * How long a host wants to be left alone: what `Retry-After` says, exactly, up to the longest delay; for the
 * `count`th 429 in a row without one at least `baseDelayMs`, doubled each time. `undefined` when it did not ask.
 */
export function rateLimitDelayMs(
  response: Pick<HttpResponse, 'status' | 'headers'>,
  count: number,
  policy: RetryPolicy,
): number | undefined {
  if (response.status !== 429 && response.status !== 503) return undefined;
  const asked = parseRetryAfter(header(response, 'retry-after'), Date.now());
  if (asked !== undefined) return Math.min(asked, policy.maxDelayMs);
  if (response.status === 503) return undefined;
  const bound = Math.min(policy.maxDelayMs, 2 * policy.baseDelayMs * 2 ** (count - 1));
  return (bound * (1 + policy.random())) / 2;
}
