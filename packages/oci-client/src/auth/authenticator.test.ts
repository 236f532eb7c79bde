import { describe, expect, it, onTestFinished } from 'vitest';
import { startScriptedServer, type Script, type ScriptedServer } from '../../test/scripted-server.js';
import { testTls } from '../../test/tls-fixture.js';
import { createHttpClient } from '../transport/http-client.js';
import type { HttpResponse } from '../transport/http-message.js';
import { readBody } from '../transport/read-body.js';
import { createAuthenticator, type Authenticator, type AuthorizedRequest } from './authenticator.js';
import type { RefusedCredential } from './credential-chain.js';
import type { Credential, CredentialProvider } from './credentials/provider.js';

const basic = (username: string, password = 'pw'): Credential => ({ kind: 'basic', username, password });
const header = (username: string, password = 'pw'): string => `Basic ${btoa(`${username}:${password}`)}`;

function provider(
  name: string,
  answers: readonly (Credential | undefined)[],
  explicit = false,
): CredentialProvider {
  let refreshes = 0;
  return {
    name,
    explicit,
    getCredential: async ({ refresh }) => {
      if (refresh === true) refreshes += 1;
      return answers[Math.min(refreshes, answers.length - 1)];
    },
  };
}

function setup(providers: readonly CredentialProvider[] = []): {
  authenticator: Authenticator;
  refused: RefusedCredential[];
} {
  const http = createHttpClient({ ca: [testTls.ca], retry: { attempts: 1 } });
  onTestFinished(() => http.close());
  const refused: RefusedCredential[] = [];
  const authenticator = createAuthenticator({
    http,
    providers,
    now: Date.now,
    onRefused: (item) => refused.push(item),
  });
  return { authenticator, refused };
}

function pull(server: ScriptedServer, path = '/v2/a/manifests/x'): AuthorizedRequest {
  return {
    method: 'GET',
    url: new URL(path, server.url),
    registry: server.host,
    repository: 'a',
    scopes: [{ repository: 'a', actions: ['pull'] }],
  };
}

function push(server: ScriptedServer): AuthorizedRequest {
  return { ...pull(server), scopes: [{ repository: 'a', actions: ['pull', 'push'] }] };
}

async function body(response: HttpResponse): Promise<string> {
  return (await readBody(response, 100_000, 'it')).toString();
}

/** A registry that takes the tokens its own `/token` gives out. */
function bearerScript(
  options: {
    readonly login?: (authorization: string | undefined) => boolean;
    readonly token?: () => Record<string, unknown>;
    readonly accepts?: (token: string) => boolean;
    readonly challenge?: string;
  } = {},
): Script {
  let issued = 0;
  return (request, response) => {
    if (request.url.startsWith('/token')) {
      issued += 1;
      if (options.login?.(request.headers.authorization) === false)
        response.writeHead(401).end('wrong password');
      else
        response.end(JSON.stringify({ expires_in: 300, ...(options.token?.() ?? { token: `t${issued}` }) }));
      return;
    }
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined && options.accepts?.(token) !== false) response.end(`as ${token}`);
    else {
      const challenge = options.challenge ?? 'Bearer realm="/token",service="the registry"';
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    }
  };
}

describe('Bearer', () => {
  it('asks for a token once, with service and scopes, and sends it at once from then on', async () => {
    const server = await startScriptedServer(bearerScript());
    const { authenticator } = setup();
    expect(await body(await authenticator.send(pull(server)))).toBe('as t1');
    await body(await authenticator.send(pull(server)));
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v2/a/manifests/x',
      'GET /token?service=the%20registry&scope=repository%3Aa%3Apull',
      'GET /v2/a/manifests/x',
      'GET /v2/a/manifests/x',
    ]);
    expect(server.requests[1]?.headers.authorization).toBeUndefined();
    expect(authenticator.standing(server.host, 'a')).toBe('anonymous');
  });

  it('lets the first request to a TLS origin learn for all', async () => {
    const server = await startScriptedServer(bearerScript(), { tls: testTls.server });
    const { authenticator } = setup();
    await Promise.all(Array.from({ length: 5 }, async () => body(await authenticator.send(pull(server)))));
    const challenged = server.requests.filter(
      ({ url, headers }) => url.startsWith('/v2/') && headers.authorization === undefined,
    );
    expect([challenged.length, server.requests.length]).toEqual([1, 7]);
  });

  it('sends credentials to the token endpoint only', async () => {
    const server = await startScriptedServer(bearerScript({ login: (sent) => sent === header('me') }));
    const { authenticator } = setup([provider('file', [basic('me')])]);
    await body(await authenticator.send(push(server)));
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      header('me'),
      'Bearer t1',
    ]);
    expect(authenticator.standing(server.host, 'a')).toBe('accepted');
  });

  it('asks for the source of a mount in the same token', async () => {
    const server = await startScriptedServer(bearerScript());
    const { authenticator } = setup();
    const request = push(server);
    await body(await authenticator.send(request));
    const scopes = [...request.scopes, { repository: 'base', actions: ['pull'] }];
    await body(await authenticator.send({ ...request, scopes }));
    await body(await authenticator.send(request));
    expect(server.requests.filter(({ url }) => url.startsWith('/token')).map(({ url }) => url)).toEqual([
      '/token?service=the%20registry&scope=repository%3Aa%3Apull%2Cpush',
      '/token?service=the%20registry&scope=repository%3Aa%3Apull%2Cpush&scope=repository%3Abase%3Apull',
    ]);
  });

  it('renews a token that is not accepted any more, once', async () => {
    const dead = new Set<string>();
    const server = await startScriptedServer(bearerScript({ accepts: (token) => !dead.has(token) }));
    const { authenticator } = setup();
    await body(await authenticator.send(pull(server)));
    dead.add('t1');
    expect(await body(await authenticator.send(pull(server)))).toBe('as t2');
    dead.add('t2').add('t3');
    expect((await authenticator.send(pull(server))).status).toBe(401);
    expect(server.requests.filter(({ url }) => url.startsWith('/token'))).toHaveLength(3);
  });

  it('asks for what the registry says is missing, once', async () => {
    const challenge =
      'Bearer realm="/token",service="s",scope="repository:a:pull repository:b:pull",error="insufficient_scope"';
    const server = await startScriptedServer(bearerScript({ accepts: (token) => token === 't2', challenge }));
    const { authenticator } = setup();
    expect(await body(await authenticator.send(pull(server)))).toBe('as t2');
    expect(server.requests.at(-2)?.url).toBe(
      '/token?service=s&scope=repository%3Aa%3Apull&scope=repository%3Ab%3Apull',
    );
  });

  it.each([[{ access_token: 'other' }], [{ token: '', access_token: 'other' }]])(
    'reads %j',
    async (token) => {
      const server = await startScriptedServer(bearerScript({ token: () => token }));
      expect(await body(await setup().authenticator.send(pull(server)))).toBe('as other');
    },
  );

  it.each([[{}], [{ token: 'a b' }], [{ token: 'x\r\ny: z' }], [{ token: 5 }]])(
    'refuses %j',
    async (token) => {
      const server = await startScriptedServer(bearerScript({ token: () => token }));
      await expect(setup().authenticator.send(pull(server))).rejects.toMatchObject({ code: 'OCI_REGISTRY' });
    },
  );

  it('bounds the token endpoint, and does not follow it elsewhere', async () => {
    const large = await startScriptedServer(bearerScript({ token: () => ({ token: 'x'.repeat(200_000) }) }));
    await expect(setup().authenticator.send(pull(large))).rejects.toMatchObject({ code: 'OCI_TOO_LARGE' });
    const moving = await startScriptedServer((request, response) => {
      if (request.url.startsWith('/token')) response.writeHead(302, { location: '/elsewhere' }).end();
      else response.writeHead(401, { 'www-authenticate': 'Bearer realm="/token"' }).end();
    });
    const { authenticator } = setup([provider('file', [basic('me')])]);
    await expect(authenticator.send(pull(moving))).rejects.toMatchObject({ code: 'OCI_REFUSED_REDIRECT' });
    expect(moving.requests.map(({ url }) => url)).not.toContain('/elsewhere');
  });

  it('sends nothing to a realm without TLS of a registry with TLS', async () => {
    const plain = await startScriptedServer(bearerScript());
    const challenge = `Bearer realm="${plain.url.href}token",service="s"`;
    const server = await startScriptedServer(bearerScript({ challenge }), { tls: testTls.server });
    const { authenticator } = setup([provider('file', [basic('me')])]);
    await expect(authenticator.send(pull(server))).rejects.toMatchObject({ code: 'OCI_REFUSED_REDIRECT' });
    expect(plain.requests).toHaveLength(0);
  });

  it('exchanges an identity token by POST, by GET where there is no POST', async () => {
    const credential: Credential = { kind: 'identity-token', token: 'refresh', username: 'me' };
    const server = await startScriptedServer(bearerScript());
    await body(await setup([provider('file', [credential])]).authenticator.send(pull(server)));
    expect(server.requests[1]).toMatchObject({ method: 'POST', url: '/token' });
    expect(server.requests[1]?.body.toString()).toBe(
      'grant_type=refresh_token&client_id=oci-sync&service=the+registry&scope=repository%3Aa%3Apull&refresh_token=refresh',
    );
    const script = bearerScript();
    const old = await startScriptedServer((request, response, raw) => {
      if (request.method === 'POST') response.writeHead(404).end();
      else script(request, response, raw);
    });
    await body(await setup([provider('file', [credential])]).authenticator.send(pull(old)));
    expect(old.requests[2]?.headers.authorization).toBe(header('me', 'refresh'));
  });

  it('sends a registry token as it is', async () => {
    const server = await startScriptedServer(bearerScript({ accepts: (token) => token === 'fixed' }));
    const { authenticator } = setup([provider('file', [{ kind: 'registry-token', token: 'fixed' }])]);
    expect(await body(await authenticator.send(pull(server)))).toBe('as fixed');
  });

  it('gets a token for anybody where a redirect leads to another registry', async () => {
    const other = await startScriptedServer(bearerScript());
    const server = await startScriptedServer((request, response) => {
      if (request.headers.authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      } else response.writeHead(307, { location: new URL(request.url, other.url).href }).end();
    });
    const { authenticator } = setup([provider('file', [basic('me')])]);
    expect(await body(await authenticator.send(pull(server)))).toBe('as t1');
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      undefined,
      'Bearer t1',
    ]);
  });

  it('cannot send a stream twice, and says that it is worth another try', async () => {
    const server = await startScriptedServer(bearerScript());
    const { Readable } = await import('node:stream');
    const request = { ...push(server), method: 'PUT' as const };
    const stream = { stream: Readable.from([Buffer.from('x')]), sizeBytes: 1 };
    await expect(setup().authenticator.send({ ...request, body: stream })).rejects.toMatchObject({
      code: 'OCI_UNAUTHORIZED',
      retryable: true,
    });
  });
});

/** A registry that takes Basic, from these users. */
function basicScript(
  users: ReadonlySet<string>,
  refusal: { status: number; text: string } = { status: 401, text: '' },
): Script {
  return (request, response) => {
    const sent = request.headers.authorization;
    if (sent !== undefined && users.has(sent)) response.end(`as ${atob(sent.slice(6))}`);
    else if (sent === undefined) response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    else response.writeHead(refusal.status).end(request.method === 'HEAD' ? undefined : refusal.text);
  };
}

describe('Basic', () => {
  it('is sent once asked for, and at once from then on', async () => {
    const server = await startScriptedServer(basicScript(new Set([header('me')])));
    const { authenticator } = setup([provider('none', [undefined]), provider('file', [basic('me')])]);
    await body(await authenticator.send(push(server)));
    await body(await authenticator.send(push(server)));
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      header('me'),
      header('me'),
    ]);
  });

  it('gives the 401 back when there is nothing to send', async () => {
    const server = await startScriptedServer(basicScript(new Set()));
    expect((await setup().authenticator.send(pull(server))).status).toBe(401);
    expect(server.requests).toHaveLength(1);
  });

  const expired = {
    status: 403,
    text: '{"errors":[{"code":"DENIED","message":"Your authorization token has expired. Reauthenticate and try again."}]}',
  };

  it.each(['GET', 'HEAD'] as const)('gets a newer one when it has expired (%s)', async (method) => {
    const server = await startScriptedServer(basicScript(new Set([header('AWS', 'new')]), expired));
    const { authenticator, refused } = setup([
      provider('AWS', [basic('AWS', 'old'), basic('AWS', 'new')], true),
    ]);
    expect((await authenticator.send({ ...push(server), method })).status).toBe(200);
    expect(refused).toEqual([]);
  });

  it('renews once for many that fail together', async () => {
    const server = await startScriptedServer(basicScript(new Set([header('AWS', 'new')]), expired));
    let refreshes = 0;
    const aws: CredentialProvider = {
      name: 'AWS',
      getCredential: async ({ refresh }) => {
        if (refresh === true) refreshes += 1;
        return basic('AWS', refreshes === 0 ? 'old' : 'new');
      },
    };
    const { authenticator } = setup([aws]);
    const statuses = await Promise.all(
      Array.from({ length: 6 }, async () => (await authenticator.send(push(server))).status),
    );
    expect([new Set(statuses), refreshes]).toEqual([new Set([200]), 1]);
  });

  it('renews once for repositories that learn of it one after the other', async () => {
    const accepted = new Set([header('AWS', 'old')]);
    const server = await startScriptedServer(basicScript(accepted, expired));
    let refreshes = 0;
    const aws: CredentialProvider = {
      name: 'AWS',
      getCredential: async ({ refresh }) => {
        if (refresh === true) refreshes += 1;
        return basic('AWS', refreshes === 0 ? 'old' : 'new');
      },
    };
    const { authenticator } = setup([aws]);
    const requests = ['a', 'b'].map((repository) => ({ ...pull(server), repository }));
    for (const request of requests) expect((await authenticator.send(request)).status).toBe(200);
    accepted.clear();
    accepted.add(header('AWS', 'new'));
    for (const request of requests) expect((await authenticator.send(request)).status).toBe(200);
    expect(refreshes).toBe(1);
  });

  it('keeps the text of a 403 that is final', async () => {
    const text = '{"errors":[{"code":"DENIED","message":"not authorized to perform: ecr:X"}]}';
    const server = await startScriptedServer(basicScript(new Set(), { status: 403, text }));
    const response = await setup([provider('file', [basic('me')])]).authenticator.send(push(server));
    expect([response.status, await body(response)]).toEqual([403, text]);
  });
});

describe('refused credentials', () => {
  it('give way to the next provider, and are told once', async () => {
    const server = await startScriptedServer(basicScript(new Set([header('good')])));
    const { authenticator, refused } = setup([
      provider('first', [basic('stale', 'secret')]),
      provider('second', [basic('good')]),
    ]);
    expect(await body(await authenticator.send(push(server)))).toBe('as good:pw');
    await body(await authenticator.send({ ...push(server), repository: 'b' }));
    expect(refused).toEqual([
      { registry: server.host, provider: 'first', username: 'stale', reason: 'it answered 401' },
    ]);
    expect(authenticator.refused()).toEqual(refused);
    expect(JSON.stringify(refused)).not.toContain('secret');
  });

  it('give way to nobody for a pull, never for a push', async () => {
    const server = await startScriptedServer(bearerScript({ login: (sent) => sent === undefined }));
    const { authenticator } = setup([provider('file', [basic('stale')])]);
    expect(await body(await authenticator.send(pull(server)))).toMatch(/^as t/);
    expect(authenticator.standing(server.host, 'a')).toBe('refused');
    await expect(authenticator.send(push(server))).rejects.toMatchObject({
      code: 'OCI_UNAUTHORIZED',
      message: expect.stringContaining('file') as string,
    });
  });

  it('do so when the token endpoint says 400 of an expired login (ECR Public)', async () => {
    const server = await startScriptedServer((request, response) => {
      const anonymous = request.headers.authorization === undefined;
      if (request.url.startsWith('/token')) {
        response.writeHead(anonymous ? 200 : 400).end(anonymous ? '{"token":"t"}' : 'token has expired');
      } else if (anonymous) response.writeHead(401, { 'www-authenticate': 'Bearer realm="/token"' }).end();
      else response.end('ok');
    });
    const { authenticator, refused } = setup([provider('file', [basic('AWS')])]);
    expect(await body(await authenticator.send(pull(server)))).toBe('ok');
    expect(refused).toHaveLength(1);
  });

  it('are final when the user gave them for the registry', async () => {
    const server = await startScriptedServer(bearerScript({ login: (sent) => sent === undefined }));
    const { authenticator } = setup([
      provider('options', [basic('wrong')], true),
      provider('file', [basic('other')]),
    ]);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(authenticator.send(pull(server))).rejects.toMatchObject({ code: 'OCI_UNAUTHORIZED' });
    }
    expect(server.requests.filter(({ headers }) => headers.authorization === header('other'))).toHaveLength(
      0,
    );
  });
});
