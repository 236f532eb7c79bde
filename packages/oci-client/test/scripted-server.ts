import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Answers one request; its body has been read. */
export type Script = (request: SeenRequest, response: ServerResponse, raw: IncomingMessage) => void;

/** A server on a free loopback port that stops with the test. */
export interface ScriptedServer {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly url: URL;
  readonly requests: readonly SeenRequest[];
  /** Connections accepted so far. */
  connections(): number;
  /** Connections open now. */
  openConnections(): number;
  /** Closes every connection. */
  dropConnections(): void;
}

/** Options of {@link startScriptedServer}. */
export interface ScriptedServerOptions {
  readonly tls?: ServerOptions | undefined;
  /** Call the script before the body is read: `SeenRequest.body` is empty then. */
  readonly early?: boolean | undefined;
}

/** Starts a server for one test. */
export async function startScriptedServer(
  script: Script,
  options: ScriptedServerOptions = {},
): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    if (options.early !== true) {
      try {
        for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      } catch {
        return;
      }
    }
    const seen: SeenRequest = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks),
    };
    requests.push(seen);
    script(seen, response, request);
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void handle(request, response);
  };
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on(options.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    url: new URL(`${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/`),
    requests,
    connections: () => connections,
    openConnections: () => sockets.size,
    dropConnections: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}
