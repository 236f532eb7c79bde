/** Options of {@link FetchBytes}. */
export interface FetchBytesOptions {
  /** Sent to the origin of the address only: a redirect elsewhere must not carry `authorization` along. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Longest body accepted, in bytes; a longer one rejects. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** What an address answered with status 200. */
export interface FetchedBytes {
  /** The body, any content encoding undone. */
  readonly bytes: Uint8Array;
  /** The address that answered, after redirects: relative links count from it. */
  readonly url: string;
}

/**
 * Fetches an http or https address: follows redirects (never from https to http), retries, uses proxies and
 * extra certificates. Rejects when the answer is not 200, with `status` on the error where there was one.
 */
export type FetchBytes = (url: string, options: FetchBytesOptions) => Promise<FetchedBytes>;
