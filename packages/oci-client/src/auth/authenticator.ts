import type { HttpClient } from '../transport/http-client.js';
import type { HttpRequest, HttpResponse } from '../transport/http-message.js';
import type { CredentialProvider } from './credentials/provider.js';
import type { Scope } from './scope.js';

/** A request to a registry, to be sent with whatever credentials it takes. */
export interface AuthorizedRequest extends HttpRequest {
  /** Whose credentials: host and port as in references. */
  readonly registry: string;
  /** Repository acted on, for credentials kept per namespace. */
  readonly repository: string;
  /** What a token must permit; the one needed most first. */
  readonly scopes: readonly Scope[];
  /** The token must be good for at least this long, where it can be. @default 10_000 */
  readonly tokenLifeMs?: number | undefined;
}

/** A credential a registry did not accept. Never carries the secret. */
export interface RefusedCredential {
  readonly registry: string;
  /** {@link CredentialProvider.name} */
  readonly provider: string;
  readonly username: string | undefined;
  /** One line: what the registry said. */
  readonly reason: string;
}

/** Sends requests with credentials, and keeps tokens, for one run. */
export interface Authenticator {
  /**
   * Sends a request. Knows what the origin asked for before, so that a token is sent at once; a 401 (or a
   * registry's own form of "expired") is answered once with what it asks for. Resolves with any answer,
   * a final 401 included.
   */
  send(request: AuthorizedRequest): Promise<HttpResponse>;
  /** Whether credentials, rather than nobody's, were used for the registry's repository the last time. */
  isAuthenticated(registry: string, repository: string): boolean;
  /** Credentials that were refused so far. */
  refused(): readonly RefusedCredential[];
}

/** Options of {@link createAuthenticator}. */
export interface AuthenticatorOptions {
  readonly http: HttpClient;
  readonly providers: readonly CredentialProvider[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told once of each credential that was refused. */
  readonly onRefused?: ((refused: RefusedCredential) => void) | undefined;
}

/** The authenticator of a run. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  return {
    send: (request) => options.http.request(request),
    isAuthenticated: () => false,
    refused: () => [],
  };
}
