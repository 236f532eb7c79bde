import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startScriptedServer, type Script, type ScriptedServer } from '../../test/scripted-server.js';
import type { Descriptor } from '../content/descriptor.js';
import { mediaTypes } from '../content/media-types.js';
import type { BlobUpload, ContentDestination } from '../content/store.js';
import { digestOf } from '../reference/digest.js';
import { openRegistry } from './open-registry.js';
import { createRegistryClient, type RegistryClient, type RegistryClientOptions } from './registry-client.js';
import type { RegistryProfile } from './registry-profile.js';

function open(
  server: ScriptedServer,
  options: { readonly profile?: Partial<RegistryProfile>; readonly client?: RegistryClientOptions } = {},
): { repository: ContentDestination; client: RegistryClient } {
  const client = createRegistryClient({
    http: { plainHttpHosts: [server.host], retry: { attempts: 2, baseDelayMs: 1 } },
    profileFor: () => ({ name: 'test', ...options.profile }),
    ...options.client,
  });
  onTestFinished(() => client.close());
  const repository = openRegistry(client, { registry: server.host, repository: 'a/b', access: 'push' });
  return { repository, client };
}

async function start(
  script: Script,
  options: { readonly profile?: Partial<RegistryProfile>; readonly client?: RegistryClientOptions } = {},
): Promise<{ server: ScriptedServer; repository: ContentDestination; client: RegistryClient }> {
  const server = await startScriptedServer(script);
  return { server, ...open(server, options) };
}

const lines = (server: ScriptedServer): string[] =>
  server.requests.map(({ method, url }) => `${method} ${url}`);

const manifest = Buffer.from('{"schemaVersion":2}');
const manifestDigest = digestOf(manifest);
const blob = Buffer.from('0123456789'.repeat(100));
const layer: Descriptor = { mediaType: 'x/layer', digest: digestOf(blob), size: blob.length };

function error(code: string, message = 'why'): string {
  return JSON.stringify({ errors: [{ code, message }] });
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('resolve', () => {
  it('takes one HEAD where it tells the digest', async () => {
    const { server, repository } = await start((_request, response) => {
      const headers = { 'content-type': `${mediaTypes.ociManifest}; charset=utf-8`, 'content-length': '19' };
      response.writeHead(200, { ...headers, 'docker-content-digest': manifestDigest }).end();
    });
    expect(await repository.resolve('v1')).toEqual({
      mediaType: mediaTypes.ociManifest,
      digest: manifestDigest,
      size: 19,
    });
    expect(lines(server)).toEqual(['HEAD /v2/a/b/manifests/v1']);
    expect(server.requests[0]?.headers.accept?.split(', ')).toEqual([
      mediaTypes.ociIndex,
      mediaTypes.ociManifest,
      mediaTypes.dockerList,
      mediaTypes.dockerManifest,
      mediaTypes.ociArtifact,
    ]);
  });

  it.each([
    ['no digest', 200, {}],
    ['a malformed digest', 200, { 'docker-content-digest': 'sha256:../..' }],
    ['405', 405, {}],
  ])('fetches and hashes after a HEAD with %s', async (_name, status, headers) => {
    const { server, repository } = await start((request, response) => {
      response.setHeader('content-type', mediaTypes.ociManifest);
      if (request.method === 'HEAD') response.writeHead(status, headers).end();
      else response.end(manifest);
    });
    expect(await repository.resolve('v1')).toMatchObject({ digest: manifestDigest, size: manifest.length });
    expect(lines(server)).toEqual(['HEAD /v2/a/b/manifests/v1', 'GET /v2/a/b/manifests/v1']);
  });

  it('is undefined for 404', async () => {
    const { repository } = await start((_request, response) => response.writeHead(404).end());
    expect(await repository.resolve('v1')).toBeUndefined();
  });

  it('says what a 403 says, which only a GET tells', async () => {
    const { repository } = await start((request, response) =>
      response
        .writeHead(403)
        .end(request.method === 'HEAD' ? undefined : error('DENIED', 'no \u001b[31mway\n')),
    );
    await expect(repository.resolve('v1')).rejects.toMatchObject({
      code: 'OCI_DENIED',
      status: 403,
      registryCodes: ['DENIED'],
      message: expect.stringMatching(/access is denied \(DENIED: no {1,2}\[31mway ?\)$/) as string,
    });
  });
});

describe('fetchManifest', () => {
  it.each([
    ['identity', manifest],
    ['gzip', gzipSync(manifest)],
  ])('reads it as %s, without type parameters', async (encoding, bytes) => {
    const { repository } = await start((_request, response) => {
      response.writeHead(200, { 'content-type': `${mediaTypes.ociIndex};x=y`, 'content-encoding': encoding });
      response.end(bytes);
    });
    expect(await repository.fetchManifest(manifestDigest)).toEqual({
      mediaType: mediaTypes.ociIndex,
      digest: manifestDigest,
      bytes: manifest,
    });
  });

  it('hashes with the algorithm that was asked for', async () => {
    const { repository } = await start((_request, response) => {
      response.writeHead(200, { 'content-type': mediaTypes.ociIndex }).end(manifest);
    });
    const digest = digestOf(manifest, 'sha512');
    expect((await repository.fetchManifest(digest)).digest).toBe(digest);
  });

  it('finds out its type where the header does not tell, and refuses one that contradicts', async () => {
    const bytes = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociManifest, layers: [] });
    let served = 'text/plain';
    const { repository } = await start((_request, response) => {
      response.writeHead(200, { 'content-type': served }).end(bytes);
    });
    expect((await repository.fetchManifest('v1')).mediaType).toBe(mediaTypes.ociManifest);
    served = mediaTypes.dockerManifest;
    await expect(repository.fetchManifest('v1')).rejects.toMatchObject({ code: 'OCI_INVALID_MANIFEST' });
  });

  it.each([
    ['other content', 200, 'other', 'OCI_DIGEST_MISMATCH'],
    ['too much', 200, 'x'.repeat(4 * 1024 * 1024 + 1), 'OCI_TOO_LARGE'],
    ['a missing manifest', 404, error('MANIFEST_UNKNOWN'), 'OCI_NOT_FOUND'],
    ['a missing repository', 404, error('NAME_UNKNOWN'), 'OCI_REPOSITORY_MISSING'],
    ['no credentials', 401, '', 'OCI_UNAUTHORIZED'],
    ['limits', 429, error('TOOMANYREQUESTS'), 'OCI_RATE_LIMITED'],
    ['a broken registry', 500, '<html>', 'OCI_REGISTRY'],
  ])('fails for %s', async (_name, status, body, code) => {
    const { repository } = await start((_request, response) => response.writeHead(status).end(body));
    await expect(repository.fetchManifest(manifestDigest)).rejects.toMatchObject({ code });
  });

  it('bounds what a compressed body becomes', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const { repository } = await start((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    await expect(repository.fetchManifest('v1')).rejects.toMatchObject({ code: 'OCI_REGISTRY' });
  });
});

describe('fetchBlob', () => {
  const serve =
    (ranges: 'honoured' | 'ignored' | 'refused' | 'wrong'): Script =>
    (request, response) => {
      const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
      if (first === undefined || ranges === 'ignored') response.end(blob);
      else if (ranges === 'refused') response.writeHead(416).end();
      else {
        const from = ranges === 'wrong' ? 0 : Number(first);
        const range = { 'content-range': `bytes ${from}-${last}/${blob.length}` };
        response.writeHead(206, range).end(blob.subarray(from, Number(last) + 1));
      }
    };

  it.each(['honoured', 'ignored', 'refused', 'wrong'] as const)(
    'goes on where it was, ranges %s',
    async (ranges) => {
      const { server, repository } = await start(serve(ranges));
      expect(await collect(await repository.fetchBlob(layer))).toEqual(blob);
      expect(await collect(await repository.fetchBlob(layer, { offset: 123 }))).toEqual(blob.subarray(123));
      expect(server.requests[1]?.headers.range).toBe(`bytes=123-${blob.length - 1}`);
      const before = server.requests.length;
      expect(await collect(await repository.fetchBlob(layer, { offset: blob.length }))).toHaveLength(0);
      expect(server.requests).toHaveLength(before);
    },
  );

  it('refuses a blob of another size before reading it', async () => {
    const { repository } = await start((_request, response) => response.end('short'));
    await expect(repository.fetchBlob(layer)).rejects.toMatchObject({ code: 'OCI_SIZE_MISMATCH' });
  });

  it('undoes a content encoding only where the bytes are not the blob', async () => {
    const packed = gzipSync(blob);
    const { repository } = await start((_request, response) => {
      const headers = { 'content-encoding': 'gzip', 'content-length': String(packed.length) };
      response.writeHead(200, headers).end(packed);
    });
    expect(await collect(await repository.fetchBlob(layer))).toEqual(blob);
    const stored = { mediaType: 'x/layer+gzip', digest: digestOf(packed), size: packed.length };
    expect(await collect(await repository.fetchBlob(stored))).toEqual(packed);
  });

  it('says when a blob is missing', async () => {
    const { repository } = await start((_request, response) =>
      response.writeHead(404).end(error('BLOB_UNKNOWN')),
    );
    await expect(repository.fetchBlob(layer)).rejects.toMatchObject({ code: 'OCI_NOT_FOUND' });
    expect(await repository.hasBlob(layer)).toBe(false);
  });
});

describe('uploads', () => {
  /** Keeps what arrives; sessions live under `/up/`. */
  function store(change: Script = () => {}): { script: Script; received: Buffer[] } {
    const received: Buffer[] = [];
    return {
      received,
      script: (request, response, raw) => {
        change(request, response, raw);
        if (response.writableEnded) return;
        if (request.method === 'POST') {
          response.writeHead(202, { location: '/up/1?_state=a%2Fb==' }).end();
        } else {
          received.push(request.body);
          const status = request.method === 'PUT' ? 201 : 202;
          response.writeHead(status, { location: `/up/1?_state=${received.length}` }).end();
        }
      },
    };
  }

  async function begin(repository: ContentDestination): Promise<BlobUpload> {
    const started = await repository.startUpload();
    if (started.outcome !== 'started') throw new Error('nothing was started');
    return started.upload;
  }

  async function upload(repository: ContentDestination): Promise<void> {
    const session = await begin(repository);
    await session.send(layer, Readable.from([blob.subarray(0, 600), blob.subarray(600)]));
  }

  it('send a blob in one PUT with its size, the state as it came', async () => {
    const { script, received } = store();
    const { server, repository } = await start(script);
    await upload(repository);
    expect(lines(server)).toEqual([
      'POST /v2/a/b/blobs/uploads/',
      `PUT /up/1?_state=a%2Fb==&digest=${encodeURIComponent(layer.digest)}`,
    ]);
    expect(server.requests[1]?.headers).toMatchObject({
      'content-length': '1000',
      'content-type': 'application/octet-stream',
    });
    expect(received).toEqual([blob]);
  });

  it('send an empty blob', async () => {
    const { script } = store();
    const { server, repository } = await start(script);
    const session = await begin(repository);
    const empty = { mediaType: 'x/y', digest: digestOf(Buffer.alloc(0)), size: 0 };
    await session.send(empty, Readable.from([]));
    expect(server.requests[1]).toMatchObject({ method: 'PUT', body: Buffer.alloc(0) });
    expect(server.requests[1]?.headers['content-length']).toBe('0');
  });

  it('stream a PATCH where the registry wants that', async () => {
    const { script, received } = store();
    const { server, repository } = await start(script, { profile: { upload: 'patch' } });
    await upload(repository);
    expect(lines(server).slice(1)).toEqual([
      'PATCH /up/1?_state=a%2Fb==',
      `PUT /up/1?_state=1&digest=${encodeURIComponent(layer.digest)}`,
    ]);
    expect(received).toEqual([blob, Buffer.alloc(0)]);
  });

  it('send chunks where the registry wants those, no smaller than it allows', async () => {
    const { script, received } = store((request, response) => {
      if (request.method === 'POST') {
        response.writeHead(202, { location: '/up/1', 'oci-chunk-min-length': '400' }).end();
      }
    });
    const { server, repository } = await start(script, {
      profile: { upload: 'chunks', chunkSizeBytes: 100 },
    });
    await upload(repository);
    expect(server.requests.slice(1).map(({ headers }) => headers['content-range'])).toEqual([
      '0-399',
      '400-799',
      '800-999',
      undefined,
    ]);
    expect(Buffer.concat(received)).toEqual(blob);
  });

  it('fail when a chunk was kept in part', async () => {
    const { script } = store((request, response) => {
      if (request.method === 'PATCH') response.writeHead(202, { location: '/up/1', range: '0-50' }).end();
    });
    const { repository } = await start(script, { profile: { upload: 'chunks', chunkSizeBytes: 100 } });
    await expect(upload(repository)).rejects.toMatchObject({ code: 'OCI_UPLOAD_FAILED', retryable: true });
  });

  it('use another form for the next attempt when one is too large for the registry', async () => {
    const { script, received } = store((request, response) => {
      if (request.body.length > 400) response.writeHead(413).end();
    });
    const { repository } = await start(script, { profile: { chunkSizeBytes: 400 } });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(upload(repository)).rejects.toMatchObject({ code: 'OCI_UPLOAD_FAILED', retryable: true });
    }
    await upload(repository);
    expect(Buffer.concat(received)).toEqual(blob);
  });

  it('keep the form where the profile says so', async () => {
    const { script } = store((request, response) => {
      if (request.method === 'PUT') response.writeHead(413).end();
    });
    const { server, repository } = await start(script, { profile: { uploadFallback: false } });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(upload(repository)).rejects.toMatchObject({ retryable: false });
    }
    expect(lines(server).filter((line) => line.startsWith('PATCH'))).toEqual([]);
  });

  it('never repeat a PUT, and give the source up when it is refused', async () => {
    const { script } = store((request, response) => {
      if (request.method === 'PUT') response.writeHead(500).end();
    });
    const { server, repository } = await start(script);
    const session = await begin(repository);
    const body = Readable.from([blob]);
    await expect(session.send(layer, body)).rejects.toMatchObject({ retryable: true });
    expect(lines(server)).toHaveLength(2);
    expect(body.destroyed).toBe(true);
  });

  it('send no credentials to another host that an upload goes on at', async () => {
    const other = await startScriptedServer((_request, response) =>
      response.writeHead(401, { 'www-authenticate': 'Basic realm="give me"' }).end(),
    );
    const { script } = store((request, response) => {
      if (request.headers.authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      } else if (request.method === 'POST')
        response.writeHead(202, { location: `${other.url.href}up` }).end();
    });
    const server = await startScriptedServer(script);
    const { repository } = open(server, {
      client: {
        http: { plainHttpHosts: [server.host] },
        credentials: [
          {
            name: 'file',
            getCredential: async () => ({ kind: 'basic', username: 'me', password: 'secret' }),
          },
        ],
      },
    });
    await expect(upload(repository)).rejects.toMatchObject({ status: 401 });
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('say when the repository is missing', async () => {
    const { repository } = await start((_request, response) =>
      response.writeHead(404).end(error('NAME_UNKNOWN')),
    );
    await expect(repository.startUpload()).rejects.toMatchObject({ code: 'OCI_REPOSITORY_MISSING' });
  });

  it('can be cancelled, whatever the registry thinks of that', async () => {
    const { script } = store((request, response) => {
      if (request.method === 'DELETE') response.writeHead(405).end();
    });
    const { server, repository } = await start(script);
    await (await begin(repository)).cancel();
    expect(lines(server)[1]).toBe('DELETE /up/1?_state=a%2Fb==');
  });
});

describe('mounts', () => {
  const mount = { digest: layer.digest, from: 'other/repository' };
  const query = `?mount=${encodeURIComponent(layer.digest)}&from=other%2Frepository`;

  it('are done by 201 only; 202 is an upload', async () => {
    const statuses = [201, 202];
    const { server, repository } = await start((_request, response) =>
      response.writeHead(statuses.shift() ?? 500, { location: '/up/1' }).end(),
    );
    expect(await repository.startUpload({ mount })).toEqual({ outcome: 'mounted' });
    expect(await repository.startUpload({ mount })).toMatchObject({ outcome: 'started' });
    expect(lines(server)).toEqual(Array.from({ length: 2 }, () => `POST /v2/a/b/blobs/uploads/${query}`));
  });

  it.each([400, 401, 403, 404, 405])('that are refused with %s become plain uploads', async (status) => {
    const { server, repository } = await start((request, response) =>
      response.writeHead(request.url.includes('?') ? status : 202, { location: '/up/1' }).end(),
    );
    expect(await repository.startUpload({ mount })).toMatchObject({ outcome: 'started' });
    expect(lines(server).at(-1)).toBe('POST /v2/a/b/blobs/uploads/');
  });

  it('are not tried where the profile says so', async () => {
    const { server, repository } = await start(
      (_request, response) => response.writeHead(202, { location: '/up/1' }).end(),
      { profile: { mounts: false } },
    );
    expect(repository.mounts).toMatchObject({ areOn: false, repository: 'a/b' });
    await repository.startUpload({ mount });
    expect(lines(server)).toEqual(['POST /v2/a/b/blobs/uploads/']);
  });
});

describe('pushManifest', () => {
  const content = { mediaType: mediaTypes.ociManifest, digest: manifestDigest, bytes: manifest };

  it('puts the bytes under the tag, or under the digest', async () => {
    const { server, repository } = await start((_request, response) => {
      const headers = { 'docker-content-digest': manifestDigest, 'oci-subject': manifestDigest };
      response.writeHead(201, headers).end();
    });
    expect(await repository.pushManifest(content, { tag: 'v1' })).toEqual({
      digest: manifestDigest,
      subjectProcessed: true,
    });
    await repository.pushManifest(content);
    expect(lines(server)).toEqual(['PUT /v2/a/b/manifests/v1', `PUT /v2/a/b/manifests/${manifestDigest}`]);
    expect(server.requests[0]).toMatchObject({ body: manifest });
    expect(server.requests[0]?.headers['content-type']).toBe(mediaTypes.ociManifest);
  });

  it('is repeated after a failure that may pass', async () => {
    const statuses = [503, 200];
    const { repository } = await start((_request, response) =>
      response.writeHead(statuses.shift() ?? 500).end(),
    );
    expect(await repository.pushManifest(content)).toEqual({ digest: undefined, subjectProcessed: false });
  });

  const immutable = error('TAG_INVALID', "The image tag 'v1' already exists and cannot be overwritten");
  it.each([
    [400, immutable],
    [412, ''],
    [409, error('CONFLICT')],
    [405, error('DENIED', 'the repository is immutable')],
  ])('is a success when an immutable tag (%s) is the same, an error when not', async (status, body) => {
    let digest = manifestDigest;
    const { repository } = await start((request, response) => {
      response.setHeader('content-type', mediaTypes.ociManifest);
      if (request.method === 'PUT') response.writeHead(status).end(body);
      else response.writeHead(200, { 'docker-content-digest': digest }).end();
    });
    expect(await repository.pushManifest(content, { tag: 'v1' })).toMatchObject({ digest: manifestDigest });
    digest = layer.digest;
    await expect(repository.pushManifest(content, { tag: 'v1' })).rejects.toMatchObject({
      code: 'OCI_TAG_IMMUTABLE',
    });
  });

  it.each([
    ['a missing blob', 400, error('MANIFEST_BLOB_UNKNOWN'), { code: 'OCI_UPLOAD_FAILED', retryable: true }],
    ['a missing layer (ECR)', 404, error('BLOB_UPLOAD_UNKNOWN'), { code: 'OCI_UPLOAD_FAILED' }],
    ['content it does not take (ECR)', 405, error('UNSUPPORTED'), { code: 'OCI_UNSUPPORTED_CONTENT' }],
    ['an invalid manifest', 400, error('MANIFEST_INVALID'), { code: 'OCI_UNSUPPORTED_CONTENT' }],
    ['a large manifest', 413, '', { code: 'OCI_TOO_LARGE' }],
    ['a missing repository', 404, error('NAME_UNKNOWN'), { code: 'OCI_REPOSITORY_MISSING' }],
    ['a missing permission', 403, error('DENIED'), { code: 'OCI_DENIED' }],
    ['something else', 400, error('ODD'), { code: 'OCI_UPLOAD_FAILED', registryCodes: ['ODD'] }],
  ])('fails for %s', async (_name, status, body, expected) => {
    const { repository } = await start((_request, response) => response.writeHead(status).end(body));
    await expect(repository.pushManifest(content)).rejects.toMatchObject(expected);
  });

  it('keeps the rate of the profile', async () => {
    const { repository } = await start((_request, response) => response.writeHead(201).end(), {
      profile: { manifestPutsPerSecond: 20 },
    });
    const begin = performance.now();
    await Promise.all(Array.from({ length: 30 }, () => repository.pushManifest(content)));
    expect(performance.now() - begin).toBeGreaterThan(450);
  });
});

describe('listTags', () => {
  const list = async (repository: ContentDestination): Promise<string[]> => {
    const tags: string[] = [];
    for await (const tag of repository.listTags()) tags.push(tag);
    return tags;
  };
  const page = (...tags: unknown[]): string => JSON.stringify({ name: 'a/b', tags });

  it('follows links, with their query as it came, and leaves out what is no tag', async () => {
    const { server, repository } = await start((request, response) => {
      if (request.url.includes('last')) response.end(page('c', 'a', `sha256:${'0'.repeat(64)}`));
      else {
        response.setHeader('link', '</v2/without-prefix/tags/list?last=b%2B&n=2>; rel="next"');
        response.end(page('a', null, 'b'));
      }
    });
    expect(await list(repository)).toEqual(['a', 'b', 'c']);
    expect(lines(server)[1]).toBe('GET /v2/a/b/tags/list?last=b%2B&n=2');
  });

  it('asks again when a full page has no link', async () => {
    const all = Array.from({ length: 5 }, (_item, index) => `t${index}`);
    const { server, repository } = await start(
      (request, response) => {
        const last = new URL(request.url, 'http://x').searchParams.get('last');
        const from = last === null ? 0 : all.indexOf(last) + 1;
        response.end(page(...all.slice(from, from + 2)));
      },
      { profile: { tagPageSize: 2 } },
    );
    expect(await list(repository)).toEqual(all);
    expect(server.requests).toHaveLength(3);
  });

  it('ends when a registry gives everything every time', async () => {
    const { server, repository } = await start((_request, response) => response.end(page('a', 'b', 'c')), {
      profile: { tagPageSize: 2 },
    });
    expect(await list(repository)).toEqual(['a', 'b', 'c']);
    expect(server.requests).toHaveLength(2);
  });

  it('asks without a size when the registry does not take it', async () => {
    const { server, repository } = await start((request, response) => {
      if (request.url.includes('n=')) response.writeHead(405).end(error('UNSUPPORTED'));
      else response.end(page('a'));
    });
    expect(await list(repository)).toEqual(['a']);
    expect(lines(server)).toEqual(['GET /v2/a/b/tags/list?n=1000', 'GET /v2/a/b/tags/list']);
  });

  it.each([
    ['null', '{"tags":null}'],
    ['nothing', '{}'],
  ])('takes %s for no tags', async (_name, body) => {
    const { repository } = await start((_request, response) => response.end(body));
    expect(await list(repository)).toEqual([]);
  });

  it.each([
    ['a link in a circle', 'OCI_REGISTRY', '</v2/a/b/tags/list?n=1000>; rel=next'],
    ['a link to another host', 'OCI_REFUSED_REDIRECT', '<http://127.0.0.1:1/v2/>; rel=next'],
  ])('fails for %s', async (_name, code, link) => {
    const { repository } = await start((_request, response) =>
      response.setHeader('link', link).end(page('a')),
    );
    await expect(list(repository)).rejects.toMatchObject({ code });
  });

  it('tells digests where the list does (GAR)', async () => {
    const manifests = {
      [manifestDigest]: { tag: ['a'] },
      [layer.digest]: { tag: [] },
      nonsense: { tag: ['b'] },
    };
    const { repository } = await start((_request, response) =>
      response.end(JSON.stringify({ tags: ['a', 'b'], manifest: manifests })),
    );
    const tags = [];
    for await (const tag of repository.listTagDigests?.() ?? []) tags.push(tag);
    expect(tags).toEqual([
      { tag: 'a', digest: manifestDigest },
      { tag: 'b', digest: undefined },
    ]);
  });

  it('tells whether a repository exists', async () => {
    const answers: [number, string][] = [
      [200, page()],
      [404, error('NAME_UNKNOWN')],
      [404, 'not found'],
      [403, ''],
    ];
    const { repository } = await start((_request, response) => {
      const [status, body] = answers.shift() ?? [500, ''];
      response.writeHead(status).end(body);
    });
    const found = [];
    for (let attempt = 0; attempt < 4; attempt += 1) found.push(await repository.repositoryExists());
    expect(found).toEqual([true, false, undefined, undefined]);
  });
});

describe('listReferrers', () => {
  const item = { mediaType: mediaTypes.ociManifest, digest: layer.digest, size: 3, artifactType: 'x/sig' };
  const index = JSON.stringify({ mediaType: mediaTypes.ociIndex, manifests: [item, { digest: 'bad' }] });

  it('asks the API, all pages, and filters what the registry did not', async () => {
    const { server, repository } = await start((request, response) => {
      response.setHeader('content-type', mediaTypes.ociIndex);
      if (!request.url.includes('page')) response.setHeader('link', '<?page=2>; rel="next"');
      response.end(index);
    });
    expect(await repository.listReferrers(manifestDigest)).toEqual({
      from: 'api',
      descriptors: [item, item],
    });
    expect(await repository.listReferrers(manifestDigest, { artifactType: 'x/other' })).toEqual({
      from: 'api',
      descriptors: [],
    });
    expect(lines(server)[0]).toBe(`GET /v2/a/b/referrers/${manifestDigest}`);
  });

  it.each([
    [404, 'text/plain', '404 page not found'],
    [400, 'application/json', error('UNSUPPORTED')],
    [200, 'text/html', '<html></html>'],
  ])(
    'reads the fallback tag where the API answers %s %s, and does not ask again',
    async (status, type, body) => {
      const { server, repository } = await start((request, response) => {
        if (request.url.includes('/referrers/'))
          response.writeHead(status, { 'content-type': type }).end(body);
        else response.writeHead(200, { 'content-type': mediaTypes.ociIndex }).end(index);
      });
      expect(await repository.listReferrers(manifestDigest)).toEqual({ from: 'tag', descriptors: [item] });
      await repository.listReferrers(manifestDigest);
      const tag = `GET /v2/a/b/manifests/${manifestDigest.replace(':', '-')}`;
      expect(lines(server)).toEqual([`GET /v2/a/b/referrers/${manifestDigest}`, tag, tag]);
    },
  );

  it('is empty where there is neither', async () => {
    const { repository } = await start((_request, response) => response.writeHead(404).end());
    expect(await repository.listReferrers(manifestDigest)).toEqual({ from: 'tag', descriptors: [] });
  });

  it('does not take a missing repository for a missing API', async () => {
    const { repository } = await start((_request, response) =>
      response.writeHead(404).end(error('NAME_UNKNOWN')),
    );
    await expect(repository.listReferrers(manifestDigest)).rejects.toMatchObject({
      code: 'OCI_REPOSITORY_MISSING',
    });
  });
});

describe('the shared client', () => {
  it('tells how many pulls are left', async () => {
    const { client, repository, server } = await start((_request, response) => {
      response
        .writeHead(404, { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '76;w=21600' })
        .end();
    });
    await repository.resolve('v1');
    expect(client.rateLimitOf(server.host)).toEqual({
      registry: server.host,
      limit: 100,
      remaining: 76,
      windowSeconds: 21_600,
      source: undefined,
    });
  });

  it('knows Docker Hub, quay and other registries', () => {
    const client = createRegistryClient();
    expect(client.profileOf('docker.io').name).toBe('docker-hub');
    expect(client.profileOf('quay.io').tagPageSize).toBe(100);
    expect(client.profileOf('mine.azurecr.io').upload).toBe('patch');
    expect(client.profileOf('evilquay.io').name).toBe('oci');
    expect(client.profileOf('europe-docker.pkg.dev').name).toBe('gar');
  });
});
