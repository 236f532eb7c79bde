import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';

/** How {@link forwardRequest} passes a request on. */
export interface ForwardOptions {
  /** `127.0.0.1:PORT`, plain HTTP. */
  readonly upstream: string;
  /** Called with the status that came back, before anything is passed on. */
  readonly onStatus?: ((status: number) => void) | undefined;
  /** Called for each piece of the answer's body before it is passed on; a promise holds it back. */
  readonly onChunk?: ((chunk: Buffer) => Promise<void> | void) | undefined;
}

/** Sends a request to another server, headers unchanged, and its answer back. A side that goes away takes the other along. */
export function forwardRequest(
  request: IncomingMessage,
  response: ServerResponse,
  options: ForwardOptions,
): void {
  const [host = '', port = ''] = options.upstream.split(':');
  const { method, url: path, headers } = request;
  const forwarded = httpRequest({ host, port, method, path, headers, agent: false }, (answer) => {
    options.onStatus?.(answer.statusCode ?? 0);
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    void passOn(answer, response, options.onChunk);
  });
  forwarded.on('error', () => response.destroy());
  response.on('close', () => forwarded.destroy());
  request.pipe(forwarded);
}

async function passOn(
  answer: IncomingMessage,
  response: ServerResponse,
  onChunk: ForwardOptions['onChunk'],
): Promise<void> {
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      await onChunk?.(chunk);
      if (response.destroyed) return;
      if (!response.write(chunk)) await roomAgain(response);
    }
    response.end();
  } catch {
    response.destroy();
  }
}

async function roomAgain(response: ServerResponse): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  waiting.abort();
}
