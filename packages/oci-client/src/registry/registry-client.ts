import { createAuthenticator, type Authenticator } from '../auth/authenticator.js';
import type { RefusedCredential } from '../auth/credential-chain.js';
import type { CredentialProvider } from '../auth/credentials/provider.js';
import { createHttpClient, type HttpClient } from '../transport/http-client.js';
import type { HttpClientOptions } from '../transport/http-options.js';
import type { HttpResponse } from '../transport/http-message.js';
import { apiHost, builtInProfile } from './profiles.js';
import { readRateLimit, type RateLimit } from './rate-limit.js';
import type { RegistryProfile } from './registry-profile.js';
import type { RegistryKnowledge } from './repository-session.js';
import { createTokenBucket } from './token-bucket.js';

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
  /** Opens connections for so many requests to come, less those that idle ones will serve; never fails. */
  preconnect(registry: string, connections: number): void;
  /**
   * Finds out whether a registry can be connected to; sends nothing.
   * @throws OciError `OCI_NETWORK`, `OCI_TLS`, `OCI_TIMEOUT`
   */
  reach(registry: string): Promise<void>;
  /** What this run knows of a registry; shared by all its repositories. */
  knowledgeOf(registry: string): RegistryKnowledge;
  /** Takes note of what the headers of an answer say of the registry. */
  observe(registry: string, response: Pick<HttpResponse, 'headers'>): void;
  /** What a registry last said of its pull limit (Docker Hub), if it did. */
  rateLimitOf(registry: string): RateLimit | undefined;
  /** Credentials that were refused so far. */
  refusedCredentials(): readonly RefusedCredential[];
  /** Closes every connection at once. */
  close(): Promise<void>;
}

/** The client of a run. Nothing is connected before the first request. */
export function createRegistryClient(options: RegistryClientOptions = {}): RegistryClient {
  const http = createHttpClient(options.http);
  const authenticator = createAuthenticator({
    http,
    providers: options.credentials ?? [],
    now: options.now ?? Date.now,
    onRefused: options.onCredentialRefused,
  });
  const knowledge = new Map<string, RegistryKnowledge>();
  const limits = new Map<string, RateLimit>();
  const profileOf = (registry: string): RegistryProfile =>
    options.profileFor?.(registry) ?? builtInProfile(registry);

  return {
    http,
    authenticator,
    profileOf,
    knowledgeOf: (registry) => {
      const known = knowledge.get(registry);
      if (known !== undefined) return known;
      const profile = profileOf(registry);
      const fresh: RegistryKnowledge = {
        uploadForm: profile.upload ?? 'put',
        referrersApi: undefined,
        manifestTurn: createTokenBucket(profile.manifestPutsPerSecond),
      };
      knowledge.set(registry, fresh);
      return fresh;
    },
    observe: (registry, response) => {
      const limit = readRateLimit(registry, response);
      if (limit === undefined) return;
      limits.set(registry, limit);
      options.onRateLimit?.(limit);
    },
    preconnect: (registry, connections) => {
      void http.baseUrl(apiHost(registry)).then(
        (base) => http.preconnect(base, connections),
        () => {},
      );
    },
    reach: async (registry) => http.reach(await http.baseUrl(apiHost(registry))),
    rateLimitOf: (registry) => limits.get(registry),
    refusedCredentials: () => authenticator.refused(),
    close: () => http.close(),
  };
}
