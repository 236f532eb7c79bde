import { Readable } from 'node:stream';
import {
  isOciError,
  OciError,
  type ContentCache,
  type ContentSource,
  type Digest,
} from '@oci-sync/oci-client';
import {
  buildArtifact,
  buildImage,
  buildMultiArchImage,
  failWith,
  pushImage,
} from '@oci-sync/registry/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareTags, findNewestTag, isCandidate, isDiscoveryError } from '../src/index.js';
import { startFixture, type RegistryFixture } from './registry-fixture.js';

let fixture: RegistryFixture;
let source: ContentSource;
const repository = 'team/app';
const options = { counts: isCandidate(['tester']), compare: compareTags, concurrency: 4 };

beforeEach(async () => {
  fixture = await startFixture();
  const { host } = fixture.registry;
  source = await fixture.open({ kind: 'registry', registry: host, repository });
});
afterEach(() => fixture.close());

async function push(tag: string, created: string | undefined, platform = 'linux/amd64'): Promise<Digest> {
  const image = buildImage({ seed: tag, created, platform, layers: 1 });
  return (await pushImage(fixture.registry, `${repository}:${tag}`, image)).digest;
}

/** Requests that reached the registry, by method and route. */
function counts(): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const { method, route } of fixture.registry.requests.list()) {
    const key = `${method} ${route}`;
    counted[key] = (counted[key] ?? 0) + 1;
  }
  return counted;
}

function memoryCache(): ContentCache {
  const kept = new Map<Digest, Uint8Array>();
  return {
    read: (digest) => Promise.resolve(kept.get(digest)),
    write: (digest, bytes) => Promise.resolve(void kept.set(digest, bytes)),
  };
}

describe('the newest tag', () => {
  it('is told by the creation date, not by name, and reads each digest once', async () => {
    await push('9.0', '2024-01-01T00:00:00Z');
    const newest = await push('1.0', '2025-01-01T00:00:00Z');
    await fixture.registry.content.putTag(repository, '1', newest);
    await push('latest', '2026-01-01T00:00:00Z');
    await push('tester', '2026-01-01T00:00:00Z');
    await push(`sha256-${'a'.repeat(64)}.sig`, '2026-01-01T00:00:00Z');
    fixture.registry.requests.clear();
    await expect(findNewestTag(source, options)).resolves.toEqual({
      tag: '1.0',
      digest: newest,
      created: new Date('2025-01-01T00:00:00Z'),
      candidates: 3,
    });
    expect(counts()).toMatchObject({
      'GET tags': 1,
      'HEAD manifest': 3,
      'GET manifest': 2,
      'GET blob': 2,
    });
  });
  it("is told by the chosen platform's configuration", async () => {
    const image = buildMultiArchImage({ seed: 'multi', created: '2025-05-05T00:00:00Z', layers: 1 });
    await pushImage(fixture.registry, `${repository}:multi`, image);
    await push('arm', '2026-01-01T00:00:00Z', 'linux/arm64');
    const amd64 = await findNewestTag(source, {
      ...options,
      platform: { os: 'linux', architecture: 'amd64' },
    });
    expect(amd64?.tag).toBe('multi');
    const arm64 = await findNewestTag(source, {
      ...options,
      platform: { os: 'linux', architecture: 'arm64' },
    });
    expect(arm64?.tag).toBe('arm');
  });
  it('ranks missing and 1970 dates last, artifacts too', async () => {
    await push('a-zero', '1970-01-01T00:00:00Z');
    await push('b-none', 'not a date');
    await pushImage(fixture.registry, `${repository}:c-artifact`, buildArtifact());
    await push('0-dated', '1999-01-01T00:00:00Z');
    expect((await findNewestTag(source, options))?.tag).toBe('0-dated');
  });
  it('pages through all tags', async () => {
    const image = buildImage({ created: '2020-01-01T00:00:00Z', layers: 1 });
    const { digest } = await pushImage(fixture.registry, `${repository}:t0`, image);
    for (let index = 1; index < 2100; index += 1) {
      await fixture.registry.content.putTag(repository, `t${index}`, digest);
    }
    await push('aaa', '2024-01-01T00:00:00Z');
    fixture.registry.requests.clear();
    const found = await findNewestTag(source, options);
    expect(found).toMatchObject({ tag: 'aaa', candidates: 2101 });
    expect(counts()).toMatchObject({
      'GET tags': 3,
      'HEAD manifest': 2101,
      'GET manifest': 2,
      'GET blob': 2,
    });
  });
  it('takes the digests the tag list states', async () => {
    await push('1', '2024-01-01T00:00:00Z');
    const digest = await push('2', '2025-01-01T00:00:00Z');
    const listing: ContentSource = {
      ...source,
      async *listTagDigests() {
        yield { tag: '1', digest: fixture.registry.content.resolveTag(repository, '1') };
        yield { tag: '2', digest };
      },
    };
    fixture.registry.requests.clear();
    expect((await findNewestTag(listing, options))?.tag).toBe('2');
    expect(counts()['HEAD manifest']).toBeUndefined();
  });
  it('costs one request a tag once the dates are known', async () => {
    await push('1', '2024-01-01T00:00:00Z');
    await push('2', '2025-01-01T00:00:00Z');
    const cache = memoryCache();
    await findNewestTag(source, { ...options, cache });
    fixture.registry.requests.clear();
    expect((await findNewestTag(source, { ...options, cache }))?.tag).toBe('2');
    expect(counts()).toEqual({ 'GET tags': 1, 'HEAD manifest': 2 });
  });
  it('is none where nothing counts', async () => {
    await push('latest', '2024-01-01T00:00:00Z');
    await expect(findNewestTag(source, options)).resolves.toBeUndefined();
  });
});

describe('many tags', () => {
  const uncounted = { ...options, concurrency: 1, remainingPulls: () => undefined };

  /** Tags `00`, `01` and so on, each newer than the one before, with a digest of its own. */
  async function pushMany(count: number): Promise<void> {
    for (let number = 0; number < count; number += 1) {
      const tag = String(number).padStart(2, '0');
      await push(tag, `2024-01-01T00:00:${tag}Z`);
    }
    fixture.registry.requests.clear();
  }

  it('are fetched without a HEAD once sixteen told nothing that is known', async () => {
    await pushMany(20);
    const cache = memoryCache();
    await expect(findNewestTag(source, { ...uncounted, cache })).resolves.toMatchObject({
      tag: '19',
      candidates: 20,
    });
    expect(counts()).toEqual({ 'GET tags': 1, 'HEAD manifest': 16, 'GET manifest': 20, 'GET blob': 20 });
    fixture.registry.requests.clear();
    expect((await findNewestTag(source, { ...uncounted, cache }))?.tag).toBe('19');
    expect(counts()).toEqual({ 'GET tags': 1, 'HEAD manifest': 20 });
  });
  it('are asked for by HEAD where pulls are counted, or may be', async () => {
    await pushMany(20);
    for (const remainingPulls of [undefined, () => 100]) {
      fixture.registry.requests.clear();
      expect((await findNewestTag(source, { ...uncounted, remainingPulls }))?.tag).toBe('19');
      expect(counts()).toMatchObject({ 'HEAD manifest': 20, 'GET manifest': 20 });
    }
  });
  it('may stand for one digest, which is read once', async () => {
    const digest = await push('00', '2024-01-01T00:00:00Z');
    for (let number = 1; number < 20; number += 1) {
      await fixture.registry.content.putTag(repository, String(number).padStart(2, '0'), digest);
    }
    fixture.registry.requests.clear();
    await expect(findNewestTag(source, uncounted)).resolves.toMatchObject({ digest, candidates: 20 });
    expect(counts()).toEqual({ 'GET tags': 1, 'HEAD manifest': 16, 'GET manifest': 5, 'GET blob': 1 });
  });
  it('may go, or be too large to be images, while they are read', async () => {
    await pushMany(20);
    const large = await push('18', '2024-01-01T00:00:18Z');
    const changing: ContentSource = {
      ...source,
      fetchManifest: (name, callOptions) => {
        if (name === '18' || name === large) {
          return Promise.reject(new OciError('more than 4 MiB', { code: 'OCI_TOO_LARGE' }));
        }
        return source.fetchManifest(name === '19' ? 'gone' : name, callOptions);
      },
      resolve: (name, callOptions) => source.resolve(name === '19' ? 'gone' : name, callOptions),
    };
    await expect(findNewestTag(changing, uncounted)).resolves.toMatchObject({ tag: '17', candidates: 19 });
  });
  it('are read while the next page comes', async () => {
    await pushMany(2);
    const events: string[] = [];
    const paged: ContentSource = {
      ...source,
      async *listTagDigests() {
        yield { tag: '00' };
        await expect.poll(() => events).toEqual(['00']);
        yield { tag: '01' };
      },
      resolve: (name, callOptions) => {
        events.push(name);
        return source.resolve(name, callOptions);
      },
    };
    expect((await findNewestTag(paged, uncounted))?.tag).toBe('01');
    expect(events).toEqual(['00', '01']);
  });
});

describe('an answer from part of the tags', () => {
  it('is never given: one failing manifest fails the whole', async () => {
    await push('1', '2024-01-01T00:00:00Z');
    const digest = await push('2', '2025-01-01T00:00:00Z');
    fixture.registry.faults.inject(failWith({ status: 503 }), {
      method: 'GET',
      path: `/v2/${repository}/manifests/${digest}`,
    });
    await expect(findNewestTag(source, options)).rejects.toSatisfy((error) => isOciError(error));
  });
  it('is not even begun where the registry grants too few pulls', async () => {
    for (const tag of ['1', '2', '3']) await push(tag, '2024-01-01T00:00:00Z');
    fixture.registry.requests.clear();
    await expect(findNewestTag(source, { ...options, remainingPulls: () => 5 })).rejects.toSatisfy((error) =>
      isDiscoveryError(error, 'DISCOVERY_BUDGET'),
    );
    expect(counts()['GET manifest']).toBeUndefined();
    await expect(findNewestTag(source, { ...options, remainingPulls: () => 6 })).resolves.toBeDefined();
  });
});

it('refuses a configuration with other content', async () => {
  const image = buildImage({ seed: 'x', layers: 1 });
  await pushImage(fixture.registry, `${repository}:x`, image);
  const altered: ContentSource = {
    ...source,
    fetchBlob: ({ size }) => Promise.resolve(Readable.from([Buffer.alloc(size, 'x')])),
  };
  await expect(findNewestTag(altered, options)).rejects.toSatisfy((error) =>
    isOciError(error, 'OCI_DIGEST_MISMATCH'),
  );
});
