import { startRegistry, type BearerAuth } from '@oci-sync/registry';
import { buildImage, createTestAuthority, pushImage } from '@oci-sync/registry/testing';
import { describe, expect, it } from 'vitest';
import { basic, digestOf, send } from './plain-client.js';

const image = buildImage();
const users = { alice: 'secret', bob: 'other:secret' };

describe('Basic authentication', () => {
  it('lets every user in and nobody else', async () => {
    await using registry = await startRegistry({ auth: { kind: 'basic', users } });
    const ping = (authorization?: string) =>
      send('GET', `${registry.url}/v2/`, { headers: authorization === undefined ? {} : { authorization } });
    const refused = await ping();
    expect([refused.status, refused.errorCode()]).toEqual([401, 'UNAUTHORIZED']);
    expect(refused.headers['www-authenticate']).toBe('Basic realm="registry"');
    expect((await ping(basic('alice', 'secret'))).status).toBe(200);
    expect((await ping(basic('bob', 'other:secret'))).status).toBe(200);
    for (const wrong of [basic('alice', 'other:secret'), basic('carol', ''), 'Basic x', 'Bearer secret']) {
      expect([wrong, (await ping(wrong)).status]).toEqual([wrong, 401]);
    }
    expect((await ping(basic('toString', 'x'))).status).toBe(401);
  });

  it('lets anyone read where that is allowed, but not write', async () => {
    await using registry = await startRegistry({ auth: { kind: 'basic', users, anonymousPull: true } });
    await pushImage(registry, 'app:v1', image);
    const url = `${registry.url}/v2/app/manifests/v1`;
    expect((await send('GET', url)).status).toBe(200);
    expect((await send('DELETE', url)).status).toBe(401);
    expect((await send('POST', `${registry.url}/v2/app/blobs/uploads/`)).status).toBe(401);
    expect((await send('GET', url, { headers: { authorization: basic('alice', 'wrong') } })).status).toBe(
      401,
    );
  });
});

describe('Bearer authentication', () => {
  const options: BearerAuth = { kind: 'bearer', users, identityTokens: { 'identity-1': 'alice' } };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  async function askToken(origin: string, scope: string, authorization?: string): Promise<string> {
    const headers = authorization === undefined ? {} : { authorization };
    const url = `${origin}/token?service=registry&scope=${encodeURIComponent(scope)}`;
    const answer = await send('GET', url, { headers });
    expect(answer.status).toBe(200);
    return (answer.json() as { token: string }).token;
  }

  it('challenges with the scope a request needs', async () => {
    await using registry = await startRegistry({ auth: options });
    const challenges = await Promise.all(
      [
        ['GET', '/v2/'],
        ['GET', '/v2/a/b/manifests/v1'],
        ['PUT', '/v2/a/b/manifests/v1'],
        ['DELETE', '/v2/a/b/manifests/v1'],
        ['GET', '/v2/_catalog'],
      ].map(async ([method = '', path = '']) => {
        const answer = await send(method, `${registry.url}${path}`);
        expect(answer.status).toBe(401);
        return answer.headers['www-authenticate'];
      }),
    );
    const common = `Bearer realm="${registry.url}/token",service="registry"`;
    expect(challenges).toEqual([
      common,
      `${common},scope="repository:a/b:pull"`,
      `${common},scope="repository:a/b:pull,push"`,
      `${common},scope="repository:a/b:delete"`,
      `${common},scope="registry:catalog:*"`,
    ]);
  });

  it('grants what was asked for and nothing more', async () => {
    await using registry = await startRegistry({ auth: options });
    await pushImage(registry, 'app:v1', image);
    await pushImage(registry, 'other:v1', image);
    const pull = bearer(await askToken(registry.url, 'repository:app:pull', basic('alice', 'secret')));
    const manifest = (name: string): string => `${registry.url}/v2/${name}/manifests/v1`;
    expect((await send('GET', manifest('app'), { headers: pull })).status).toBe(200);
    const elsewhere = await send('GET', manifest('other'), { headers: pull });
    const write = await send('DELETE', manifest('app'), { headers: pull });
    for (const answer of [elsewhere, write]) {
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toContain('error="insufficient_scope"');
    }
    const several = await askToken(
      registry.url,
      'repository:app:pull,push repository:other:pull',
      basic('alice', 'secret'),
    );
    for (const name of ['app', 'other']) {
      expect((await send('GET', manifest(name), { headers: bearer(several) })).status).toBe(200);
    }
  });

  it('mounts only from repositories the token may pull from', async () => {
    await using registry = await startRegistry({ auth: options });
    const { digest } = await registry.content.putBlob('private', Buffer.from('layer'));
    const mount = async (scope: string): Promise<number> => {
      const token = await askToken(registry.url, scope, basic('alice', 'secret'));
      const url = `${registry.url}/v2/mine/blobs/uploads/?mount=${digest}&from=private`;
      return (await send('POST', url, { headers: bearer(token) })).status;
    };
    expect(await mount('repository:mine:pull,push')).toBe(202);
    expect(await mount('repository:mine:pull,push repository:private:pull')).toBe(201);
  });

  it('expires tokens', async () => {
    let nowMs = Date.now();
    await using registry = await startRegistry({
      auth: { ...options, expiresInSeconds: 60 },
      now: () => nowMs,
    });
    const headers = bearer(await askToken(registry.url, '', basic('alice', 'secret')));
    nowMs += 59_000;
    expect((await send('GET', `${registry.url}/v2/`, { headers })).status).toBe(200);
    nowMs += 1000;
    const late = await send('GET', `${registry.url}/v2/`, { headers });
    expect(late.status).toBe(401);
    expect(late.headers['www-authenticate']).toContain('error="invalid_token"');
  });

  it('refuses wrong passwords, and anonymous tokens unless they are allowed', async () => {
    await using closed = await startRegistry({ auth: options });
    const wrong = await send('GET', `${closed.url}/token`, {
      headers: { authorization: basic('alice', 'wrong') },
    });
    expect([wrong.status, (await send('GET', `${closed.url}/token`)).status]).toEqual([401, 401]);

    await using open = await startRegistry({ auth: { ...options, anonymousPull: true } });
    await pushImage(open, 'app:v1', image);
    const headers = bearer(await askToken(open.url, 'repository:app:pull,push'));
    expect((await send('GET', `${open.url}/v2/app/manifests/v1`, { headers })).status).toBe(200);
    expect((await send('POST', `${open.url}/v2/app/blobs/uploads/`, { headers })).status).toBe(401);
  });

  it('issues tokens by OAuth2 for passwords, identity tokens and refresh tokens', async () => {
    await using registry = await startRegistry({ auth: options });
    const ask = (form: Record<string, string>) =>
      send('POST', `${registry.url}/token`, {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ service: 'registry', ...form }).toString(),
      });
    const password = await ask({
      grant_type: 'password',
      username: 'alice',
      password: 'secret',
      access_type: 'offline',
    });
    const { refresh_token: refresh = '' } = password.json() as { refresh_token?: string };
    expect(password.status).toBe(200);
    for (const [token, status] of [
      ['identity-1', 200],
      [refresh, 200],
      ['wrong', 401],
    ] as const) {
      const answer = await ask({ grant_type: 'refresh_token', refresh_token: token });
      expect([token, answer.status]).toEqual([token, status]);
    }
    expect((await ask({ grant_type: 'magic' })).status).toBe(400);
  });

  it('asks access who may do what', async () => {
    const access = (user: string | undefined): readonly string[] =>
      user === 'bob' ? ['pull'] : ['pull', 'push'];
    await using registry = await startRegistry({ auth: { ...options, access } });
    const open = async (user: keyof typeof users): Promise<number> => {
      const token = await askToken(registry.url, 'repository:app:pull,push', basic(user, users[user]));
      return (await send('POST', `${registry.url}/v2/app/blobs/uploads/`, { headers: bearer(token) })).status;
    };
    expect([await open('alice'), await open('bob')]).toEqual([202, 401]);
  });

  it('shapes its answers as other registries do', async () => {
    await using registry = await startRegistry({
      auth: { ...options, anonymousPull: true, omitExpiry: true, tokenField: 'access_token' },
    });
    const answer = (await send('GET', `${registry.url}/token`)).json() as object;
    expect(Object.keys(answer)).toEqual(['access_token']);
  });
});

describe('TLS', () => {
  const authority = createTestAuthority();

  it('serves with the certificate given, to clients that trust its authority', async () => {
    await using registry = await startRegistry({ tls: authority.issueServer() });
    expect(registry.url).toBe(`https://${registry.host}`);
    expect((await send('GET', `${registry.url}/v2/`, { tls: { ca: authority.ca } })).status).toBe(200);
    const stranger = createTestAuthority();
    await expect(send('GET', `${registry.url}/v2/`, { tls: { ca: stranger.ca } })).rejects.toThrow(
      /certificate/,
    );
  });

  it('serves under the names of its certificate only', async () => {
    await using registry = await startRegistry({ tls: authority.issueServer(['registry.example']) });
    await expect(send('GET', `${registry.url}/v2/`, { tls: { ca: authority.ca } })).rejects.toThrow(
      /altnames/,
    );
  });

  it('asks for client certificates of the authority given', async () => {
    const clients = createTestAuthority('clients');
    await using registry = await startRegistry({
      tls: { ...authority.issueServer(), clientCa: clients.ca },
    });
    const ping = (identity: object) =>
      send('GET', `${registry.url}/v2/`, { tls: { ca: authority.ca, ...identity } });
    expect((await ping(clients.issueClient('ci'))).status).toBe(200);
    await expect(ping({})).rejects.toMatchObject({ code: expect.stringMatching(/SSL|ECONNRESET|EPIPE/) });
    await expect(ping(authority.issueClient('ci'))).rejects.toMatchObject({
      code: expect.stringMatching(/SSL|ECONNRESET|EPIPE/),
    });
  });

  it('moves blobs over TLS', async () => {
    await using registry = await startRegistry({ tls: authority.issueServer() });
    const body = Buffer.alloc(2_000_000, 'x');
    const tls = { ca: authority.ca };
    const url = `${registry.url}/v2/app/blobs`;
    const post = await send('POST', `${url}/uploads/?digest=${digestOf(body)}`, { body, tls });
    expect(post.status).toBe(201);
    expect((await send('GET', `${url}/${digestOf(body)}`, { tls })).body.equals(body)).toBe(true);
  });
});
