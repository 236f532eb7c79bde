import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Certificate } from './certificate-authority.js';
import { forwardRequest } from './forward-request.js';

/** A host of the internet that is played by a local server. */
export type NamedHost =
  /** Plain HTTP behind a TLS front of ours; `token` answers paths that end in `/token`. Both `127.0.0.1:PORT`. */
  | { readonly kind: 'behind TLS'; readonly upstream: string; readonly token?: string | undefined }
  /** A server with TLS of its own. */
  | { readonly kind: 'itself'; readonly address: string };

/** Local servers under the names of others. */
export interface NamedHosts {
  /** For HTTPS_PROXY: connections to the names end at the local servers, all others are refused. */
  readonly proxyUrl: string;
  /** Names that were connected to, in that order. */
  readonly connected: readonly string[];
  stop(): Promise<void>;
}

/** Plays hosts by name, on their port 443. The certificate has to be valid for those behind TLS. */
export async function startNamedHosts(
  hosts: Readonly<Record<string, NamedHost>>,
  certificate: Certificate,
): Promise<NamedHosts> {
  const front = createHttpsServer(
    { cert: readFileSync(certificate.certificateFile), key: readFileSync(certificate.keyFile) },
    (request, response) => {
      const host = hosts[request.headers.host ?? ''];
      if (host?.kind !== 'behind TLS') {
        response.writeHead(421).end();
        return;
      }
      const path = new URL(request.url ?? '/', 'https://localhost').pathname;
      const isToken = host.token !== undefined && path.endsWith('/token');
      forwardRequest(request, response, { upstream: isToken ? host.token : host.upstream });
    },
  );
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const frontPort = (front.address() as AddressInfo).port;

  const connected: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = createHttpServer((_request, response) => response.writeHead(403).end());
  proxy.on('connect', (request, client: Socket, head: Buffer) => {
    const [name = '', port = ''] = (request.url ?? '').split(':');
    const host = hosts[name];
    if (host === undefined || port !== '443') {
      client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    connected.push(name);
    const target = host.kind === 'itself' ? Number(host.address.split(':')[1]) : frontPort;
    const server = connect(target, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      server.write(head);
      server.pipe(client).pipe(server);
    });
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        client.destroy();
        server.destroy();
      });
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    proxyUrl: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    connected,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      front.closeAllConnections();
      const closed = [once(front, 'close'), once(proxy, 'close')];
      front.close();
      proxy.close();
      await Promise.all(closed);
    },
  };
}
