import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What a web host answers for a path. */
export interface WebAnswer {
  /** @default 200 */
  readonly status?: number | undefined;
  readonly body: string | Buffer;
  /** Ends the connection after so many bytes of the body. */
  readonly cutAfterBytes?: number | undefined;
}

/** A web server with TLS whose pages can be changed while it runs. */
export interface WebHost {
  readonly port: number;
  /** By path; 404 for all others. */
  readonly pages: Map<string, WebAnswer>;
  /** Paths that were asked for, oldest first. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

const missing: WebAnswer = { status: 404, body: '<html>404: Not Found</html>\n' };

/** Starts a web server on a free loopback port. */
export async function startWebHost(tls: { readonly cert: string; readonly key: string }): Promise<WebHost> {
  const pages = new Map<string, WebAnswer>();
  const requests: string[] = [];
  const server = createServer({ cert: tls.cert, key: tls.key }, (request, response) => {
    const { url = '' } = request;
    requests.push(url);
    const { status = 200, body, cutAfterBytes } = pages.get(url) ?? missing;
    const bytes = Buffer.from(body);
    response.writeHead(status, { 'content-length': bytes.length });
    if (cutAfterBytes === undefined) response.end(bytes);
    else response.write(bytes.subarray(0, cutAfterBytes), () => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    pages,
    requests,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
