import type { Readable } from 'node:stream';
import type { ResponseBody } from './response-body.js';

/** Methods the distribution protocol uses. */
export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Why a request was sent: for a registry call, for a token, or to follow a redirect of either. */
export type RequestPurpose = 'registry' | 'token' | 'redirect';

/** One request that went out on the wire, reported once its answer is complete, given up or failed. */
export interface HttpRequestEvent {
  readonly method: HttpMethod;
  /** Without user information, and with the values of all but harmless query keys replaced. */
  readonly url: string;
  /** Host and port the request went to. */
  readonly host: string;
  readonly purpose: RequestPurpose;
  /** `undefined` when no answer came. */
  readonly status: number | undefined;
  /** From sending to the last byte of the answer. */
  readonly durationMs: number;
  /** Size of the request body, as declared. */
  readonly sentBytes: number;
  /** Body bytes of the answer that were received. */
  readonly receivedBytes: number;
}

/** Told of every request; must not throw. */
export type HttpRequestListener = (event: HttpRequestEvent) => void;

/**
 * A body that is streamed once and cannot be sent again. Its pieces belong to the transport, which reads into them again
 * once they have been sent: nobody else may keep one.
 */
export interface StreamedBody {
  readonly stream: Readable;
  /** Exact size in bytes, sent as `Content-Length`. */
  readonly sizeBytes: number;
}

/** A request as the layers above the transport see it: retried, redirected, limited and paced by it. */
export interface HttpRequest {
  readonly method: HttpMethod;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Value of `Authorization`; it goes to the origin of `url` only, never along a redirect to another one. */
  readonly authorization?: string | undefined;
  readonly body?: Uint8Array | StreamedBody | undefined;
  /** @default 'registry' */
  readonly purpose?: Exclude<RequestPurpose, 'redirect'> | undefined;
  /** Follow redirects, by the safety rules. @default true for GET and HEAD; other methods never are */
  readonly followRedirects?: boolean | undefined;
  /** Send it again after a failure that may pass. @default true, and never with a streamed body */
  readonly retry?: boolean | undefined;
  /** It carries blob content: has the upload time-out and the upload slots. @default true with a streamed body */
  readonly upload?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of the requests sent for this one, besides the client's own listener. */
  readonly onRequest?: HttpRequestListener | undefined;
}

/** Header fields by lower-case name; repeated fields are arrays. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * An answer. Its body must be read to the end, discarded (`discardBody`) or destroyed on every path, or the
 * connection is held for ever.
 */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** Where the answer came from, after redirects: locations and links are relative to it. */
  readonly url: URL;
  readonly body: ResponseBody;
}

/** The first value of a header field. */
export function header(response: Pick<HttpResponse, 'headers'>, name: string): string | undefined {
  const value = response.headers[name.toLowerCase()];
  return typeof value === 'string' ? value : value?.[0];
}

/** Every value of a header field, one for each time it was sent. */
export function headerValues(response: Pick<HttpResponse, 'headers'>, name: string): readonly string[] {
  const value = response.headers[name.toLowerCase()];
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
