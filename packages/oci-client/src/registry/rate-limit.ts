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
