import { describe, expect, it } from 'vitest';
import { resolveRealm } from './realm.js';
import { formatScopes, parseScopes } from './scope.js';
import { TokenCache } from './token-cache.js';
import type { BearerToken } from './token-request.js';

describe('resolveRealm', () => {
  const registry = new URL('https://registry.example/v2/');
  it.each([
    ['https://auth.example/token?x=1', 'https://auth.example/token?x=1'],
    ['/v2/auth', 'https://registry.example/v2/auth'],
  ])('takes %s', (realm, expected) => {
    expect(resolveRealm(registry, realm).href).toBe(expected);
  });

  it.each([
    'http://registry.example/token',
    'http://auth.example/token',
    'https://169.254.169.254/token',
    'https://127.0.0.1/token',
    'https://localhost/token',
    'https://user:pw@auth.example/token',
    'https://auth.example/token#x',
    'ftp://auth.example/',
    'https://[',
  ])('refuses %s', (realm) => {
    expect(() => resolveRealm(registry, realm)).toThrow(
      expect.objectContaining({ code: 'OCI_REFUSED_REDIRECT' }),
    );
  });

  it('lets a plain HTTP registry have its endpoint at its own host, or behind TLS', () => {
    const local = new URL('http://127.0.0.1:5000/v2/');
    expect(resolveRealm(local, 'http://127.0.0.1:5001/token').port).toBe('5001');
    expect(resolveRealm(local, 'http://localhost:5001/token').hostname).toBe('localhost');
    expect(resolveRealm(local, 'https://auth.example/token').host).toBe('auth.example');
    expect(() => resolveRealm(local, 'http://auth.example/token')).toThrow(/TLS/);
    expect(() => resolveRealm(local, 'https://10.0.0.1/token')).toThrow(/private/);
  });
});

describe('scopes', () => {
  it('merges actions of a repository and keeps the order of repositories', () => {
    expect(
      formatScopes([
        { repository: 'b', actions: ['push', 'pull'] },
        { repository: 'a', actions: ['pull'] },
        { repository: 'b', actions: ['pull'] },
      ]),
    ).toEqual(['repository:b:pull,push', 'repository:a:pull']);
  });

  it('reads those of a challenge', () => {
    expect(parseScopes('repository:a/b:pull  repository:c:push junk')).toEqual([
      'repository:a/b:pull',
      'repository:c:push',
    ]);
    expect(parseScopes(undefined)).toEqual([]);
  });
});

describe('TokenCache', () => {
  function fixture(lifeMs = 300_000) {
    const clock = { now: 1_000_000 };
    let requests = 0;
    const cache = new TokenCache(() => clock.now);
    const request = async (): Promise<BearerToken> => {
      requests += 1;
      await Promise.resolve();
      return { value: `token ${requests}`, lifeMs, expiresAtMs: clock.now + lifeMs };
    };
    const get = async (scopes: readonly string[], lifeNeededMs = 0, owner = 'o') =>
      (await cache.get({ owner, scopes }, lifeNeededMs, request)).token.value;
    return { clock, cache, get, request, requests: () => requests };
  }

  it('asks once for all that wait', async () => {
    const { get, requests } = fixture();
    expect(new Set(await Promise.all([get(['a']), get(['a']), get(['a'])]))).toEqual(new Set(['token 1']));
    expect(requests()).toBe(1);
  });

  it('serves fewer scopes from a token with more, never more from one with fewer, never another owner', async () => {
    const { get } = fixture();
    expect(await get(['a', 'b'])).toBe('token 1');
    expect(await get(['b'])).toBe('token 1');
    expect(await get(['b', 'c'])).toBe('token 2');
    expect(await get(['a'], 0, 'other')).toBe('token 3');
  });

  it('serves no scopes from any token of the owner', async () => {
    const { get } = fixture();
    expect(await get(['a'])).toBe('token 1');
    expect(await get([])).toBe('token 1');
    expect(await get([], 0, 'other')).toBe('token 2');
    expect(await get([], 0, 'other')).toBe('token 2');
  });

  it('keeps what a new token does not cover, and outlives what has expired', async () => {
    const { clock, get } = fixture();
    await get(['a', 'shared']);
    await get(['b', 'shared']);
    expect(await get(['a', 'shared'])).toBe('token 1');
    expect(await get(['shared'])).toBe('token 1');
    expect(await get(['a', 'b', 'shared'])).toBe('token 3');
    clock.now += 300_000;
    expect(await get(['b'])).toBe('token 4');
    expect(await get(['shared'])).toBe('token 5');
  });

  it('renews before the end of its life, and earlier for what takes long', async () => {
    const { clock, get } = fixture();
    await get(['a']);
    clock.now += 200_000;
    expect(await get(['a'])).toBe('token 1');
    expect(await get(['a'], 120_000)).toBe('token 2');
    clock.now += 289_000;
    expect(await get(['a'])).toBe('token 2');
    clock.now += 2000;
    expect(await get(['a'])).toBe('token 3');
  });

  it('does not renew short-lived tokens for every long request', async () => {
    const { clock, get } = fixture(60_000);
    await get(['a'], 120_000);
    clock.now += 10_000;
    expect(await get(['a'], 120_000)).toBe('token 1');
    clock.now += 10_000;
    expect(await get(['a'], 120_000)).toBe('token 2');
  });

  it('forgets failures and what was not accepted', async () => {
    const { cache, get, request } = fixture();
    const failing = cache.get({ owner: 'o', scopes: ['a'] }, 0, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    const { token } = await cache.get({ owner: 'o', scopes: ['a'] }, 0, request);
    cache.drop({ owner: 'o', scopes: ['a'] }, token);
    expect(await get(['a'])).toBe('token 2');
  });
});
