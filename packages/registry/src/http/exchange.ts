import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { RegistryContent } from '../content/registry-content.js';
import type { Route } from './route.js';

/** One request as handlers and middleware see it. */
export interface RegistryRequest {
  readonly method: string;
  /** The path as it was sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly route: Route;
  readonly headers: IncomingHttpHeaders;
  /** `http(s)://host:port` as the client addressed this registry. */
  readonly origin: string;
  /** The body, unread. A handler that answers without reading it leaves the rest to the server. */
  readonly body: Readable;
  /** Aborted when the exchange is over: answered, or the connection gone. */
  readonly signal: AbortSignal;
}

/** How an answer is put on the wire; for faults only. */
export interface WireFault {
  /** Destroys the connection after this many bytes of the body. */
  readonly dropAfterBytes?: number | undefined;
  /** Sends this many bytes of the body, then nothing more, the connection left open. */
  readonly stallAfterBytes?: number | undefined;
  /** Sends the body in pieces of this size, one every `pieceDelayMs`. */
  readonly pieceBytes?: number | undefined;
  /** @default 1 */
  readonly pieceDelayMs?: number | undefined;
}

/** One answer. The server adds Content-Length for bodies given as bytes; for streams the handler sets it. */
export interface RegistryResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Uint8Array | Readable | undefined;
  readonly wire?: WireFault | undefined;
}

/** Answers a request; may throw `RegistryError`, which the server turns into the spec's JSON error. */
export type Handler = (request: RegistryRequest) => Promise<RegistryResponse>;

/** What middleware may look at besides the request. */
export interface RegistryState {
  readonly content: RegistryContent;
  /** Bytes an open upload has received; undefined when there is no such upload. */
  uploadedBytes(repository: string, session: string): number | undefined;
}

/**
 * Stands between the server and the handlers: may answer itself, change the request, or change the answer.
 * The first in the list sees the request first.
 */
export type Middleware = (
  request: RegistryRequest,
  next: Handler,
  state: RegistryState,
) => Promise<RegistryResponse>;

/** Thrown by middleware: the connection is destroyed without an answer. */
export class ConnectionDrop extends Error {
  override readonly name = 'ConnectionDrop';
}
