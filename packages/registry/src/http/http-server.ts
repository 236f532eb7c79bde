import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { RegistryTls } from '../registry-options.js';
import { ConnectionDrop, type Handler, type RegistryRequest } from './exchange.js';
import { errorResponse } from './json-response.js';
import { RegistryError } from './registry-error.js';
import type { RecordedRequest, RequestLog } from './request-log.js';
import { parseRoute, routeRepository } from './route.js';
import { sendResponse } from './send-response.js';

/** Options of `startHttpServer`. */
export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: RegistryTls | undefined;
  /** Time without a byte in either direction after which a connection is closed. */
  readonly idleMs: number;
  readonly handler: Handler;
  readonly log: RequestLog;
  readonly now: () => number;
}

/** A server that is listening. */
export interface ListeningServer {
  /** `http://127.0.0.1:5000`, no slash at the end. */
  readonly url: string;
  /** `127.0.0.1:5000`. */
  readonly host: string;
  readonly port: number;
  /** Stops listening, ends every connection, and waits for the requests under way to notice. */
  close(): Promise<void>;
}

/** Serves a handler over HTTP or HTTPS, recording every request. */
export async function startHttpServer(options: HttpServerOptions): Promise<ListeningServer> {
  const { host, tls, handler, log, now } = options;
  const running = new Set<Promise<void>>();
  const scheme = tls ? 'https' : 'http';
  const listener = (incoming: IncomingMessage, out: ServerResponse): void => {
    const exchange = answer({ incoming, out, scheme, handler, log, now });
    running.add(exchange);
    void exchange.finally(() => running.delete(exchange));
  };
  const server = tls
    ? createHttpsServer(
        {
          key: tls.key,
          cert: tls.cert,
          ...(tls.clientCa === undefined ? {} : { ca: tls.clientCa, requestCert: true }),
        },
        listener,
      )
    : createHttpServer(listener);
  // A large upload may take any time as long as bytes keep coming.
  server.requestTimeout = 0;
  server.timeout = options.idleMs;
  const port = await listen(server, options.port, host);
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  let closing: Promise<void> | undefined;
  return {
    url: `${scheme}://${authority}`,
    host: authority,
    port,
    close: () => (closing ??= stop(server, running)),
  };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function stop(server: Server, running: ReadonlySet<Promise<void>>): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
  await Promise.all(running);
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly out: ServerResponse;
  readonly scheme: string;
  readonly handler: Handler;
  readonly log: RequestLog;
  readonly now: () => number;
}

type MutableRecord = { -readonly [Key in keyof RecordedRequest]: RecordedRequest[Key] };

/** Never rejects: a client that goes away is no error of the registry's. */
async function answer({ incoming, out, scheme, handler, log, now }: Exchange): Promise<void> {
  const ended = new AbortController();
  out.once('close', () => ended.abort());
  const request = readRequest(incoming, scheme, ended.signal);
  const { method, path, query, route, headers } = request;
  const startedMs = performance.now();
  const record: MutableRecord = {
    method,
    path,
    query,
    route: route.kind,
    repository: routeRepository(route),
    headers,
    timeMs: now(),
    durationMs: undefined,
    status: undefined,
  };
  log.add(record);
  try {
    const response = await respond(handler, request);
    record.status = response.status;
    await sendResponse(method, response, out);
  } catch {
    out.destroy();
  } finally {
    record.durationMs = performance.now() - startedMs;
  }
}

async function respond(handler: Handler, request: RegistryRequest) {
  try {
    return await handler(request);
  } catch (error) {
    if (error instanceof RegistryError) return errorResponse(error);
    if (error instanceof ConnectionDrop || request.body.errored || request.body.destroyed) throw error;
    const message = error instanceof Error ? error.message : 'unknown';
    return errorResponse(new RegistryError(500, 'UNKNOWN', `internal error: ${message}`));
  }
}

function readRequest(incoming: IncomingMessage, scheme: string, signal: AbortSignal): RegistryRequest {
  const target = incoming.url ?? '/';
  const question = target.indexOf('?');
  const path = question < 0 ? target : target.slice(0, question);
  const { socket } = incoming;
  return {
    method: incoming.method ?? 'GET',
    path,
    query: new URLSearchParams(question < 0 ? '' : target.slice(question + 1)),
    route: parseRoute(path),
    headers: incoming.headers,
    origin: `${scheme}://${incoming.headers.host ?? `${socket.localAddress}:${socket.localPort}`}`,
    body: incoming,
    signal,
  };
}
