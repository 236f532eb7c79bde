import { setTimeout as sleep } from 'node:timers/promises';
import {
  buildImage,
  buildMultiArchImage,
  dropConnection,
  dropDownloadAfter,
  failUploadAfter,
  failWith,
  hang,
  ignoredRange,
  pushImage,
  serviceUnavailable,
  stallDownloadAfter,
  stallUploadAfter,
  startTestRegistry,
  tooManyRequests,
  unauthorized,
  type Fault,
  type FaultRule,
  type TestRegistry,
} from '@oci-sync/registry/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findDamage, requestCounts, startCopyFixture, type CopyFixture } from './copy-fixture.js';

const layerBytes = 3_000_000;
const quickRetries = { http: { retry: { baseDelayMs: 1 } } };

/** Pushes it, and says where its large layer is; which of an image's blobs is asked for first is left to chance. */
async function pushLarge(fixture: CopyFixture): Promise<{ readonly largeBlob: RegExp }> {
  const layers = [
    { seed: 'large', sizeBytes: layerBytes },
    { seed: 'small', sizeBytes: 1_000 },
  ];
  const image = buildImage({ seed: 'large', layers });
  await pushImage(fixture.source, 'app:v1', image);
  return { largeBlob: new RegExp(`/blobs/${image.blobs[1]?.descriptor.digest}$`) };
}

/** Copies, and looks at what is there then. */
async function damageAfterCopy(fixture: CopyFixture): Promise<readonly string[]> {
  await fixture.copier.copy({ source: fixture.from('app:v1'), destination: fixture.to('app:v1') });
  return findDamage(fixture.destination, 'app', 'v1');
}

/** Does what was asked, then closes the connection instead of saying so. */
const loseAnswer: Fault = async (request, next, state) => {
  await next(request);
  return dropConnection()(request, next, state);
};

/** Rejections nobody handled, from now to the end of the test. */
function watchRejections(): readonly unknown[] {
  const found: unknown[] = [];
  const note = (reason: unknown): void => void found.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => {
    process.off('unhandledRejection', note);
  });
  return found;
}

describe('a host that asks for a pause', () => {
  /** The longest time, in milliseconds, in which a registry was asked for nothing. */
  function longestPauseMs(registry: TestRegistry): number {
    const times = registry.requests.list().map(({ timeMs }) => timeMs);
    return times.reduce((longest, time, at) => Math.max(longest, time - (times[at - 1] ?? time)), 0);
  }

  it.each([
    ['429, in seconds', () => tooManyRequests(2)],
    ['429, as a date', () => tooManyRequests(new Date(Date.now() + 3_000))],
    [
      '503, in seconds',
      () => failWith({ status: 503, code: 'UNAVAILABLE', headers: { 'retry-after': '2' } }),
    ],
  ])('gets it from every task: %s', async (_, fault) => {
    const fixture = await startCopyFixture(quickRetries);
    const layers = 12;
    await pushImage(fixture.source, 'app:v1', buildImage({ layers }));
    await pushImage(fixture.source, 'app:v2', buildImage({ seed: 'other', layers }));
    fixture.destination.faults.inject(fault(), { route: 'uploads', after: 3, times: 1 });
    const outcomes = await fixture.copier.copyAll(
      ['v1', 'v2'].map((tag) => ({
        source: fixture.from(`app:${tag}`),
        destination: fixture.to(`app:${tag}`),
      })),
    );
    expect(outcomes.map((each) => each.outcome)).toEqual(['copied', 'copied']);
    expect(longestPauseMs(fixture.destination)).toBeGreaterThanOrEqual(500);
  });
});

describe('a source that breaks off', () => {
  it('by stalling is asked for the rest', async () => {
    const fixture = await startCopyFixture({ http: { timeouts: { bodyMs: 300 } } });
    const { largeBlob } = await pushLarge(fixture);
    fixture.source.faults.inject(stallDownloadAfter(1_000_000), { method: 'GET', path: largeBlob, times: 1 });
    expect(await damageAfterCopy(fixture)).toEqual([]);
    const ranges = fixture.source.requests.list({ route: 'blob' }).map(({ headers }) => headers.range);
    expect(ranges.filter((range) => range !== undefined)).toEqual([expect.stringMatching(/^bytes=\d+-\d+$/)]);
    expect(requestCounts(fixture.destination)['PUT upload']).toBe(3);
  });

  it('and ignores ranges gives the whole again, of which the rest is used', async () => {
    const fixture = await startCopyFixture();
    const { largeBlob } = await pushLarge(fixture);
    fixture.source.faults.inject(ignoredRange(), { route: 'blob' });
    fixture.source.faults.inject(dropDownloadAfter(1_000_000), { method: 'GET', path: largeBlob, times: 1 });
    expect(await damageAfterCopy(fixture)).toEqual([]);
    expect(requestCounts(fixture.destination)['PUT upload']).toBe(3);
  });

  it('over and over is given up, with the source named and nothing tagged', async () => {
    const fixture = await startCopyFixture({ maxAttempts: 2, ...quickRetries });
    await pushLarge(fixture);
    fixture.source.faults.inject(dropDownloadAfter(0), { method: 'GET', route: 'blob' });
    await expect(damageAfterCopy(fixture)).rejects.toMatchObject({
      name: 'CopyError',
      side: 'source',
      operation: 'fetch blob',
    });
    expect(fixture.destination.content.resolveTag('app', 'v1')).toBeUndefined();
  });
});

describe('a destination', () => {
  it('that loses its answer to a whole blob is asked whether it has it', async () => {
    const fixture = await startCopyFixture();
    await pushLarge(fixture);
    fixture.destination.faults.inject(loseAnswer, { method: 'PUT', route: 'upload', times: 3 });
    expect(await damageAfterCopy(fixture)).toEqual([]);
    // Nothing was sent twice.
    expect(requestCounts(fixture.destination)).toMatchObject({ 'PUT upload': 3, 'HEAD blob': 3 });
  });

  it('that loses its answer to the manifest gets it again', async () => {
    const fixture = await startCopyFixture(quickRetries);
    await pushLarge(fixture);
    fixture.destination.faults.inject(loseAnswer, { method: 'PUT', route: 'manifest', times: 1 });
    expect(await damageAfterCopy(fixture)).toEqual([]);
    expect(requestCounts(fixture.destination)['PUT manifest']).toBe(2);
  });

  it('that stops reading a blob is left, and sent it again', async () => {
    const fixture = await startCopyFixture({ http: { timeouts: { uploadHeadersMs: 400, bodyMs: 400 } } });
    await pushLarge(fixture);
    fixture.destination.faults.inject(stallUploadAfter(500_000), {
      method: 'PUT',
      route: 'upload',
      times: 1,
    });
    expect(await damageAfterCopy(fixture)).toEqual([]);
  });

  it('whose token dies in the middle of a blob gets a new one, and the blob again', async () => {
    const auth = { kind: 'bearer', users: { mirror: 'secret' } } as const;
    const destination = await startTestRegistry({ auth });
    const credentials = [
      {
        name: 'test',
        getCredential: async ({ registry }: { readonly registry: string }) =>
          Promise.resolve(
            registry === destination.host
              ? ({ kind: 'basic', username: 'mirror', password: 'secret' } as const)
              : undefined,
          ),
      },
    ];
    const fixture = await startCopyFixture({ credentials }, { destination });
    await pushLarge(fixture);
    destination.faults.inject(failUploadAfter(500_000, unauthorized()), {
      method: 'PUT',
      route: 'upload',
      where: ({ headers }) => Number(headers['content-length']) > 500_000,
      times: 1,
    });
    const before = destination.requests.count({ route: 'token' });
    expect(await damageAfterCopy(fixture)).toEqual([]);
    expect(destination.requests.count({ route: 'token' })).toBeGreaterThan(before + 1);
  });
});

/** A count once it has not changed for a while. */
async function settledCount(count: () => number): Promise<number> {
  for (let before = -1; before !== count();) {
    before = count();
    await sleep(80);
  }
  return count();
}

const phases: readonly (readonly [
  side: 'source' | 'destination',
  method: string,
  route: FaultRule['route'],
])[] = [
  ['source', 'HEAD', 'manifest'],
  ['source', 'GET', 'manifest'],
  ['source', 'GET', 'blob'],
  ['destination', 'HEAD', 'manifest'],
  ['destination', 'HEAD', 'blob'],
  ['destination', 'POST', 'uploads'],
  ['destination', 'PUT', 'upload'],
  ['destination', 'PUT', 'manifest'],
];

/** A multi-arch image to copy over an older one, so that every kind of request is made. */
async function startEveryPhase(): Promise<CopyFixture> {
  const fixture = await startCopyFixture(quickRetries);
  await pushImage(fixture.source, 'app:v1', buildMultiArchImage({ seed: 'new' }));
  await pushImage(fixture.destination, 'app:v1', buildImage({ seed: 'old' }));
  return fixture;
}

describe.each(phases)('at the %s, %s %s', (side, method, route) => {
  it('a lost connection is made good', async () => {
    const fixture = await startEveryPhase();
    fixture[side].faults.inject(dropConnection(), { method, route, times: 1 });
    expect(await damageAfterCopy(fixture)).toEqual([]);
  });

  it('a moment of unavailability is waited out', async () => {
    const fixture = await startEveryPhase();
    fixture[side].faults.inject(serviceUnavailable(), { method, route, times: 2 });
    expect(await damageAfterCopy(fixture)).toEqual([]);
  });

  it('cancelling stops at once: the reason untouched, the tag as it was, no request more', async () => {
    const rejections = watchRejections();
    const fixture = await startEveryPhase();
    const { destination, source } = fixture;
    const before = destination.content.resolveTag('app', 'v1');
    const hanging = fixture[side].faults.inject(hang(), { method, route });
    const controller = new AbortController();
    const copying = fixture.copier
      .copy(
        { source: fixture.from('app:v1'), destination: fixture.to('app:v1') },
        { signal: controller.signal },
      )
      .catch((error: unknown) => error);
    while (hanging.hits === 0) await sleep(5);
    const count = (): number => source.requests.count() + destination.requests.count();
    const asked = await settledCount(count);
    const reason = { not: 'an error' };
    controller.abort(reason);
    expect(await copying).toBe(reason);
    expect(await settledCount(count)).toBe(asked);
    expect(destination.content.resolveTag('app', 'v1')).toBe(before);
    expect(rejections).toEqual([]);
  });
});

describe('cancelling', () => {
  it('a run of many rejects with the reason once all is still', async () => {
    const rejections = watchRejections();
    const fixture = await startCopyFixture();
    const names = Array.from({ length: 8 }, (_, at) => `app${at}`);
    for (const name of names)
      await pushImage(
        fixture.source,
        `${name}:v1`,
        buildImage({ layers: [{ seed: 'base', sizeBytes: 20_000 }] }),
      );
    const hanging = fixture.destination.faults.inject(hang(), { method: 'PUT', route: 'upload' });
    const controller = new AbortController();
    const running = fixture.copier
      .copyAll(
        names.map((name) => ({ source: fixture.from(`${name}:v1`), destination: fixture.to(`${name}:v1`) })),
        { signal: controller.signal, concurrency: 3 },
      )
      .catch((error: unknown) => error);
    while (hanging.hits === 0) await sleep(5);
    const count = (): number => fixture.destination.requests.count();
    const asked = await settledCount(count);
    controller.abort(new Error('enough'));
    expect(await running).toMatchObject({ message: 'enough' });
    expect(await settledCount(count)).toBe(asked);
    expect(names.filter((name) => fixture.destination.content.tags(name).length > 0)).toEqual([]);
    expect(rejections).toEqual([]);
  });

  it('before it begins sends nothing', async () => {
    const fixture = await startCopyFixture();
    const request = { source: fixture.from('app:v1'), destination: fixture.to('app:v1') };
    const signal = AbortSignal.abort(new Error('never'));
    await expect(fixture.copier.copy(request, { signal })).rejects.toThrow('never');
    await expect(fixture.copier.plan(request, { signal })).rejects.toThrow('never');
    await expect(fixture.copier.verify(request, { signal })).rejects.toThrow('never');
    await expect(fixture.copier.copyAll([request], { signal })).rejects.toThrow('never');
    expect(fixture.source.requests.count() + fixture.destination.requests.count()).toBe(0);
  });

  it('one image does not concern another that waits for the same answer', async () => {
    const hanging: AbortSignal[] = [];
    const fixture = await startCopyFixture({
      prepareRegistry: async (_registry, side, signal) => {
        if (side === 'source' || signal === undefined) return;
        hanging.push(signal);
        await sleep(hanging.length === 1 ? 60_000 : 0, undefined, { signal }).catch(() =>
          signal.throwIfAborted(),
        );
      },
    });
    await pushImage(fixture.source, 'app:v1', buildImage());
    const controller = new AbortController();
    const [first, second] = ['v1', 'v2'].map((tag) =>
      fixture.copier
        .copy(
          { source: fixture.from('app:v1'), destination: fixture.to(`app:${tag}`) },
          { signal: tag === 'v1' ? controller.signal : undefined },
        )
        .catch((error: unknown) => error),
    );
    while (hanging.length === 0) await sleep(5);
    controller.abort(new Error('enough'));
    expect(await first).toMatchObject({ message: 'enough' });
    expect(await second).toMatchObject({ outcome: 'copied' });
    expect(await findDamage(fixture.destination, 'app', 'v2')).toEqual([]);
  });
});

it('an image that is cancelled while it has the repository created does not take others with it', async () => {
  const destination = await startTestRegistry();
  const creations: string[] = [];
  const fixture = await startCopyFixture(
    {
      repositoryCreators: [
        {
          handles: () => true,
          createRepository: async ({ repository, signal }) => {
            creations.push(repository);
            await sleep(creations.length === 1 ? 60_000 : 0, undefined, { signal }).catch(() =>
              signal?.throwIfAborted(),
            );
            await destination.content.createRepository(repository);
            return 'created';
          },
        },
      ],
    },
    { destination },
  );
  destination.faults.inject(failWith({ status: 404, code: 'NAME_UNKNOWN', message: 'no such repository' }), {
    where: () => !destination.content.hasRepository('app'),
  });
  const tags = ['v1', 'v2', 'v3'];
  for (const tag of tags) await pushImage(fixture.source, `app:${tag}`, buildImage({ seed: tag }));
  const controller = new AbortController();
  const copy = async (tag: string): Promise<unknown> =>
    fixture.copier
      .copy(
        { source: fixture.from(`app:${tag}`), destination: fixture.to(`app:${tag}`) },
        { signal: tag === 'v1' ? controller.signal : undefined },
      )
      .catch((error: unknown) => error);
  const copies = [copy('v1')];
  while (creations.length === 0) await sleep(5);
  copies.push(copy('v2'), copy('v3'));
  await sleep(100);
  controller.abort(new Error('enough'));
  expect(await Promise.all(copies)).toMatchObject([
    { message: 'enough' },
    { outcome: 'copied' },
    { outcome: 'copied' },
  ]);
  expect(creations).toEqual(['app', 'app']);
});
