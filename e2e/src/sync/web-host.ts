import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What a web host answers for a path. */
export interface WebAnswer {
  /** @default 200 */
  readonly status?: number | undefined;
  readonly body: string | Buffer;
}

/** A web server with TLS whose pages can be changed while it runs. */
export interface WebHost {
  readonly port: number;
  /** By path; 404 for all others. */
  readonly pages: Map<string, WebAnswer>;
  /** `METHOD path` of what was asked, oldest first. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Starts a web server on a free loopback port. */
export async function startWebHost(tls: { readonly cert: string; readonly key: string }): Promise<WebHost> {
  const pages = new Map<string, WebAnswer>();
  const requests: string[] = [];
  const server = createServer({ cert: tls.cert, key: tls.key }, (request, response) => {
    const { method = '', url = '' } = request;
    requests.push(`${method} ${url}`);
    const { status = 200, body } = pages.get(url) ?? { status: 404, body: '<html>404: Not Found</html>\n' };
    response.writeHead(status, { 'content-length': Buffer.byteLength(body) });
    response.end(method === 'HEAD' ? undefined : body);
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
