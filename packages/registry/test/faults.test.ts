import { gunzipSync, gzipSync } from 'node:zlib';
import {
  ambiguousManifest,
  answerWith,
  buildImage,
  circularPages,
  cookieTrap,
  corruptedBody,
  delay,
  dropConnection,
  dropDownloadAfter,
  dropUploadAfter,
  endlessPages,
  expiredToken,
  extendedBody,
  failUploadAfter,
  failWith,
  forbiddenWhenMissing,
  gzippedBody,
  hang,
  ignoredRange,
  immutableTags,
  linkAt,
  locationAs,
  locationAt,
  locationState,
  neverMount,
  nullTags,
  oversizedManifest,
  pushImage,
  rateLimitHeaders,
  redirectLoop,
  redirectTo,
  redirectToOrigin,
  rejectBodiesOver,
  rejectPagesOver,
  serviceUnavailable,
  slowDownload,
  stallDownloadAfter,
  stallUploadAfter,
  startTestRegistry,
  tooManyRequests,
  truncatedBody,
  unauthorized,
  unauthorizedWhenMissing,
  withHeaders,
  withoutHeaders,
  withStatus,
  wrongDigestHeader,
  type TestRegistry,
} from '@oci-sync/registry/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { completing, digestOf, openUpload, send } from './plain-client.js';

const image = buildImage();
const content = Buffer.from('0123456789'.repeat(100));
const digest = digestOf(content);
let registry: TestRegistry;
let blobUrl: string;
let manifestUrl: string;

beforeAll(async () => {
  registry = await startTestRegistry();
  await pushImage(registry, 'app:v1', image);
  await registry.content.putBlob('app', content);
  blobUrl = `${registry.url}/v2/app/blobs/${digest}`;
  manifestUrl = `${registry.url}/v2/app/manifests/v1`;
});
afterEach(() => registry.faults.clear());
afterAll(() => registry.close());

/** What a request with a deadline came to: its error, or "answered". */
async function within(timeoutMs: number, promise: Promise<unknown>): Promise<string> {
  const late = new Promise<string>((resolve) => setTimeout(() => resolve('nothing'), timeoutMs));
  const outcome = promise.then(
    () => 'answered',
    (error: unknown) => (error as { code: string }).code,
  );
  return Promise.race([outcome, late]);
}

describe('rules', () => {
  it('strike the requests they match, as often as they say', async () => {
    const fault = registry.faults.inject(serviceUnavailable(), {
      route: 'blob',
      method: 'GET',
      times: 2,
      after: 1,
    });
    const statuses: number[] = [];
    for (let index = 0; index < 5; index += 1) statuses.push((await send('GET', blobUrl)).status);
    expect(statuses).toEqual([200, 503, 503, 200, 200]);
    expect((await send('HEAD', blobUrl)).status).toBe(200);
    expect(fault.hits).toBe(2);
  });

  it('may look at the request, and be taken back', async () => {
    const fault = registry.faults.inject(serviceUnavailable(), {
      where: ({ headers }) => headers['x-strike'] !== undefined,
    });
    expect((await send('GET', blobUrl)).status).toBe(200);
    expect((await send('GET', blobUrl, { headers: { 'x-strike': '1' } })).status).toBe(503);
    fault.remove();
    expect((await send('GET', blobUrl, { headers: { 'x-strike': '1' } })).status).toBe(200);
  });

  it('apply together', async () => {
    registry.faults.inject(withHeaders({ 'x-one': '1' }));
    registry.faults.inject(withHeaders({ 'x-two': '2' }));
    const { headers } = await send('GET', blobUrl);
    expect([headers['x-one'], headers['x-two']]).toEqual(['1', '2']);
  });
});

describe('refusals', () => {
  it.each([
    [unauthorized(), 401, 'UNAUTHORIZED'],
    [expiredToken(), 403, 'DENIED'],
    [tooManyRequests(), 429, 'TOOMANYREQUESTS'],
    [serviceUnavailable(), 503, 'UNAVAILABLE'],
    [failWith({ status: 409, code: 'DENIED' }), 409, 'DENIED'],
  ] as const)('answers with an error, %#', async (fault, status, code) => {
    registry.faults.inject(fault);
    const answer = await send('GET', blobUrl);
    expect([answer.status, answer.errorCode()]).toEqual([status, code]);
  });

  it('challenge as told, in one header or several', async () => {
    const challenges = ['Negotiate', 'Basic realm="x"'];
    registry.faults.inject(unauthorized(challenges), { times: 1 });
    registry.faults.inject(unauthorized('Bearer realm="http://elsewhere.example/token"'));
    // A second line of this header is joined by Node.
    expect((await send('GET', blobUrl)).headers['www-authenticate']).toBe(challenges.join(', '));
    expect((await send('GET', blobUrl)).headers['www-authenticate']).toContain('elsewhere.example');
  });

  it('say when to come back, in seconds or as a date', async () => {
    const date = new Date('2030-01-02T03:04:05Z');
    registry.faults.inject(tooManyRequests(7), { times: 1 });
    expect((await send('GET', blobUrl)).headers['retry-after']).toBe('7');
    registry.faults.inject(tooManyRequests(date));
    expect((await send('GET', blobUrl)).headers['retry-after']).toBe('Wed, 02 Jan 2030 03:04:05 GMT');
  });

  it('answer anything at all', async () => {
    registry.faults.inject(answerWith(502, '<html>', { 'content-type': 'text/html' }));
    const answer = await send('GET', blobUrl);
    expect([answer.status, answer.body.toString()]).toEqual([502, '<html>']);
  });

  it('bound bodies and pages', async () => {
    registry.faults.inject(rejectBodiesOver(500), { method: 'PUT' });
    registry.faults.inject(rejectPagesOver(100, 405), { route: 'tags' });
    const location = await openUpload(registry.url, 'app');
    const put = await send('PUT', completing(location, digest), { body: content });
    const patch = await send('PATCH', location, { body: content });
    expect([put.status, patch.status]).toEqual([413, 202]);
    const tags = `${registry.url}/v2/app/tags/list`;
    const pages = await Promise.all(['?n=101', '?n=100', ''].map((query) => send('GET', `${tags}${query}`)));
    expect(pages.map(({ status }) => status)).toEqual([405, 200, 200]);
  });

  it('keep tags where they are', async () => {
    registry.faults.inject(immutableTags());
    const put = (tag: string) =>
      send('PUT', `${registry.url}/v2/app/manifests/${tag}`, {
        body: image.bytes,
        headers: { 'content-type': image.mediaType },
      });
    const again = await put('v1');
    expect([again.status, again.errorCode(), (await put('immutable-new')).status]).toEqual([
      400,
      'TAG_INVALID',
      201,
    ]);
  });

  it('say 401 or 403 instead of 404', async () => {
    const missing = `${registry.url}/v2/app/manifests/missing`;
    registry.faults.inject(unauthorizedWhenMissing(), { times: 1 });
    const hub = await send('GET', missing);
    expect(hub.status).toBe(401);
    expect(hub.headers['www-authenticate']).toContain('insufficient_scope');
    registry.faults.inject(forbiddenWhenMissing());
    expect((await send('GET', missing)).status).toBe(403);
    expect((await send('GET', manifestUrl)).status).toBe(200);
  });
});

describe('connections', () => {
  it('drop before an answer', async () => {
    registry.faults.inject(dropConnection(), { times: 1 });
    await expect(send('GET', blobUrl)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await send('GET', blobUrl)).status).toBe(200);
  });

  it('drop in the middle of a download', async () => {
    registry.faults.inject(dropDownloadAfter(300), { times: 1 });
    const fetched = await fetch(blobUrl);
    let received = 0;
    await expect(
      (async () => {
        for await (const chunk of fetched.body ?? []) received += (chunk as Uint8Array).length;
      })(),
    ).rejects.toThrow('terminated');
    expect([fetched.headers.get('content-length'), received]).toEqual(['1000', 300]);
  });

  it('drop in the middle of an upload, which keeps what arrived', async () => {
    registry.faults.inject(dropUploadAfter(300), { method: 'PATCH', times: 1 });
    const location = await openUpload(registry.url, 'app');
    await expect(send('PATCH', location, { body: content })).rejects.toThrow(/hang up|ECONNRESET|EPIPE/);
    expect((await send('GET', location)).headers.range).toBe('0-299');
  });

  it('let uploads pass that are shorter', async () => {
    registry.faults.inject(dropUploadAfter(1000), { method: 'PATCH' });
    const location = await openUpload(registry.url, 'app');
    expect((await send('PATCH', location, { body: content })).status).toBe(202);
    expect((await send('PUT', completing(location, digest))).status).toBe(201);
  });

  it('stay open when an upload is refused in the middle', async () => {
    registry.faults.inject(failUploadAfter(1_000_000, unauthorized()), { method: 'PUT' });
    const body = Buffer.alloc(50_000_000);
    const location = completing(await openUpload(registry.url, 'app'), digestOf(body));
    const refused = await send('PUT', location, { body });
    expect([refused.status, refused.errorCode()]).toEqual([401, 'UNAUTHORIZED']);
  });

  it('stall', async () => {
    registry.faults.inject(hang(), { route: 'base' });
    registry.faults.inject(stallDownloadAfter(300), { route: 'blob' });
    registry.faults.inject(stallUploadAfter(300), { route: 'upload' });
    const location = await openUpload(registry.url, 'app');
    const controller = new AbortController();
    const { signal } = controller;
    const stalled = [
      fetch(`${registry.url}/v2/`, { signal }),
      fetch(blobUrl, { signal }).then((response) => response.arrayBuffer()),
      fetch(location, { method: 'PATCH', body: content, signal }),
    ];
    const outcomes = stalled.map((request) => within(200, request));
    expect(await Promise.all(outcomes)).toEqual(['nothing', 'nothing', 'nothing']);
    controller.abort();
    await Promise.allSettled(stalled);
  });

  it('go slowly, or start late', async () => {
    registry.faults.inject(slowDownload(100, 5), { route: 'blob' });
    registry.faults.inject(delay(60), { route: 'base' });
    const started = performance.now();
    expect((await send('GET', blobUrl)).body.equals(content)).toBe(true);
    expect(performance.now() - started).toBeGreaterThan(40);
    const late = performance.now();
    expect((await send('GET', `${registry.url}/v2/`)).status).toBe(200);
    expect(performance.now() - late).toBeGreaterThan(50);
  });
});

describe('wrong content', () => {
  it.each([
    ['corrupted', corruptedBody(), 1000, false],
    ['truncated', truncatedBody(10), 990, false],
    ['extended', extendedBody(), 1001, false],
    ['gzipped', gzippedBody(), gzipSync(content).length, false],
    ['whole, though a range was asked for', ignoredRange(), 1000, true],
  ] as const)('is %s', async (_name, fault, length, same) => {
    registry.faults.inject(fault, { route: 'blob' });
    const got = await send('GET', blobUrl);
    expect(got.body.length).toBe(length);
    expect(got.headers['content-length']).toBe(String(got.body.length));
    expect(got.body.equals(content)).toBe(same);
  });

  it('is flipped in one bit, or compressed and said to be', async () => {
    registry.faults.inject(corruptedBody(5), { times: 1 });
    const flipped = (await send('GET', blobUrl)).body;
    const differing = [...content].filter((byte, index) => flipped[index] !== byte);
    expect(differing).toEqual([content[5]]);
    registry.faults.inject(gzippedBody());
    const zipped = await send('GET', manifestUrl);
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(zipped.body).equals(image.bytes)).toBe(true);
  });

  it('ignores ranges', async () => {
    registry.faults.inject(ignoredRange());
    expect((await send('GET', blobUrl, { headers: { range: 'bytes=5-9' } })).status).toBe(200);
  });

  it('has headers that are wrong, missing or added', async () => {
    registry.faults.inject(wrongDigestHeader(), { times: 1 });
    expect((await send('GET', manifestUrl)).headers['docker-content-digest']).not.toBe(image.digest);
    registry.faults.inject(withoutHeaders('docker-content-digest', 'content-length'), { times: 1 });
    const without = await send('GET', manifestUrl);
    expect(without.headers['docker-content-digest']).toBeUndefined();
    expect(without.headers['content-length']).toBeUndefined();
    expect(without.body.equals(image.bytes)).toBe(true);
    registry.faults.inject(rateLimitHeaders(100, 3));
    registry.faults.inject(withStatus(203));
    const limited = await send('GET', manifestUrl);
    expect([limited.status, limited.headers['ratelimit-remaining']]).toEqual([203, '3;w=21600']);
  });

  it('is a manifest too large or ambiguous', async () => {
    registry.faults.inject(oversizedManifest(), { times: 2 });
    const head = await send('HEAD', manifestUrl);
    const large = await send('GET', manifestUrl);
    expect(large.body.length).toBeGreaterThan(5 * 1024 * 1024);
    expect(head.headers['content-length']).toBe(String(large.body.length));
    expect(head.headers['docker-content-digest']).toBe(digestOf(large.body));
    registry.faults.inject(ambiguousManifest());
    expect(Object.keys((await send('GET', manifestUrl)).json() as object)).toEqual(
      expect.arrayContaining(['config', 'layers', 'manifests']),
    );
  });
});

describe('misdirections', () => {
  it('redirect to another origin, to a fixed address, or in a circle', async () => {
    registry.faults.inject(redirectToOrigin('http://other.example'), { times: 1 });
    const other = await send('GET', `${blobUrl}?a=b`);
    expect([other.status, other.headers.location]).toEqual([
      307,
      `http://other.example/v2/app/blobs/${digest}?a=b`,
    ]);
    registry.faults.inject(redirectTo('/elsewhere', 302), { times: 1 });
    const fixed = await send('GET', blobUrl);
    expect([fixed.status, fixed.headers.location]).toEqual([302, '/elsewhere']);
    registry.faults.inject(redirectLoop());
    expect((await send('GET', blobUrl)).headers.location).toBe(blobUrl);
  });

  it('write Location in every form', async () => {
    const open = async (): Promise<string> =>
      (await send('POST', `${registry.url}/v2/app/blobs/uploads/`)).headers.location ?? '';
    const host = registry.host.replaceAll('.', '\\.');
    for (const [fault, pattern] of [
      [locationAs('relative'), '^/v2/app/blobs/uploads/'],
      [locationAs('absolute'), `^http://${host}/v2/app/blobs/uploads/`],
      [locationAs('schemeless'), `^//${host}/v2/app/blobs/uploads/`],
      [locationAt('http://evil.example'), '^http://evil\\.example/v2/app/blobs/uploads/'],
    ] as const) {
      registry.faults.inject(fault, { times: 1 });
      expect(await open()).toMatch(new RegExp(pattern));
    }
  });

  it('want their state back', async () => {
    registry.faults.inject(locationState('a b+c='));
    const location = await openUpload(registry.url, 'app');
    expect(location).toContain('?_state=a%20b%2Bc%3D');
    const [bare = ''] = location.split('?');
    expect((await send('PUT', `${bare}?digest=${digest}`, { body: content })).status).toBe(400);
    expect((await send('PUT', completing(location, digest), { body: content })).status).toBe(201);
  });

  it('never mount', async () => {
    registry.faults.inject(neverMount());
    const url = `${registry.url}/v2/new/blobs/uploads/?mount=${digest}&from=app`;
    expect((await send('POST', url)).status).toBe(202);
  });

  it('page without end, in a circle, or elsewhere; and list null', async () => {
    const url = `${registry.url}/v2/app/tags/list`;
    const links: unknown[] = [];
    for (const fault of [circularPages(), linkAt('http://evil.example')]) {
      registry.faults.inject(fault, { times: 1 });
      links.push((await send('GET', `${url}?n=1`)).next);
    }
    registry.faults.inject(endlessPages(), { times: 2 });
    links.push((await send('GET', url)).next, (await send('GET', url)).next);
    expect(links).toEqual([
      '/v2/app/tags/list?n=1',
      'http://evil.example/v2/app/tags/list?last=elsewhere',
      '/v2/app/tags/list?last=page-1',
      '/v2/app/tags/list?last=page-2',
    ]);
    registry.faults.inject(nullTags());
    expect((await send('GET', url)).json()).toEqual({ name: 'app', tags: null });
  });

  it('trap cookies', async () => {
    registry.faults.inject(cookieTrap());
    const first = await send('GET', blobUrl);
    expect([first.status, first.headers['set-cookie']?.length]).toEqual([200, 1]);
    expect((await send('GET', blobUrl, { headers: { cookie: 'sid=1' } })).status).toBe(403);
  });
});
