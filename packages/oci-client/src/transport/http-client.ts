import { OciError } from '../errors/oci-error.js';
import { BaseUrls } from './base-urls.js';
import { exchange } from './exchange.js';
import { HostGate, wait } from './host-gate.js';
import { header, type HttpRequest, type HttpResponse, type RequestPurpose } from './http-message.js';
import type { HttpClientOptions } from './http-options.js';
import { resolveLocation } from './location.js';
import { networkError } from './network-error.js';
import { OriginConnections } from './origin-connections.js';
import { proxyFor } from './proxy.js';
import { discardBody } from './read-body.js';
import { ReadBuffers } from './read-buffers.js';
import {
  backoffMs,
  isRetryableFailure,
  isRetryableStatus,
  isRefusedConnection,
  rateLimitDelayMs,
  resolveRetryPolicy,
  type RetryPolicy,
} from './retry-policy.js';
import { createTlsMaterial } from './tls-material.js';

/** HTTP for one run: connections, limits, pauses and time-outs are shared by all that is sent through it. */
export interface HttpClient {
  /**
   * Sends a request: waits for its turn at the host, repeats what may be repeated, follows redirects.
   * Resolves with any answer that is not worth repeating, error statuses included.
   * @throws OciError `OCI_NETWORK`, `OCI_TLS`, `OCI_TIMEOUT`, `OCI_REFUSED_REDIRECT`; the signal's reason.
   */
  request(request: HttpRequest): Promise<HttpResponse>;
  /**
   * The base URL of a host (`host[:port]` as in references): `http:` for hosts named insecure, and for loopback
   * hosts that do not answer TLS; else `https:`. Found out once per host and run.
   */
  baseUrl(host: string): Promise<URL>;
  /** Opens connections for `count` requests to come, less those that idle ones will serve; never fails. */
  preconnect(baseUrl: URL, count: number): void;
  /**
   * Finds out whether an origin can be connected to, and keeps the connection for the first request. Through a proxy
   * nothing is found out. @throws OciError `OCI_NETWORK`, `OCI_TLS`, `OCI_TIMEOUT`
   */
  reach(baseUrl: URL): Promise<void>;
  /** Gives up everything in flight and closes all connections. */
  close(): Promise<void>;
}

const redirectStatuses = new Set([301, 302, 303, 307, 308]);
const mostRedirects = 10;

/** The client of a run. Nothing is connected before the first request. */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  return new UndiciHttpClient(options);
}

/** What is kept of one origin. */
interface Origin {
  readonly connections: OriginConnections;
  readonly gate: HostGate;
  /** Whether it ever answered: then a refused connection is worth another try. */
  hasAnswered: boolean;
}

class UndiciHttpClient implements HttpClient {
  readonly #options: HttpClientOptions;
  readonly #retry: RetryPolicy;
  readonly #tlsFor: ReturnType<typeof createTlsMaterial>;
  readonly #baseUrls: BaseUrls;
  readonly #origins = new Map<string, Origin>();
  /** Shared by all connections, for what is read from one is sent over another. */
  readonly #buffers = new ReadBuffers();

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#retry = resolveRetryPolicy(options.retry ?? {}, options.random ?? Math.random);
    this.#tlsFor = createTlsMaterial({
      ca: options.ca ?? [],
      byHost: options.tlsByHost ?? new Map(),
      nodeExtraCaFile: options.nodeExtraCaFile,
    });
    this.#baseUrls = new BaseUrls({
      plainHttpHosts: options.plainHttpHosts ?? [],
      tryTls: (origin) => this.#origin(origin).connections.probe(),
    });
  }

  baseUrl(host: string): Promise<URL> {
    return this.#baseUrls.of(host);
  }

  preconnect(baseUrl: URL, count: number): void {
    this.#origin(baseUrl).connections.preconnect(count);
  }

  async reach(baseUrl: URL): Promise<void> {
    try {
      await this.#origin(baseUrl).connections.probe();
    } catch (error) {
      throw networkError(error, baseUrl.host);
    }
  }

  async close(): Promise<void> {
    const origins = [...this.#origins.values()];
    this.#origins.clear();
    await Promise.all(origins.map((origin) => origin.connections.close()));
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    const follow = request.followRedirects ?? (request.method === 'GET' || request.method === 'HEAD');
    let current = request;
    let purpose: RequestPurpose = request.purpose ?? 'registry';
    for (let redirects = 0; ; redirects += 1) {
      const response = await this.#sendRepeatedly(current, purpose);
      const location = header(response, 'location');
      if (!follow || location === undefined || !redirectStatuses.has(response.status)) return response;
      discardBody(response);
      if (redirects === mostRedirects) {
        throw new OciError(`${request.url.host} redirects more than ${mostRedirects} times`, {
          code: 'OCI_REFUSED_REDIRECT',
        });
      }
      const url = resolveLocation(response.url, location, 'redirect');
      const authorization = url.origin === current.url.origin ? current.authorization : undefined;
      current = { ...current, url, authorization };
      purpose = 'redirect';
    }
  }

  async #sendRepeatedly(request: HttpRequest, purpose: RequestPurpose): Promise<HttpResponse> {
    const once = request.retry === false || isStreamed(request);
    const attempts = once ? 1 : this.#retry.attempts;
    const { signal } = request;
    for (let failures = 0, limited = 0; ;) {
      try {
        const response = await this.#sendOnce(request, purpose, limited + 1);
        if (response.status === 429) limited += 1;
        else if (isRetryableStatus(response.status)) failures += 1;
        else return response;
        // Being told to slow down is no failure, but not endured for ever either.
        if (failures >= attempts || limited >= (once ? 1 : 2 * attempts)) return response;
        discardBody(response);
      } catch (error) {
        failures += 1;
        if (failures >= attempts || signal?.aborted === true || !this.#isWorthRepeating(request.url, error)) {
          throw error;
        }
      }
      if (failures > 0) await wait(backoffMs(failures, this.#retry), signal);
    }
  }

  /** One exchange in its turn. A 429, or a 503 that says when to come back, pauses the host for everybody. */
  async #sendOnce(request: HttpRequest, purpose: RequestPurpose, limited: number): Promise<HttpResponse> {
    const origin = this.#origin(request.url);
    const kind = (request.upload ?? isStreamed(request)) ? 'upload' : 'request';
    const leave = await origin.gate.enter(kind, request.signal);
    const sentAt = performance.now();
    try {
      const response = await exchange(origin.connections.lease(), {
        method: request.method,
        url: request.url,
        headers: this.#headers(request),
        body: request.body,
        purpose,
        headersTimeoutMs: this.#headersTimeoutMs(kind),
        bodyTimeoutMs: this.#options.timeouts?.bodyMs ?? 60_000,
        signal: request.signal,
        listeners: [this.#options.onRequest, request.onRequest].filter((listener) => listener !== undefined),
      });
      origin.hasAnswered = true;
      const delayMs = rateLimitDelayMs(response, limited, this.#retry);
      if (delayMs !== undefined) origin.gate.pause(delayMs);
      if (response.status === 429) origin.gate.tooMany(sentAt);
      else origin.gate.answered(kind);
      return response;
    } finally {
      leave();
    }
  }

  #headers(request: HttpRequest): Record<string, string> {
    return {
      'user-agent': this.#options.userAgent ?? 'oci-sync',
      'accept-encoding': 'identity',
      ...request.headers,
      ...(request.authorization === undefined ? {} : { authorization: request.authorization }),
    };
  }

  #headersTimeoutMs(kind: 'request' | 'upload'): number {
    const timeouts = this.#options.timeouts ?? {};
    return kind === 'upload' ? (timeouts.uploadHeadersMs ?? 600_000) : (timeouts.headersMs ?? 60_000);
  }

  #isWorthRepeating(url: URL, error: unknown): boolean {
    return isRetryableFailure(error) || (isRefusedConnection(error) && this.#origin(url).hasAnswered);
  }

  #origin(url: URL): Origin {
    const known = this.#origins.get(url.origin);
    if (known !== undefined) return known;
    const proxy = proxyFor(url, this.#options.proxy ?? {});
    const origin: Origin = {
      connections: new OriginConnections(new URL(url.origin), {
        secureContext: url.protocol === 'https:' ? this.#tlsFor(url.host) : undefined,
        proxy,
        proxySecureContext: proxy?.protocol === 'https:' ? this.#tlsFor(proxy.host) : undefined,
        connectTimeoutMs: this.#options.timeouts?.connectMs ?? 10_000,
        buffers: this.#buffers,
      }),
      gate: new HostGate({
        requests: this.#options.maxRequestsPerHost ?? 64,
        uploads: this.#options.maxUploadsPerHost ?? 32,
      }),
      hasAnswered: false,
    };
    this.#origins.set(url.origin, origin);
    return origin;
  }
}

function isStreamed(request: HttpRequest): boolean {
  return request.body !== undefined && !(request.body instanceof Uint8Array);
}
