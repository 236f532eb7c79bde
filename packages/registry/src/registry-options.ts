import type { Middleware } from './http/exchange.js';

/** Where content lives: in memory, or in a directory that only one registry uses at a time. */
export type RegistryStorage = 'memory' | { readonly directory: string };

/** Passwords by user name, or what decides on a user name and password. */
export type RegistryUsers = Readonly<Record<string, string>> | ((user: string, password: string) => boolean);

/** Basic authentication. */
export interface BasicAuth {
  readonly kind: 'basic';
  readonly users: RegistryUsers;
  /** Lets anyone GET and HEAD. @default false */
  readonly anonymousPull?: boolean | undefined;
  /** @default "registry" */
  readonly realm?: string | undefined;
}

/** Bearer authentication with the registry's own token endpoint at `/token` (GET, and POST as OAuth2). */
export interface BearerAuth {
  readonly kind: 'bearer';
  readonly users: RegistryUsers;
  /** Users by the identity (refresh) token that stands for them. @default none */
  readonly identityTokens?: Readonly<Record<string, string>> | undefined;
  /** Issues pull tokens to anyone. @default false */
  readonly anonymousPull?: boolean | undefined;
  /** @default "registry" */
  readonly service?: string | undefined;
  /** The realm in challenges. @default `/token` on the origin the client addressed */
  readonly realm?: string | undefined;
  /** Life of a token. @default 300 */
  readonly expiresInSeconds?: number | undefined;
  /** Leaves `expires_in` and `issued_at` out of token answers, as GHCR does. @default false */
  readonly omitExpiry?: boolean | undefined;
  /** The name of the token's field. @default "token" */
  readonly tokenField?: 'token' | 'access_token' | undefined;
  /** Which actions a user (undefined: anonymous) gets on a repository. @default all of them to every user */
  readonly access?: ((user: string | undefined, repository: string) => readonly string[]) | undefined;
}

/** Authentication of a registry. */
export type RegistryAuth = BasicAuth | BearerAuth;

/** TLS of a registry; all PEM. */
export interface RegistryTls {
  readonly key: string;
  readonly cert: string;
  /** Asks for client certificates of this authority and refuses connections without one. */
  readonly clientCa?: string | undefined;
}

/** Bounds on what a client may send and get. */
export interface RegistryLimits {
  /** Largest manifest accepted. @default 4194304 */
  readonly manifestBytes?: number | undefined;
  /** Largest blob accepted. @default no limit */
  readonly blobBytes?: number | undefined;
  /** Most tags, repositories or referrers in one page. @default 1000 */
  readonly pageSize?: number | undefined;
  /** Upload sessions open at once; the one idle longest gives way. @default 1000 */
  readonly uploads?: number | undefined;
  /** Time without a byte after which a connection is closed. @default 120000 */
  readonly idleMs?: number | undefined;
}

/** Options of `startRegistry`. */
export interface RegistryOptions {
  /** Address to listen on. @default "127.0.0.1" */
  readonly host?: string | undefined;
  /** Port to listen on; 0 takes a free one. @default 0 */
  readonly port?: number | undefined;
  /** @default "memory" */
  readonly storage?: RegistryStorage | undefined;
  /** @default anyone may do anything */
  readonly auth?: RegistryAuth | undefined;
  /** @default plain HTTP */
  readonly tls?: RegistryTls | undefined;
  readonly limits?: RegistryLimits | undefined;
  /** Changes requests and answers, first one outermost, all of them before authentication. @default none */
  readonly middleware?: readonly Middleware[] | undefined;
  /** How many requests `requests` remembers. @default 100000 */
  readonly requestLogSize?: number | undefined;
  /** The current time in milliseconds since the epoch, for expiry. @default Date.now */
  readonly now?: (() => number) | undefined;
}
