import { header, type HttpResponse } from '../transport/http-message.js';

/** How many pulls a registry still grants. Docker Hub's `ratelimit-*` headers. */
export interface RateLimit {
  readonly registry: string;
  /** Pulls granted per window. */
  readonly limit: number | undefined;
  /** Pulls left in this window. */
  readonly remaining: number;
  readonly windowSeconds: number | undefined;
  /** Whom the limit counts: an address or an account. */
  readonly source: string | undefined;
}

/** What an answer says of the pull limit, if anything: `ratelimit-remaining: 76;w=21600`. */
export function readRateLimit(
  registry: string,
  response: Pick<HttpResponse, 'headers'>,
): RateLimit | undefined {
  const remaining = readCount(header(response, 'ratelimit-remaining'));
  if (remaining === undefined) return undefined;
  const limit = readCount(header(response, 'ratelimit-limit'));
  return {
    registry,
    limit: limit?.count,
    remaining: remaining.count,
    windowSeconds: limit?.windowSeconds ?? remaining.windowSeconds,
    source: header(response, 'docker-ratelimit-source'),
  };
}

function readCount(
  value: string | undefined,
): { readonly count: number; readonly windowSeconds: number | undefined } | undefined {
  const [, count, window] = /^\s*(\d{1,12})(?:\s*;\s*w=(\d{1,9}))?/.exec(value ?? '') ?? [];
  if (count === undefined) return undefined;
  return { count: Number(count), windowSeconds: window === undefined ? undefined : Number(window) };
}
