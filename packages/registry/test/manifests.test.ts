import { startRegistry, type RunningRegistry } from '@oci-sync/registry';
import {
  buildArtifact,
  buildImage,
  buildIndex,
  buildMultiArchImage,
  pushImage,
  type TestImage,
} from '@oci-sync/registry/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf, send } from './plain-client.js';

let registry: RunningRegistry;
beforeAll(async () => {
  registry = await startRegistry({ limits: { pageSize: 5 } });
});
afterAll(() => registry.close());

const manifestUrl = (repository: string, reference: string): string =>
  `${registry.url}/v2/${repository}/manifests/${reference}`;

async function pushBlobs(repository: string, image: TestImage): Promise<void> {
  for (const { bytes } of image.blobs) if (bytes) await registry.content.putBlob(repository, bytes);
}

function put(repository: string, reference: string, bytes: Buffer | string, mediaType?: string) {
  const headers = mediaType === undefined ? {} : { 'content-type': mediaType };
  return send('PUT', manifestUrl(repository, reference), { body: bytes, headers });
}

describe('pushing and pulling manifests', () => {
  it('keeps bytes, type and digest, by tag and by digest', async () => {
    const image = buildImage();
    await pushBlobs('lib/app', image);
    const pushed = await put('lib/app', 'v1', image.bytes, image.mediaType);
    expect(pushed.status).toBe(201);
    expect(pushed.headers['docker-content-digest']).toBe(image.digest);
    for (const reference of ['v1', image.digest]) {
      const got = await send('GET', manifestUrl('lib/app', reference));
      const head = await send('HEAD', manifestUrl('lib/app', reference));
      expect(got.body.equals(image.bytes)).toBe(true);
      for (const { headers } of [got, head]) {
        expect(headers['content-type']).toBe(image.mediaType);
        expect(headers['content-length']).toBe(String(image.bytes.length));
        expect(headers['docker-content-digest']).toBe(image.digest);
      }
      expect(head.body.length).toBe(0);
    }
  });

  it('refuses a manifest whose blobs or children are missing, and stores nothing', async () => {
    const index = buildMultiArchImage();
    const [child] = index.children;
    for (const image of [index, child ?? index]) {
      const answer = await put('lib/partial', 'v1', image.bytes, image.mediaType);
      expect([answer.status, answer.errorCode()]).toEqual([404, 'MANIFEST_BLOB_UNKNOWN']);
    }
    expect(registry.content.manifests('lib/partial')).toEqual([]);
  });

  it('does not ask for a subject or for foreign layers', async () => {
    const subject = buildImage({ seed: 'never pushed' }).descriptor;
    const image = buildImage({ subject, layers: [{}, { urls: ['https://example.com/layer'] }] });
    await pushBlobs('lib/loose', image);
    const answer = await put('lib/loose', 'v1', image.bytes, image.mediaType);
    expect([answer.status, answer.headers['oci-subject']]).toEqual([201, subject.digest]);
  });

  it.each([
    ['not JSON', '{', 'application/vnd.oci.image.manifest.v1+json'],
    ['not an object', '[]', 'application/vnd.oci.image.manifest.v1+json'],
    ['a layer without a digest', '{"layers":[{}]}', 'application/vnd.oci.image.manifest.v1+json'],
    ['an index and an image at once', '{"manifests":[],"layers":[]}', 'application/json'],
    ['a body of another type', '{"mediaType":"application/x-a"}', 'application/x-b'],
    ['no type at all', '{}', undefined],
  ])('refuses %s', async (_what, body, mediaType) => {
    const answer = await put('lib/invalid', 'v1', body, mediaType);
    expect([answer.status, answer.errorCode()]).toEqual([400, 'MANIFEST_INVALID']);
  });

  it('refuses a wrong digest, an invalid tag, and a manifest that is too large', async () => {
    const image = buildArtifact();
    await pushBlobs('lib/wrong', image);
    const wrong = await put('lib/wrong', digestOf('x'), image.bytes, image.mediaType);
    const tag = await put('lib/wrong', '-v1', image.bytes, image.mediaType);
    const large = await put('lib/wrong', 'v1', Buffer.alloc(4 * 1024 * 1024 + 1, ' '), image.mediaType);
    expect([wrong.status, wrong.errorCode()]).toEqual([400, 'DIGEST_INVALID']);
    expect([tag.status, tag.errorCode()]).toEqual([400, 'TAG_INVALID']);
    expect(large.status).toBe(413);
  });

  it('sets the tags of tag parameters', async () => {
    const image = buildArtifact();
    await pushBlobs('lib/tags', image);
    const answer = await put('lib/tags', `${image.digest}?tag=a&tag=b`, image.bytes, image.mediaType);
    expect(answer.status).toBe(201);
    expect(registry.content.tags('lib/tags')).toEqual(['a', 'b']);
  });

  it('deletes a tag, and a digest with its tags', async () => {
    const image = buildImage();
    await pushImage(registry, 'lib/delete:a', image);
    await pushImage(registry, 'lib/delete:b', image);
    expect((await send('DELETE', manifestUrl('lib/delete', 'a'))).status).toBe(202);
    expect(registry.content.tags('lib/delete')).toEqual(['b']);
    expect((await send('DELETE', manifestUrl('lib/delete', image.digest))).status).toBe(202);
    expect(registry.content.tags('lib/delete')).toEqual([]);
    expect((await send('GET', manifestUrl('lib/delete', image.digest))).status).toBe(404);
    expect((await send('DELETE', manifestUrl('lib/delete', 'a'))).status).toBe(404);
  });

  it('tells names that are invalid from names that are unknown', async () => {
    const invalid = await send('GET', manifestUrl('Not/Valid', 'v1'));
    const unknown = await send('GET', manifestUrl('not/there', 'v1'));
    const digest = await send('GET', manifestUrl('not/there', 'sha256:baddigeststring'));
    expect([invalid.status, invalid.errorCode()]).toEqual([400, 'NAME_INVALID']);
    expect([unknown.status, unknown.errorCode()]).toEqual([404, 'MANIFEST_UNKNOWN']);
    expect([digest.status, digest.errorCode()]).toEqual([400, 'DIGEST_INVALID']);
  });
});

/** Follows Link headers from a first page to the last. */
async function pages(path: string): Promise<unknown[]> {
  const found: unknown[] = [];
  let next: string | undefined = path;
  while (next !== undefined) {
    const page = await send('GET', new URL(next, registry.url).href);
    expect(page.status).toBe(200);
    found.push(page.json());
    next = page.next;
  }
  return found;
}

describe('lists', () => {
  const image = buildImage();
  const tags = Array.from({ length: 12 }, (_, index) => `t${String(index).padStart(2, '0')}`);
  beforeAll(async () => {
    for (const tag of tags) await pushImage(registry, `list/many:${tag}`, image);
  });

  it('pages tags in order, whatever n', async () => {
    for (const [query, sizes] of [
      ['', [5, 5, 2]],
      ['?n=4', [4, 4, 4]],
      ['?n=500', [5, 5, 2]],
    ] as const) {
      const found = (await pages(`/v2/list/many/tags/list${query}`)) as { tags: string[] }[];
      expect(found.map((page) => page.tags.length)).toEqual(sizes);
      expect(found.flatMap((page) => page.tags)).toEqual(tags);
    }
  });

  it('begins after last, which need not exist', async () => {
    const got = await send('GET', `${registry.url}/v2/list/many/tags/list?last=t095`);
    expect(got.json()).toEqual({ name: 'list/many', tags: ['t10', 't11'] });
    expect(got.next).toBeUndefined();
  });

  it('gives no tags for n=0 and refuses an n that is no number', async () => {
    const none = await send('GET', `${registry.url}/v2/list/many/tags/list?n=0`);
    const wrong = await send('GET', `${registry.url}/v2/list/many/tags/list?n=-1`);
    expect([none.json(), none.next]).toEqual([{ name: 'list/many', tags: [] }, undefined]);
    expect([wrong.status, wrong.errorCode()]).toEqual([400, 'PAGINATION_NUMBER_INVALID']);
  });

  it('says that a repository is unknown', async () => {
    const got = await send('GET', `${registry.url}/v2/list/none/tags/list`);
    expect([got.status, got.errorCode()]).toEqual([404, 'NAME_UNKNOWN']);
  });

  it('lists repositories', async () => {
    const found = (await pages('/v2/_catalog?n=2')) as { repositories: string[] }[];
    expect(found.flatMap((page) => page.repositories)).toEqual(registry.content.repositories());
  });
});

describe('referrers', () => {
  const subject = buildImage({ seed: 'subject' });
  const signatures = Array.from({ length: 7 }, (_, index) =>
    buildArtifact({
      subject: subject.descriptor,
      artifactType: 'application/x-signature',
      annotations: { number: String(index) },
    }),
  );
  const sbom = buildArtifact({ subject: subject.descriptor, artifactType: 'application/x-sbom' });
  const indexReferrer = buildIndex({
    children: [],
    subject: subject.descriptor,
    artifactType: 'application/x-sbom',
  });
  const url = `/v2/list/subject/referrers/${subject.digest}`;
  type Page = { manifests: { digest: string; artifactType: string; annotations?: unknown }[] };

  beforeAll(async () => {
    for (const referrer of [...signatures, sbom, indexReferrer]) {
      await pushImage(registry, 'list/subject', referrer);
    }
  });

  it('finds all of them, page by page, though the subject is not there', async () => {
    const found = ((await pages(url)) as Page[]).flatMap((page) => page.manifests);
    const digests = [...signatures, sbom, indexReferrer].map((referrer) => referrer.digest);
    expect(found.map(({ digest }) => digest).sort()).toEqual(digests.sort());
    const first = found.find(({ digest }) => digest === signatures[0]?.digest);
    expect(first).toMatchObject({ artifactType: 'application/x-signature', annotations: { number: '0' } });
  });

  it('filters by artifact type, across pages, and says so', async () => {
    const filtered = (await pages(`${url}?artifactType=application/x-signature`)) as Page[];
    expect(filtered.map((page) => page.manifests.length)).toEqual([5, 2]);
    const got = await send('GET', `${registry.url}${url}?artifactType=application/x-sbom`);
    expect(got.headers['oci-filters-applied']).toBe('artifactType');
    expect((got.json() as Page).manifests.length).toBe(2);
  });

  it('answers an empty index for anything else', async () => {
    const got = await send('GET', `${registry.url}/v2/nowhere/referrers/${subject.digest}`);
    expect([got.status, (got.json() as Page).manifests]).toEqual([200, []]);
    expect((await send('GET', `${registry.url}/v2/nowhere/referrers/sha256:x`)).status).toBe(400);
  });
});
