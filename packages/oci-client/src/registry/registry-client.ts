import type { Authenticator, RefusedCredential } from '../auth/authenticator.js';
import type { CredentialProvider } from '../auth/credentials/provider.js';
import type { HttpClient, HttpClientOptions } from '../transport/http-client.js';
import type { HttpRequestListener } from '../transport/http-message.js';
import type { RateLimit } from './rate-limit.js';
import type { RegistryProfile } from './registry-profile.js';

/** Options of {@link createRegistryClient}. */
export interface RegistryClientOptions {
  /** Connections, TLS, proxies, time-outs, retries. */
  readonly http?: HttpClientOptions | undefined;
  /** Asked in this order; anonymous comes last by itself. @default none: anonymous */
  readonly credentials?: readonly CredentialProvider[] | undefined;
  /** What is known of a registry (host and port as in references); wins over the built-in profiles. */
  readonly profileFor?: ((registry: string) => RegistryProfile | undefined) | undefined;
  /** Told once of each credential that was refused and gave way to another. */
  readonly onCredentialRefused?: ((refused: RefusedCredential) => void) | undefined;
  /** Told when a registry says how many pulls are left. */
  readonly onRateLimit?: ((limit: RateLimit) => void) | undefined;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** What all repositories of a run share: connections, tokens, limits, what was learnt of each registry. */
export interface RegistryClient {
  readonly http: HttpClient;
  readonly authenticator: Authenticator;
  /** The profile of a registry: given, built in, or the spec's behaviour. */
  profileOf(registry: string): RegistryProfile;
  /** Opens connections to a registry ahead of need; never fails. */
  preconnect(registry: string, connections: number): void;
  /** What a registry last said of its pull limit (Docker Hub), if it did. */
  rateLimitOf(registry: string): RateLimit | undefined;
  /** Credentials that were refused so far. */
  refusedCredentials(): readonly RefusedCredential[];
  /** Closes every connection at once. */
  close(): Promise<void>;
}

/** Options of {@link openRegistry}. */
export interface OpenRegistryOptions {
  /** Host and port as in references: `docker.io`, `127.0.0.1:5000`. */
  readonly registry: string;
  /** Such as `library/alpine`. */
  readonly repository: string;
  /** What tokens are asked for: `pull` alone, or `pull,push`. @default 'pull' */
  readonly access?: 'pull' | 'push' | undefined;
  /** Told of every request sent for this repository, redirects and tokens included. */
  readonly onRequest?: HttpRequestListener | undefined;
}
