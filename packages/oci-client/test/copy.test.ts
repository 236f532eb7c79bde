import type { IncomingHttpHeaders } from 'node:http';
import {
  buildImage,
  buildMultiArchImage,
  corruptedBody,
  dropDownloadAfter,
  dropUploadAfter,
  failWith,
  neverMount,
  pushImage,
  serviceUnavailable,
  slowDownload,
  startTestRegistry,
  truncatedBody,
  withoutHeaders,
  type TestImage,
  type TestRegistry,
} from '@oci-sync/registry/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContentCache } from '../src/content/content-cache.js';
import type { CopyEvent } from '../src/copy/events.js';
import { createCopier, type Copier } from '../src/create-copier.js';
import { requestCounts } from './copy-fixture.js';

let source: TestRegistry;
let destination: TestRegistry;
let copier: Copier;
let events: CopyEvent[];

beforeEach(async () => {
  [source, destination] = await Promise.all([startTestRegistry(), startTestRegistry()]);
  events = [];
  copier = createCopier({ random: () => 0, onEvent: (event) => events.push(event) });
});

afterEach(async () => {
  await copier.close();
  await Promise.all([source.close(), destination.close()]);
});

const from = (name: string): string => `${source.host}/${name}`;
const to = (name: string): string => `${destination.host}/${name}`;

function expectSame(image: TestImage, repository: string): void {
  expect(destination.content.manifest(repository, image.digest)?.digest).toBe(image.digest);
  for (const { descriptor, bytes } of image.blobs) {
    if (bytes !== undefined)
      expect(destination.content.blob(repository, descriptor.digest)?.sizeBytes).toBe(descriptor.size);
  }
  for (const child of image.children) expectSame(child, repository);
}

function memoryCache(): ContentCache {
  const kept = new Map<string, Uint8Array>();
  return {
    read: async (digest) => Promise.resolve(kept.get(digest)),
    write: async (digest, bytes) => {
      kept.set(digest, bytes);
      return Promise.resolve();
    },
  };
}

describe('one image', () => {
  it('arrives with its digest, in the fewest requests', async () => {
    const image = buildImage({ seed: 'one', layers: 3 });
    await pushImage(source, 'team/app:v1', image);
    const report = await copier.copy({ source: from('team/app:v1'), destination: to('mirror/app:v1') });
    expect(report).toMatchObject({
      outcome: 'copied',
      sourceDigest: image.digest,
      digest: image.digest,
      manifestsPushed: 1,
      blobs: { copied: 4, mounted: 0, existing: 0, foreign: 0 },
      bytesCopied: image.blobs.reduce((sum, blob) => sum + blob.descriptor.size, 0),
      referrers: { looked: false },
    });
    expectSame(image, 'mirror/app');
    expect(requestCounts(source)).toEqual({ 'GET manifest': 1, 'GET blob': 4 });
    expect(requestCounts(destination)).toEqual({
      'HEAD manifest': 1,
      'GET tags': 1,
      'POST uploads': 4,
      'PUT upload': 4,
      'PUT manifest': 1,
    });
    expect(report.requests).toMatchObject({ source: 5, destination: 11 });
  });

  it('costs two HEADs when nothing has changed', async () => {
    await pushImage(source, 'team/app:v1', buildImage({ seed: 'one' }));
    const request = { source: from('team/app:v1'), destination: to('mirror/app:v1') };
    await copier.copy(request);
    source.requests.clear();
    destination.requests.clear();
    expect(await copier.copy(request)).toMatchObject({ outcome: 'unchanged', manifestsPushed: 0 });
    expect([requestCounts(source), requestCounts(destination)]).toEqual([
      { 'HEAD manifest': 1 },
      { 'HEAD manifest': 1 },
    ]);
  });

  it('is pushed children first, the tag last', async () => {
    const image = buildMultiArchImage({
      seed: 'multi',
      platforms: ['linux/amd64', 'linux/arm64'],
      attestations: true,
    });
    await pushImage(source, 'team/app:v1', image);
    const report = await copier.copy({ source: from('team/app:v1'), destination: to('app:v1') });
    expect(report.manifestsPushed).toBe(5);
    expectSame(image, 'app');
    const puts = destination.requests.list({ method: 'PUT', route: 'manifest' });
    expect(puts.at(-1)?.path).toBe('/v2/app/manifests/v1');
    expect(puts.slice(0, -1).every((put) => put.path.includes('sha256:'))).toBe(true);
  });

  it('only sets the tag when its content is there under another', async () => {
    await pushImage(source, 'team/app:v1', buildImage({ seed: 'one' }));
    await pushImage(source, 'team/app:v2', buildImage({ seed: 'one' }));
    await pushImage(destination, 'app:old', buildImage({ seed: 'two' }));
    await copier.copy({ source: from('team/app:v1'), destination: to('app:v1') });
    destination.requests.clear();
    await copier.copy({ source: from('team/app:v2'), destination: to('app:v2') });
    expect(requestCounts(destination)).toEqual({ 'HEAD manifest': 1, 'PUT manifest': 1 });
  });

  it('is checked when the destination does not say what it stored', async () => {
    await pushImage(source, 'team/app:v1', buildImage({ seed: 'one' }));
    destination.faults.inject(withoutHeaders('docker-content-digest'), { method: 'PUT', route: 'manifest' });
    await copier.copy({ source: from('team/app:v1'), destination: to('app:v1') });
    expect(destination.requests.list({ route: 'manifest' }).map((request) => request.method)).toEqual([
      'HEAD',
      'PUT',
      'HEAD',
    ]);
  });
});

describe('platforms', () => {
  it('gives one platform its own manifest, and refuses one that is not there', async () => {
    const image = buildMultiArchImage({ seed: 'multi', platforms: ['linux/amd64', 'linux/arm64'] });
    await pushImage(source, 'app:v1', image);
    const report = await copier.copy({
      source: from('app:v1'),
      destination: to('app:v1'),
      platforms: ['linux/arm64'],
    });
    expect(report).toMatchObject({
      sourceDigest: image.digest,
      digest: image.children[1]?.digest,
      platforms: ['linux/arm64'],
    });
    const missing = copier.copy({
      source: from('app:v1'),
      destination: to('other:v1'),
      platforms: ['linux/s390x'],
    });
    await expect(missing).rejects.toMatchObject({
      name: 'CopyError',
      code: 'OCI_PLATFORM_MISSING',
      side: 'source',
    });
    expect(destination.content.hasRepository('other')).toBe(false);
  });

  it('refuses an image of another platform outside an index', async () => {
    await pushImage(source, 'app:v1', buildImage({ seed: 'amd', platform: 'linux/amd64' }));
    const wrong = copier.copy({
      source: from('app:v1'),
      destination: to('app:v1'),
      platforms: ['linux/arm64'],
    });
    await expect(wrong).rejects.toMatchObject({ code: 'OCI_PLATFORM_MISSING', hint: 'it has linux/amd64' });
  });

  it('costs two HEADs when nothing has changed and the cache is warm', async () => {
    const image = buildMultiArchImage({
      seed: 'multi',
      platforms: ['linux/amd64', 'linux/arm64', 'linux/arm/v6'],
    });
    await pushImage(source, 'app:v1', image);
    await pushImage(source, 'single:v1', buildImage({ seed: 'amd', platform: 'linux/amd64' }));
    const cache = memoryCache();
    const requests = [
      { source: from('app:v1'), destination: to('one:v1'), platforms: ['linux/amd64'] },
      { source: from('app:v1'), destination: to('two:v1'), platforms: ['linux/amd64', 'linux/arm/v6'] },
      { source: from('single:v1'), destination: to('single:v1'), platforms: ['linux/amd64'] },
    ];
    for (const round of ['copied', 'unchanged']) {
      const cached = createCopier({ cache });
      source.requests.clear();
      destination.requests.clear();
      for (const request of requests) expect(await cached.copy(request)).toMatchObject({ outcome: round });
      await cached.close();
    }
    expect([requestCounts(source), requestCounts(destination)]).toEqual([
      { 'HEAD manifest': 3 },
      { 'HEAD manifest': 3 },
    ]);
  });
});

describe('several images', () => {
  async function pushSharing(count: number): Promise<TestImage[]> {
    const base = { seed: 'base', sizeBytes: 30_000 };
    const images = await Promise.all(
      Array.from({ length: count }, async (_, at) =>
        buildImage({ seed: `app${at}`, layers: [base, { seed: `own${at}`, sizeBytes: 2_000 }] }),
      ),
    );
    await Promise.all(images.map(async (image, at) => pushImage(source, `app${at}:v1`, image)));
    return images;
  }

  const requestsFor = (images: readonly TestImage[]): { source: string; destination: string }[] =>
    images.map((_, at) => ({ source: from(`app${at}:v1`), destination: to(`mirror/app${at}:v1`) }));

  it('send a shared blob once and mount it everywhere else', async () => {
    const images = await pushSharing(6);
    const outcomes = await copier.copyAll(requestsFor(images));
    expect(outcomes.map((each) => each.outcome)).toEqual(images.map(() => 'copied'));
    images.forEach((image, at) => expectSame(image, `mirror/app${at}`));
    expect(requestCounts(destination)).toMatchObject({ 'POST uploads mount': 5, 'PUT upload': 13 });
    expect(source.requests.count({ route: 'blob', method: 'GET' })).toBe(13);
  });

  it('send it to each repository where mounts do not work, asking at most once more', async () => {
    const images = await pushSharing(6);
    destination.faults.inject(neverMount());
    const outcomes = await copier.copyAll(requestsFor(images));
    expect(outcomes.every((each) => each.outcome === 'copied')).toBe(true);
    images.forEach((image, at) => expectSame(image, `mirror/app${at}`));
    expect(source.requests.count({ route: 'blob', method: 'GET' })).toBe(18);
  });

  it('do not stop for one that fails, and name it', async () => {
    const images = await pushSharing(3);
    const outcomes = await copier.copyAll([
      ...requestsFor(images),
      { source: from('nowhere:v1'), destination: to('nowhere:v1') },
    ]);
    expect(outcomes.map((each) => each.outcome)).toEqual(['copied', 'copied', 'copied', 'failed']);
    const failed = outcomes[3];
    expect(failed?.outcome === 'failed' ? failed.error : undefined).toMatchObject({
      name: 'CopyError',
      side: 'source',
    });
  });

  it('go on without the leader of a shared blob when it fails', async () => {
    const images = await pushSharing(4);
    // Every manifest of the first image is refused, and the shared blob's first upload breaks off for good.
    destination.faults.inject(failWith({ status: 400, code: 'MANIFEST_INVALID', message: 'no' }), {
      method: 'PUT',
      route: 'manifest',
      repository: 'mirror/app0',
    });
    const outcomes = await copier.copyAll(requestsFor(images));
    expect(outcomes.map((each) => each.outcome)).toEqual(['failed', 'copied', 'copied', 'copied']);
    images.slice(1).forEach((image, at) => expectSame(image, `mirror/app${at + 1}`));
  });

  it('can be asked to stop at the first failure', async () => {
    const images = await pushSharing(3);
    const requests = [{ source: from('nowhere:v1'), destination: to('nowhere:v1') }, ...requestsFor(images)];
    const outcomes = await copier.copyAll(requests, { concurrency: 1, failFast: true });
    expect(outcomes.map((each) => each.outcome)).toEqual(['failed', 'skipped', 'skipped', 'skipped']);
  });
});

describe('mishaps', () => {
  const request = (): { source: string; destination: string } => ({
    source: from('app:v1'),
    destination: to('app:v1'),
  });

  async function pushLarge(): Promise<TestImage> {
    const image = buildImage({ seed: 'large', layers: [{ seed: 'large', sizeBytes: 3_000_000 }] });
    await pushImage(source, 'app:v1', image);
    return image;
  }

  /** Whether a request sends the layer, not the configuration beside it: which comes first is left to chance. */
  const isLarge = ({ headers }: { readonly headers: IncomingHttpHeaders }): boolean =>
    Number(headers['content-length']) > 1_000_000;

  it('goes on where the source broke off, on the same upload', async () => {
    const image = await pushLarge();
    source.faults.inject(dropDownloadAfter(1_000_000), { method: 'GET', route: 'blob', times: 2 });
    await copier.copy(request());
    expectSame(image, 'app');
    expect(requestCounts(destination)).toMatchObject({ 'POST uploads': 2, 'PUT upload': 2 });
    const ranges = source.requests.list({ method: 'GET', route: 'blob' }).map((each) => each.headers.range);
    expect(ranges.filter((range) => range !== undefined).length).toBeGreaterThan(0);
  });

  it('sends a blob again, on a new session, when the destination broke off', async () => {
    const image = await pushLarge();
    destination.faults.inject(dropUploadAfter(1_000_000), {
      method: 'PUT',
      route: 'upload',
      where: isLarge,
      times: 1,
    });
    await copier.copy(request());
    expectSame(image, 'app');
    expect(events.filter((event) => event.type === 'retry')).toMatchObject([{ side: 'destination' }]);
  });

  it('waits for a registry that is not available for a moment', async () => {
    const image = await pushLarge();
    destination.faults.inject(serviceUnavailable(), { route: ['uploads', 'manifest'], times: 2 });
    await copier.copy(request());
    expectSame(image, 'app');
  });

  it('refuses a damaged blob, and tags nothing', async () => {
    await pushLarge();
    source.faults.inject(corruptedBody(), { method: 'GET', route: 'blob' });
    await expect(copier.copy(request())).rejects.toMatchObject({
      code: 'OCI_DIGEST_MISMATCH',
      side: 'source',
      operation: 'fetch blob',
    });
    expect(destination.content.resolveTag('app', 'v1')).toBeUndefined();
  });

  it('refuses a blob that is too short, and tags nothing', async () => {
    const image = await pushLarge();
    source.faults.inject(truncatedBody(1_000), {
      method: 'GET',
      route: 'blob',
      path: new RegExp(image.blobs[1]?.descriptor.digest ?? ''),
    });
    await expect(copier.copy(request())).rejects.toMatchObject({
      name: 'CopyError',
      side: 'source',
      operation: 'fetch blob',
    });
    expect(destination.content.resolveTag('app', 'v1')).toBeUndefined();
  });

  it('sends again what the destination lost between its HEAD and the manifest', async () => {
    const image = await pushLarge();
    const layer = image.blobs[1]?.descriptor.digest ?? '';
    await pushImage(destination, 'app:v1', buildImage({ seed: 'older' }));
    let lost = true;
    destination.faults.inject(
      async (received, next) => {
        if (received.method === 'HEAD' && lost)
          return { status: 200, headers: { 'content-length': '3', 'docker-content-digest': layer } };
        lost = false;
        return next(received);
      },
      { route: 'blob', path: new RegExp(layer), times: 1 },
    );
    await copier.copy(request());
    expectSame(image, 'app');
  });

  it('stops at once when cancelled, with the reason given', async () => {
    await pushLarge();
    source.faults.inject(slowDownload(10_000, 20), { method: 'GET', route: 'blob' });
    const controller = new AbortController();
    const copying = copier.copy(request(), { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 100);
    await expect(copying).rejects.toThrow('enough');
    expect(destination.content.resolveTag('app', 'v1')).toBeUndefined();
  });

  it('names side, operation and reference when the source is missing', async () => {
    await expect(copier.copy(request())).rejects.toMatchObject({
      name: 'CopyError',
      side: 'source',
      reference: from('app:v1'),
      code: expect.stringMatching(/^OCI_(NOT_FOUND|REPOSITORY_MISSING)$/),
    });
  });
});

describe('plan', () => {
  it('foretells copies and mounts, and writes nothing', async () => {
    const base = { seed: 'base', sizeBytes: 30_000 };
    for (const name of ['a', 'b']) {
      await pushImage(
        source,
        `${name}:v1`,
        buildImage({ seed: name, layers: [base, { seed: `own ${name}`, sizeBytes: 1_000 }] }),
      );
    }
    const outcomes = await copier.planAll(
      ['a', 'b'].map((name) => ({ source: from(`${name}:v1`), destination: to(`${name}:v1`) })),
    );
    const plans = outcomes.flatMap((outcome) => ('plan' in outcome ? [outcome.plan] : []));
    expect(plans.map((plan) => plan.blobs.map((blob) => blob.action))).toEqual([
      ['copy', 'copy', 'copy'],
      ['copy', 'mount', 'copy'],
    ]);
    expect(plans[1]).toMatchObject({ outcome: 'copy', repositoryExists: false });
    expect(destination.requests.list({ method: ['POST', 'PUT', 'PATCH'] })).toEqual([]);
  });
});
