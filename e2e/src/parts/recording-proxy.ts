import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

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
  const [host = '', port = ''] = options.upstream.split(':');
  const record = (request: IncomingMessage, status: number): void => {
    requests.push({ method: request.method ?? '', path: request.url ?? '', status });
  };
  const server = createServer((request, response) => {
    if (options.answer?.(request, response) === true) {
      record(request, response.statusCode);
      return;
    }
    const forwarded = httpRequest(
      { host, port, method: request.method, path: request.url, headers: request.headers, agent: false },
      (answer) => {
        record(request, answer.statusCode ?? 0);
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        void passOn(answer, response, (chunk) => options.onChunk?.(request.url ?? '', chunk));
      },
    );
    forwarded.on('error', () => response.destroy());
    response.on('close', () => forwarded.destroy());
    request.pipe(forwarded);
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

async function passOn(
  answer: IncomingMessage,
  response: ServerResponse,
  onChunk: (chunk: Buffer) => Promise<void> | void,
): Promise<void> {
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      await onChunk(chunk);
      if (response.destroyed) return;
      if (!response.write(chunk)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
    response.end();
  } catch {
    response.destroy();
  }
}
