import type { Dispatcher } from 'undici';
import type {
  HttpMethod,
  HttpRequestListener,
  HttpResponse,
  RequestPurpose,
  StreamedBody,
} from './http-message.js';
import { networkError } from './network-error.js';
import type { ConnectionLease } from './origin-connections.js';
import { redactUrl } from './redact-url.js';
import { ResponseBody } from './response-body.js';

/** One request as it goes out: every field decided. */
export interface WireRequest {
  readonly method: HttpMethod;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | StreamedBody | undefined;
  readonly purpose: RequestPurpose;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
  readonly listeners: readonly HttpRequestListener[];
}

/**
 * Sends one request over a leased connection: no repetition, no redirect. Resolves as soon as the headers of the
 * answer are there; the lease ends with the body.
 * @throws OciError as `networkError` says; the OciError that a streamed body failed with; the signal's reason.
 */
export function exchange(lease: ConnectionLease, request: WireRequest): Promise<HttpResponse> {
  const { signal, url, body } = request;
  const streamed = body !== undefined && !(body instanceof Uint8Array) ? body : undefined;
  if (signal?.aborted === true) {
    lease.release();
    streamed?.stream.destroy();
    return Promise.reject(signal.reason as Error);
  }
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let response: HttpResponse | undefined;
    let receivedBytes = 0;
    let finished = false;

    const finish = (leaseEnd: 'release' | 'discard'): void => {
      finished = true;
      lease[leaseEnd]();
      signal?.removeEventListener('abort', cancel);
      if (request.listeners.length > 0) report();
    };
    const report = (): void => {
      const event = {
        method: request.method,
        url: redactUrl(url),
        host: url.host,
        purpose: request.purpose,
        status: response?.status,
        durationMs: performance.now() - startedAt,
        sentBytes: streamed?.sizeBytes ?? (body instanceof Uint8Array ? body.length : 0),
        receivedBytes,
      };
      for (const listener of request.listeners) listener(event);
    };
    const fail = (error: unknown): void => {
      if (finished) return;
      finish('discard');
      const reason: unknown = signal?.aborted === true ? signal.reason : networkError(error, url.host);
      if (response === undefined) {
        streamed?.stream.destroy();
        reject(reason);
      } else {
        response.body.destroy(
          reason instanceof Error ? reason : new Error(String(reason), { cause: reason }),
        );
      }
    };
    const cancel = (): void => {
      fail(signal?.reason);
    };

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onResponseStart(started, status, headers) {
        if (status < 200 || finished) return;
        const answer = new ResponseBody({
          resume: () => {
            if (started.paused) started.resume();
          },
          abort: () => {
            if (!finished) finish('discard');
          },
          hasLargePieces: lease.readsLargePieces,
        });
        response = { status, headers, url, body: answer };
        resolve(response);
      },
      onResponseData(started, chunk) {
        receivedBytes += chunk.length;
        if (response !== undefined && !finished && !response.body.receive(chunk)) started.pause();
      },
      onResponseEnd() {
        if (finished) return;
        finish('release');
        response?.body.complete();
      },
      onResponseError(_controller, error) {
        fail(error);
      },
    };

    signal?.addEventListener('abort', cancel, { once: true });
    if (streamed !== undefined) lease.giveBackSent();
    lease.dispatcher.dispatch(
      {
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: request.method,
        headers: {
          ...request.headers,
          ...(streamed === undefined ? {} : { 'content-length': String(streamed.sizeBytes) }),
        },
        body: streamed?.stream ?? (body instanceof Uint8Array ? body : null),
        // Keep the connection after a HEAD, too: undici closes it otherwise.
        reset: false,
        headersTimeout: request.headersTimeoutMs,
        bodyTimeout: request.bodyTimeoutMs,
      },
      handler,
    );
  });
}
