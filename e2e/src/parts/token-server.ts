import { createSign, randomUUID, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificate-authority.js';

/** Who may do what: the actions granted of those asked for. No user: anonymous. */
export type Grant = (request: {
  readonly user: string | undefined;
  readonly repository: string;
  readonly actions: readonly string[];
}) => readonly string[];

/** What a token server hands out. */
export interface TokenServerOptions {
  readonly certificate: Certificate;
  readonly service: string;
  readonly issuer: string;
  /** user -> password */
  readonly users: Readonly<Record<string, string>>;
  readonly grant: Grant;
}

/** A running token server (Docker registry v2 token authentication). */
export interface TokenServer {
  /** The realm: `http://localhost:PORT/token`, by name because crane takes no realm at a private address. */
  readonly realm: string;
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** Requests answered so far, as the scopes that were asked for. */
  readonly requests: readonly string[][];
  /** A token with everything that a user may do in a repository. */
  tokenFor(user: string, repository: string): string;
  stop(): Promise<void>;
}

/** Starts a token server on a free loopback port; it signs with the certificate's RSA key. */
export async function startTokenServer(options: TokenServerOptions): Promise<TokenServer> {
  const requests: string[][] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const user = authenticate(request.headers.authorization, options.users);
    if (user === null) {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end('{"errors":[{"code":"UNAUTHORIZED","message":"wrong user or password"}]}');
      return;
    }
    const scopes = url.searchParams.getAll('scope').flatMap((scope) => scope.split(' '));
    requests.push(scopes);
    const token = sign(options, user, scopes);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ token, access_token: token, expires_in: 300 }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    realm: `http://localhost:${port}/token`,
    address: `127.0.0.1:${port}`,
    requests,
    tokenFor: (user, repository) => sign(options, user, [`repository:${repository}:pull,push`]),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The user of a Basic header, `undefined` for nobody, `null` for a wrong password. */
function authenticate(
  header: string | undefined,
  users: Readonly<Record<string, string>>,
): string | undefined | null {
  if (header === undefined) return undefined;
  const [user = '', password] = Buffer.from(header.replace(/^Basic /, ''), 'base64')
    .toString()
    .split(':');
  return users[user] !== undefined && users[user] === password ? user : null;
}

function sign(options: TokenServerOptions, user: string | undefined, scopes: readonly string[]): string {
  const access = scopes.flatMap((scope) => {
    const [type = '', name = '', actions = ''] = scope.split(':');
    const granted = options.grant({ user, repository: name, actions: actions.split(',') });
    return granted.length === 0 ? [] : [{ type, name, actions: granted }];
  });
  const nowSeconds = Math.floor(Date.now() / 1000);
  const der = new X509Certificate(readFileSync(options.certificate.certificateFile)).raw;
  const header = { typ: 'JWT', alg: 'RS256', x5c: [der.toString('base64')] };
  const claims = {
    iss: options.issuer,
    sub: user ?? '',
    aud: options.service,
    jti: randomUUID(),
    access,
    iat: nowSeconds,
    nbf: nowSeconds - 10,
    exp: nowSeconds + 300,
  };
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode(header)}.${encode(claims)}`;
  const signature = createSign('RSA-SHA256').update(signed).sign(readFileSync(options.certificate.keyFile));
  return `${signed}.${signature.toString('base64url')}`;
}
