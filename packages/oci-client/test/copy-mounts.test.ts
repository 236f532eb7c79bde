import { setTimeout as sleep } from 'node:timers/promises';
import {
  buildImage,
  corruptedBody,
  delay,
  failWith,
  neverMount,
  pushImage,
  slowDownload,
  startEcr,
  startTestRegistry,
  type EcrOptions,
  type RunningEcr,
  type TestImage,
  type TestRegistry,
} from '@oci-sync/registry/testing';
import { describe, expect, it } from 'vitest';
import type { CopierOptions, CopyRequest } from '../src/copy-options.js';
import { findDamage, requestCounts, startCopyFixture, type CopyFixture } from './copy-fixture.js';

const base = { seed: 'base', sizeBytes: 30_000 };

/** Images that share one layer. */
function sharingImages(count: number): readonly TestImage[] {
  return Array.from({ length: count }, (_, at) =>
    buildImage({ seed: `app${at}`, layers: [base, { seed: `own${at}`, sizeBytes: 2_000 }] }),
  );
}

const baseDigest = buildImage({ layers: [base] }).blobs[1]?.descriptor.digest ?? '';

async function pushAll(fixture: CopyFixture, images: readonly TestImage[]): Promise<readonly CopyRequest[]> {
  await Promise.all(images.map(async (image, at) => pushImage(fixture.source, `app${at}:v1`, image)));
  return images.map((_, at) => ({
    source: fixture.from(`app${at}:v1`),
    destination: fixture.to(`mirror/app${at}:v1`),
  }));
}

async function expectAllComplete(registry: TestRegistry, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1)
    expect(await findDamage(registry, `mirror/app${at}`, 'v1'), `app${at}`).toEqual([]);
}

/** Times a blob was read at the source. */
function readsOf(registry: TestRegistry, digest: string): number {
  return registry.requests.count({ route: 'blob', method: 'GET', path: new RegExp(digest) });
}

interface EcrFixture extends CopyFixture {
  readonly ecr: RunningEcr;
}

/** ECR as destination, repositories created through its data. */
async function startEcrFixture(ecrOptions: EcrOptions, options: CopierOptions = {}): Promise<EcrFixture> {
  const ecr = await startEcr({
    ...ecrOptions,
    behaviours: { putImagePerSecond: 1000, ...ecrOptions.behaviours },
  });
  const { username, password } = ecr.issueCredentials();
  const fixture = await startCopyFixture(
    {
      credentials: [
        {
          name: 'test',
          getCredential: async ({ registry }) =>
            Promise.resolve(registry === ecr.host ? { kind: 'basic', username, password } : undefined),
        },
      ],
      profileFor: (registry) =>
        registry === ecr.host
          ? { name: 'ecr', mountNeedsCommittedManifest: true, refusesEmptyBlobs: true, uploadFallback: false }
          : undefined,
      repositoryCreators: [
        {
          handles: (registry) => registry === ecr.host,
          createRepository: async ({ repository }) => {
            await ecr.content.createRepository(repository);
            return 'created';
          },
        },
      ],
      ...options,
    },
    { destination: ecr },
  );
  return { ...fixture, ecr };
}

describe('mounts at ECR', () => {
  it('wait for the leader to have its manifest there, so that each blob is sent once', async () => {
    const fixture = await startEcrFixture({ blobMounting: 'ENABLED' });
    const requests = await pushAll(fixture, sharingImages(6));
    const outcomes = await fixture.copier.copyAll(requests);
    expect(outcomes.map((each) => each.outcome)).toEqual(requests.map(() => 'copied'));
    await expectAllComplete(fixture.ecr, 6);
    expect(readsOf(fixture.source, baseDigest)).toBe(1);
    expect(requestCounts(fixture.ecr)['POST uploads mount']).toBe(5);
    const counts = outcomes.flatMap((each) => ('report' in each ? [each.report.blobs.mounted] : []));
    expect(counts.reduce((sum, mounted) => sum + mounted, 0)).toBe(5);
  });

  it('are given up after the first refusal where the account has them switched off', async () => {
    const fixture = await startEcrFixture({ blobMounting: 'DISABLED' });
    const requests = await pushAll(fixture, sharingImages(6));
    const outcomes = await fixture.copier.copyAll(requests);
    expect(outcomes.map((each) => each.outcome)).toEqual(requests.map(() => 'copied'));
    await expectAllComplete(fixture.ecr, 6);
    const before = requestCounts(fixture.ecr)['POST uploads mount'] ?? 0;
    expect(before).toBeGreaterThan(0);
    const more = await fixture.copier.copyAll(
      requests.map((request) => ({
        ...request,
        destination: request.destination.replace(':v1', '-b:v1'),
      })),
    );
    expect(more.map((each) => each.outcome)).toEqual(requests.map(() => 'copied'));
    expect(requestCounts(fixture.ecr)['POST uploads mount']).toBe(before);
  });

  it('use the session of a refused mount rather than open another', async () => {
    const fixture = await startEcrFixture({ blobMounting: 'DISABLED' });
    const requests = await pushAll(fixture, sharingImages(2));
    for (const at of [0, 1]) await fixture.ecr.content.createRepository(`mirror/app${at}`);
    for (const request of requests) await fixture.copier.copy(request);
    // Six blobs were sent over six sessions, one of them opened by the mount.
    expect(requestCounts(fixture.ecr)).toMatchObject({ 'POST uploads mount': 1, 'PUT upload': 6 });
    const opened = fixture.ecr.requests.count({ method: 'POST', route: 'uploads', status: 202 });
    expect(opened).toBe(6);
  });

  it('stay on when a leader fails at its manifest, and those who waited send for themselves', async () => {
    const fixture = await startEcrFixture({ blobMounting: 'ENABLED' });
    const requests = await pushAll(fixture, sharingImages(4));
    fixture.ecr.faults.inject(
      failWith({ status: 405, code: 'UNSUPPORTED', message: 'Invalid JSON syntax' }),
      {
        method: 'PUT',
        route: 'manifest',
        repository: 'mirror/app0',
      },
    );
    const outcomes = await fixture.copier.copyAll(requests);
    expect(outcomes.map((each) => each.outcome)).toEqual(['failed', 'copied', 'copied', 'copied']);
    expect(fixture.ecr.content.resolveTag('mirror/app0', 'v1')).toBeUndefined();
    for (const at of [1, 2, 3]) expect(await findDamage(fixture.ecr, `mirror/app${at}`, 'v1')).toEqual([]);
    // Later images of the run: a leader again, and mounts from it.
    fixture.source.requests.clear();
    const later = requests.map((request) => ({
      ...request,
      destination: request.destination.replace(':v1', '-b:v1'),
    }));
    const second = await fixture.copier.copyAll(later);
    expect(second.map((each) => each.outcome)).toEqual(later.map(() => 'copied'));
    expect(readsOf(fixture.source, baseDigest)).toBeLessThanOrEqual(1);
    expect(fixture.ecr.requests.count({ method: 'POST', route: 'uploads', status: 201 })).toBeGreaterThan(0);
  });

  it('do not keep anybody waiting for a leader that fails at the blob', async () => {
    const fixture = await startEcrFixture({ blobMounting: 'ENABLED' });
    const requests = await pushAll(fixture, sharingImages(4));
    fixture.source.faults.inject(corruptedBody(), {
      method: 'GET',
      route: 'blob',
      path: new RegExp(baseDigest),
      times: 1,
    });
    const outcomes = await fixture.copier.copyAll(requests);
    expect(outcomes.filter((each) => each.outcome === 'failed')).toHaveLength(1);
    for (const [at, each] of outcomes.entries()) {
      if (each.outcome === 'copied')
        expect(await findDamage(fixture.ecr, `mirror/app${at}`, 'v1')).toEqual([]);
      else expect(fixture.ecr.content.resolveTag(`mirror/app${at}`, 'v1')).toBeUndefined();
    }
  });

  it('are asked for again when the refusal is older than the manifest, at an ECR not known to be one', async () => {
    const fixture = await startEcrFixture(
      { blobMounting: 'ENABLED' },
      { profileFor: (registry) => ({ name: registry }) },
    );
    const requests = await pushAll(fixture, sharingImages(3));
    for (const at of [0, 1, 2]) await fixture.ecr.content.createRepository(`mirror/app${at}`);
    const own =
      buildImage({ layers: [{ seed: 'own0', sizeBytes: 2_000 }] }).blobs[1]?.descriptor.digest ?? '';
    fixture.source.faults.inject(delay(300), { route: 'blob', path: new RegExp(own) });
    const late = fixture.ecr.faults.inject(
      async (request, next) => {
        const answer = await next(request);
        while (fixture.ecr.content.resolveTag('mirror/app0', 'v1') === undefined) await sleep(5);
        await sleep(50);
        return answer;
      },
      { method: 'POST', route: 'uploads', where: ({ query }) => query.has('mount'), times: 2 },
    );
    const outcomes = await fixture.copier.copyAll(requests);
    expect(late.hits).toBe(2);
    expect(outcomes.map((each) => each.outcome)).toEqual(requests.map(() => 'copied'));
    await expectAllComplete(fixture.ecr, 3);
    expect(readsOf(fixture.source, baseDigest)).toBe(1);
  });

  it('do not keep anybody waiting for a leader that is cancelled', async () => {
    const fixture = await startEcrFixture({ blobMounting: 'ENABLED' });
    const [first, ...others] = await pushAll(fixture, sharingImages(4));
    const slow = fixture.source.faults.inject(slowDownload(1_000, 50), {
      method: 'GET',
      route: 'blob',
      path: new RegExp(baseDigest),
      times: 1,
    });
    const cancelled = new AbortController();
    const leader = fixture.copier.copy(first ?? { source: '', destination: '' }, {
      signal: cancelled.signal,
    });
    const leading = leader.catch((error: unknown) => error);
    while (slow.hits === 0) await sleep(5);
    const following = fixture.copier.copyAll(others);
    await sleep(100);
    cancelled.abort(new Error('enough'));
    expect(await leading).toMatchObject({ message: 'enough' });
    expect((await following).map((each) => each.outcome)).toEqual(others.map(() => 'copied'));
    for (const at of [1, 2, 3]) expect(await findDamage(fixture.ecr, `mirror/app${at}`, 'v1')).toEqual([]);
    expect(fixture.ecr.content.resolveTag('mirror/app0', 'v1')).toBeUndefined();
  });

  it('are asked for again once a missing repository is there', async () => {
    const fixture = await startEcrFixture({ blobMounting: 'ENABLED' });
    const requests = await pushAll(fixture, sharingImages(3));
    // One at a time: the first to find a repository missing is a plain upload or a mount, as it happens.
    for (const request of requests) await fixture.copier.copy(request);
    await expectAllComplete(fixture.ecr, 3);
    expect(readsOf(fixture.source, baseDigest)).toBe(1);
  });

  it('with another encryption key concern that repository alone', async () => {
    const fixture = await startEcrFixture({ blobMounting: 'ENABLED' });
    const requests = await pushAll(fixture, sharingImages(5));
    await fixture.ecr.content.createRepository('mirror/app3');
    fixture.ecr.account.repository('mirror/app3').encryptionConfiguration = {
      encryptionType: 'KMS',
      kmsKey: 'k',
    };
    for (const request of requests) await fixture.copier.copy(request);
    await expectAllComplete(fixture.ecr, 5);
    expect(readsOf(fixture.source, baseDigest)).toBe(2);
  });
});

describe('mounts elsewhere', () => {
  it('that never happen cost one request of the run at most for each image in flight', async () => {
    const fixture = await startCopyFixture();
    fixture.destination.faults.inject(neverMount());
    const requests = await pushAll(fixture, sharingImages(3));
    for (const request of requests) await fixture.copier.copy(request);
    await expectAllComplete(fixture.destination, 3);
    expect(requestCounts(fixture.destination)['POST uploads mount']).toBe(1);
  });

  it.each([400, 401, 403, 404, 405])('answered with %i become plain uploads', async (status) => {
    const fixture = await startCopyFixture();
    const requests = await pushAll(fixture, sharingImages(3));
    fixture.destination.faults.inject(failWith({ status, message: 'no mounts' }), {
      method: 'POST',
      route: 'uploads',
      where: ({ query }) => query.has('mount'),
    });
    const outcomes = await fixture.copier.copyAll(requests);
    expect(outcomes.map((each) => each.outcome)).toEqual(requests.map(() => 'copied'));
    await expectAllComplete(fixture.destination, 3);
  });

  it('take the place of HEAD once they work: a blob there already is a mount from itself', async () => {
    const fixture = await startCopyFixture();
    const [first, second] = sharingImages(2);
    if (first === undefined || second === undefined) throw new Error('two images');
    const requests = await pushAll(fixture, [first, second]);
    for (const request of requests) await fixture.copier.copy(request);
    const third = buildImage({ seed: 'third', layers: [base, { seed: 'own0', sizeBytes: 2_000 }] });
    await pushImage(fixture.source, 'app0:v2', third);
    fixture.destination.requests.clear();
    fixture.source.requests.clear();
    // A copier that has seen a mount work, and a repository that it does not know.
    const copier = fixture.another();
    for (const request of requests)
      await copier.copy({ ...request, destination: request.destination.replace('mirror/', 'second/') });
    fixture.destination.requests.clear();
    const report = await copier.copy({
      source: fixture.from('app0:v2'),
      destination: fixture.to('mirror/app0:v2'),
    });
    expect(await findDamage(fixture.destination, 'mirror/app0', 'v2')).toEqual([]);
    expect(report.blobs).toMatchObject({ copied: 1 });
    expect(requestCounts(fixture.destination)['HEAD blob']).toBeUndefined();
  });
});

describe('inside one registry', () => {
  async function startOne(options: CopierOptions = {}): Promise<CopyFixture> {
    return startCopyFixture(options, { destination: await startTestRegistry() });
  }

  it('blobs are mounted from the source repository and never travel', async () => {
    const fixture = await startOne();
    const image = buildImage({ seed: 'one', layers: 3 });
    await pushImage(fixture.destination, 'here:v1', image);
    const report = await fixture.copier.copy({
      source: fixture.to('here:v1'),
      destination: fixture.to('there:v1'),
    });
    expect(report).toMatchObject({ blobs: { copied: 0, mounted: 4 }, bytesCopied: 0 });
    expect(await findDamage(fixture.destination, 'there', 'v1')).toEqual([]);
    expect(fixture.destination.requests.count({ method: 'GET', route: 'blob' })).toBe(0);
  });

  it('a new tag in the same repository is one PUT', async () => {
    const fixture = await startOne();
    await pushImage(fixture.destination, 'here:v1', buildImage());
    const report = await fixture.copier.copy({
      source: fixture.to('here:v1'),
      destination: fixture.to('here:v2'),
    });
    expect(report).toMatchObject({ outcome: 'copied', manifestsPushed: 1, bytesCopied: 0 });
    expect(await findDamage(fixture.destination, 'here', 'v2')).toEqual([]);
    expect(requestCounts(fixture.destination)['POST uploads']).toBeUndefined();
    expect(requestCounts(fixture.destination)['POST uploads mount']).toBeUndefined();
  });

  it('many images go through few connections, mounts or not', async () => {
    for (const mounts of [true, false]) {
      const fixture = await startOne({
        transfers: 8,
        http: { maxRequestsPerHost: 2, maxUploadsPerHost: 1 },
      });
      if (!mounts) fixture.destination.faults.inject(neverMount());
      fixture.destination.faults.inject(delay(5), { route: ['blob', 'uploads'] });
      const images = sharingImages(10);
      await Promise.all(
        images.map(async (image, at) => pushImage(fixture.destination, `here${at}:v1`, image)),
      );
      const outcomes = await fixture.copier.copyAll(
        images.map((_, at) => ({
          source: fixture.to(`here${at}:v1`),
          destination: fixture.to(`mirror/app${at}:v1`),
        })),
      );
      expect(outcomes.map((each) => each.outcome)).toEqual(images.map(() => 'copied'));
      await expectAllComplete(fixture.destination, 10);
    }
  });
});
