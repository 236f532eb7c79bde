import { Agent } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRegistry, type RunningRegistry } from '@oci-sync/registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completing, digestOf, openUpload, send } from './plain-client.js';

const content = Buffer.from('0123456789'.repeat(100));
const digest = digestOf(content);

describe.each(['memory', 'directory'] as const)('blobs in %s storage', (kind) => {
  let directory: string;
  let registry: RunningRegistry;
  const blobUrl = (repository: string, wanted: string): string =>
    `${registry.url}/v2/${repository}/blobs/${wanted}`;
  const uploadsUrl = (repository: string, query = ''): string =>
    `${registry.url}/v2/${repository}/blobs/uploads/${query}`;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'registry-'));
    registry = await startRegistry({ storage: kind === 'memory' ? 'memory' : { directory } });
    await registry.content.putBlob('seeded', content);
  });
  afterAll(async () => {
    await registry.close();
    await rm(directory, { recursive: true });
  });

  it('takes a blob by POST and PUT and serves it whole', async () => {
    const location = await openUpload(registry.url, 'push/put');
    const put = await send('PUT', completing(location, digest), { body: content });
    expect(put.status).toBe(201);
    expect(put.headers['docker-content-digest']).toBe(digest);
    const got = await send('GET', new URL(put.headers.location ?? '', registry.url).href);
    expect(got.status).toBe(200);
    expect(got.headers['content-length']).toBe(String(content.length));
    expect(got.body.equals(content)).toBe(true);
  });

  it('takes a blob by a single POST', async () => {
    const post = await send('POST', uploadsUrl('push/post', `?digest=${digest}`), { body: content });
    expect(post.status).toBe(201);
    expect((await send('HEAD', blobUrl('push/post', digest))).status).toBe(200);
  });

  it('takes a blob in chunks and refuses one that is out of order, keeping what it has', async () => {
    let location = await openUpload(registry.url, 'push/chunks');
    const first = await send('PATCH', location, {
      body: content.subarray(0, 400),
      headers: { 'content-range': '0-399' },
    });
    expect([first.status, first.headers.range]).toEqual([202, '0-399']);
    location = new URL(first.headers.location ?? '', registry.url).href;
    const wrong = await send('PATCH', location, {
      body: content.subarray(500, 600),
      headers: { 'content-range': '500-599' },
    });
    expect([wrong.status, wrong.headers.range]).toEqual([416, '0-399']);
    const status = await send('GET', location);
    expect([status.status, status.headers.range]).toEqual([204, '0-399']);
    const last = await send('PUT', completing(location, digest), {
      body: content.subarray(400),
      headers: { 'content-range': '400-999' },
    });
    expect(last.status).toBe(201);
    expect((await send('GET', blobUrl('push/chunks', digest))).body.equals(content)).toBe(true);
  });

  it('refuses a chunk whose Content-Range is malformed or disagrees with its length', async () => {
    const location = await openUpload(registry.url, 'push/ranges');
    for (const range of ['bytes 0-9/*', '0-98', '9-0', 'x']) {
      const answer = await send('PATCH', location, {
        body: content.subarray(0, 100),
        headers: { 'content-range': range },
      });
      expect([range, answer.status >= 400]).toEqual([range, true]);
    }
    expect((await send('GET', location)).headers.range).toBe('0-0');
  });

  it('takes a streamed PATCH of unknown length', async () => {
    const location = await openUpload(registry.url, 'push/stream');
    const patch = await send('PATCH', location, { body: content, chunked: true });
    expect([patch.status, patch.headers.range]).toEqual([202, '0-999']);
    expect((await send('PUT', completing(location, digest))).status).toBe(201);
  });

  it('keeps what arrived before a connection broke, so that an upload can go on', async () => {
    const location = await openUpload(registry.url, 'push/broken');
    await expect(
      send('PATCH', location, {
        body: content,
        abortAfterBytes: 300,
      }),
    ).rejects.toThrow('socket hang up');
    await expect.poll(async () => (await send('GET', location)).headers.range).toBe('0-299');
    const put = await send('PUT', completing(location, digest), {
      body: content.subarray(300),
      headers: { 'content-range': '300-999' },
    });
    expect(put.status).toBe(201);
  });

  it('refuses content with another digest and stores nothing', async () => {
    const other = digestOf('other');
    const location = await openUpload(registry.url, 'push/wrong');
    const put = await send('PUT', completing(location, other), { body: content });
    expect([put.status, put.errorCode()]).toEqual([400, 'DIGEST_INVALID']);
    expect((await send('HEAD', blobUrl('push/wrong', other))).status).toBe(404);
    expect((await send('GET', location)).status).toBe(404);
    expect(registry.content.hasRepository('push/wrong')).toBe(false);
  });

  it('refuses a digest that is malformed', async () => {
    const location = await openUpload(registry.url, 'push/malformed');
    for (const malformed of ['sha256:abc', 'md5:abc', '../../etc/passwd', '']) {
      const put = await send('PUT', completing(location, encodeURIComponent(malformed)), { body: content });
      expect([malformed, put.status, put.errorCode()]).toEqual([malformed, 400, 'DIGEST_INVALID']);
    }
  });

  it('takes sha512 digests and empty blobs', async () => {
    for (const [bytes, wanted] of [
      [content, digestOf(content, 'sha512')],
      [Buffer.alloc(0), digestOf('')],
    ] as const) {
      const location = await openUpload(registry.url, 'push/odd');
      expect((await send('PUT', completing(location, wanted), { body: bytes })).status).toBe(201);
      const got = await send('GET', blobUrl('push/odd', wanted));
      expect(got.headers['content-length']).toBe(String(bytes.length));
      expect(got.body.equals(bytes)).toBe(true);
    }
  });

  it('cancels an upload', async () => {
    const location = await openUpload(registry.url, 'push/cancel');
    expect((await send('DELETE', location)).status).toBe(204);
    const put = await send('PUT', completing(location, digest), { body: content });
    expect([put.status, put.errorCode()]).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
  });

  it('does not find an upload through another repository', async () => {
    const location = await openUpload(registry.url, 'push/mine');
    const elsewhere = location.replace('push/mine', 'push/yours');
    expect((await send('PUT', completing(elsewhere, digest), { body: content })).status).toBe(404);
  });

  it('mounts from the repository named, or from any', async () => {
    for (const query of [`?mount=${digest}&from=seeded`, `?mount=${digest}`]) {
      const target = `mounted/${query.length}`;
      const mounted = await send('POST', uploadsUrl(target, query));
      expect(mounted.status).toBe(201);
      const got = await send('GET', new URL(mounted.headers.location ?? '', registry.url).href);
      expect(got.body.equals(content)).toBe(true);
    }
  });

  it('answers a mount of what is not there with a usable upload', async () => {
    const missing = Buffer.from('not there yet');
    const opened = await send('POST', uploadsUrl('mounted/new', `?mount=${digestOf(missing)}&from=seeded`));
    expect(opened.status).toBe(202);
    const location = new URL(opened.headers.location ?? '', registry.url).href;
    expect((await send('PUT', completing(location, digestOf(missing)), { body: missing })).status).toBe(201);
  });

  it.each([
    ['bytes=500-599', 206, 'bytes 500-599/1000', 100],
    ['bytes=500-', 206, 'bytes 500-999/1000', 500],
    ['bytes=-300', 206, 'bytes 700-999/1000', 300],
    ['bytes=-3000', 206, 'bytes 0-999/1000', 1000],
    ['bytes=900-5000', 206, 'bytes 900-999/1000', 100],
    ['bytes=0-0', 206, 'bytes 0-0/1000', 1],
    ['bytes=1000-', 416, 'bytes */1000', undefined],
    ['bytes=500-0', 416, 'bytes */1000', undefined],
    ['bytes=-0', 416, 'bytes */1000', undefined],
    ['bytes=0-1,5-6', 200, undefined, 1000],
    ['lines=1-2', 200, undefined, 1000],
    ['bytes=-', 200, undefined, 1000],
  ])('answers Range %s with %i', async (range, status, contentRange, length) => {
    const got = await send('GET', blobUrl('seeded', digest), { headers: { range } });
    expect([got.status, got.headers['content-range']]).toEqual([status, contentRange]);
    if (length === undefined) return;
    expect(got.headers['content-length']).toBe(String(length));
    const start = Number(/bytes (\d+)/.exec(contentRange ?? 'bytes 0')?.[1]);
    expect(got.body.equals(content.subarray(start, start + length))).toBe(true);
  });

  it('honours If-Range', async () => {
    const headers = { range: 'bytes=0-9' };
    const same = await send('GET', blobUrl('seeded', digest), {
      headers: { ...headers, 'if-range': `"${digest}"` },
    });
    const other = await send('GET', blobUrl('seeded', digest), {
      headers: { ...headers, 'if-range': '"x"' },
    });
    expect([same.status, other.status]).toEqual([206, 200]);
  });

  it('deletes a blob from one repository and leaves the others theirs', async () => {
    await registry.content.putBlob('keep', content);
    await registry.content.putBlob('drop', content);
    expect((await send('DELETE', blobUrl('drop', digest))).status).toBe(202);
    expect((await send('DELETE', blobUrl('drop', digest))).status).toBe(404);
    expect((await send('GET', blobUrl('keep', digest))).body.equals(content)).toBe(true);
  });

  it('stores the same blob sent twice at once', async () => {
    const body = Buffer.alloc(3_000_000, 'x');
    const push = async (repository: string): Promise<number> => {
      const location = await openUpload(registry.url, repository);
      return (await send('PUT', completing(location, digestOf(body)), { body })).status;
    };
    expect(await Promise.all([push('twice/a'), push('twice/a'), push('twice/b')])).toEqual([201, 201, 201]);
    const got = await send('GET', blobUrl('twice/b', digestOf(body)));
    expect(got.body.equals(body)).toBe(true);
  });
});

describe('bounds', () => {
  it('refuses a blob over the limit and drops the upload', async () => {
    await using registry = await startRegistry({ limits: { blobBytes: 1_000_000 } });
    const location = await openUpload(registry.url, 'large');
    const put = await send('PUT', completing(location, digest), { body: Buffer.alloc(50_000_000) });
    expect([put.status, put.errorCode()]).toEqual([413, 'SIZE_INVALID']);
    expect((await send('GET', location)).status).toBe(404);
  });

  it('reads away what it refuses, so that the connection can be used again', async () => {
    await using registry = await startRegistry({ limits: { blobBytes: 1_000_000 } });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const statuses: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const location = await openUpload(registry.url, 'large');
      const answer = await send('PATCH', location, { body: Buffer.alloc(5_000_000), agent });
      statuses.push(answer.status);
    }
    agent.destroy();
    expect(statuses).toEqual([413, 413, 413]);
    expect(registry.requests.count({ method: 'PATCH' })).toBe(3);
  });

  it('lets the upload idle longest give way when there are too many', async () => {
    await using registry = await startRegistry({ limits: { uploads: 2 } });
    const opened = [
      await openUpload(registry.url, 'many'),
      await openUpload(registry.url, 'many'),
      await openUpload(registry.url, 'many'),
    ];
    const statuses = await Promise.all(opened.map(async (url) => (await send('GET', url)).status));
    expect(statuses).toEqual([404, 204, 204]);
  });
});
