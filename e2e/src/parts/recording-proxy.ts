import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { forwardRequest } from './forward-request.js';

/** One request that went through, with the status that came back. */
export interface RecordedRequest {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly status: number;
}

/** What {@link startRecordingProxy} does besides recording. */
export interface RecordingProxyOptions {
  /** Where requests go: `127.0.0.1:PORT`, plain HTTP. */
  readonly upstream: string;
  /** Answers a request itself by returning true; it then has to end the response. */
  readonly answer?: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** Called for each piece of a response's body before it is passed on; a promise holds it back. */
  readonly onChunk?: ((path: string, chunk: Buffer) => Promise<void> | void) | undefined;
}

/** A plain-HTTP proxy in front of one registry: its address stands for the registry's. */
export interface RecordingProxy {
  readonly address: string;
  /** Requests answered since the start or the last {@link RecordingProxy.clear}. */
  readonly requests: readonly RecordedRequest[];
  clear(): void;
  stop(): Promise<void>;
}

/** Starts a proxy on a free loopback port. The registry has to answer with relative locations. */
export async function startRecordingProxy(options: RecordingProxyOptions): Promise<RecordingProxy> {
  const requests: RecordedRequest[] = [];
  const record = (request: IncomingMessage, status: number): void => {
    requests.push({ method: request.method ?? '', path: request.url ?? '', status });
  };
  const server = createServer((request, response) => {
    if (options.answer?.(request, response) === true) {
      record(request, response.statusCode);
      return;
    }
    const path = request.url ?? '';
    forwardRequest(request, response, {
      upstream: options.upstream,
      onStatus: (status) => record(request, status),
      onChunk: (chunk) => options.onChunk?.(path, chunk),
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    clear: () => requests.splice(0),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
