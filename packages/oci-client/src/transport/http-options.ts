import type { HttpRequestListener } from './http-message.js';

/** TLS material for one host. */
export interface HostTlsOptions {
  /** CA certificates (PEM) trusted for this host, besides Node's own. */
  readonly ca?: readonly string[] | undefined;
  /** Client certificate chain (PEM); shown to this host only. */
  readonly cert?: string | undefined;
  /** Private key (PEM) of the client certificate. */
  readonly key?: string | undefined;
  readonly passphrase?: string | undefined;
}

/** Proxies, as the conventional environment variables name them. */
export interface ProxyOptions {
  /** For https hosts: `http://[user:password@]host:port`. */
  readonly httpsProxy?: string | undefined;
  /** For plain HTTP hosts. */
  readonly httpProxy?: string | undefined;
  /** Hosts reached directly: a comma list of domains, `.domains`, addresses, CIDR blocks, `host:port`, or `*`. */
  readonly noProxy?: string | undefined;
}

/** How long to wait, each in milliseconds. */
export interface HttpTimeouts {
  /** Until connected, TLS included. @default 10_000 */
  readonly connectMs?: number | undefined;
  /** Until an answer begins. @default 60_000 */
  readonly headersMs?: number | undefined;
  /** The same for blob uploads: the registry hashes the blob before it answers. @default 600_000 */
  readonly uploadHeadersMs?: number | undefined;
  /** Between two pieces of a body. @default 60_000 */
  readonly bodyMs?: number | undefined;
}

/** How requests that may succeed later are sent again. */
export interface RetryOptions {
  /** Times a request is sent at most. @default 5 */
  readonly attempts?: number | undefined;
  /** Longest wait before the first repetition; it doubles each time, and the wait is random below it. @default 500 */
  readonly baseDelayMs?: number | undefined;
  /** Longest wait, that a server asks for too. @default 60_000 */
  readonly maxDelayMs?: number | undefined;
}

/** Options of `createHttpClient`. */
export interface HttpClientOptions {
  /** CA certificates (PEM) trusted for all hosts, besides Node's own. */
  readonly ca?: readonly string[] | undefined;
  /** TLS material by host (`host` or `host:port` as in references). */
  readonly tlsByHost?: ReadonlyMap<string, HostTlsOptions> | undefined;
  /** Hosts (with port, as in references) spoken to without TLS. Loopback hosts are found out. */
  readonly plainHttpHosts?: readonly string[] | undefined;
  readonly proxy?: ProxyOptions | undefined;
  /** Value of `NODE_EXTRA_CA_CERTS`, which Node 20 forgets where `ca` is given. */
  readonly nodeExtraCaFile?: string | undefined;
  readonly timeouts?: HttpTimeouts | undefined;
  readonly retry?: RetryOptions | undefined;
  /** Requests in flight per host, uploads not counted. @default 64 */
  readonly maxRequestsPerHost?: number | undefined;
  /** Blob uploads in flight per host. @default 32 */
  readonly maxUploadsPerHost?: number | undefined;
  /** @default 'oci-sync' */
  readonly userAgent?: string | undefined;
  /** Told of every request on the wire. */
  readonly onRequest?: HttpRequestListener | undefined;
  /** Uniform random numbers in [0, 1), for jitter. @default Math.random */
  readonly random?: (() => number) | undefined;
}
