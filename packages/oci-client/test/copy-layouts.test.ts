import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  buildImage,
  buildMultiArchImage,
  corruptedBody,
  pushImage,
  slowDownload,
  testBlob,
  testManifest,
  type TestImage,
} from '@oci-sync/registry/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findDamage, startCopyFixture, type CopyFixture } from './copy-fixture.js';

async function startLayout(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'oci-sync-layout-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  return join(folder, 'images');
}

/** Copies an image out of a layout into the fixture's destination, where it can be looked at. */
async function damageFrom(fixture: CopyFixture, layout: string, tag: string): Promise<readonly string[]> {
  const repository = `from-layout-${tag}`;
  await fixture
    .another()
    .copy({ source: `oci:${layout}:${tag}`, destination: fixture.to(`${repository}:v1`) });
  return findDamage(fixture.destination, repository, 'v1');
}

/** BuildKit's cache index: its entries are layers, not manifests. */
function cacheIndex(): TestImage {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const layer = testBlob(Buffer.from('cached layer'), 'application/vnd.oci.image.layer.v1.tar+gzip');
  const config = testBlob(Buffer.from('{"records":[]}'), 'application/vnd.buildkit.cacheconfig.v0');
  return testManifest(
    { schemaVersion: 2, mediaType, manifests: [layer.descriptor, config.descriptor] },
    { mediaType, blobs: [layer, config] },
  );
}

describe('layouts', () => {
  it('are a destination and a source like any other, digests kept', async () => {
    const fixture = await startCopyFixture();
    const layout = await startLayout();
    const image = buildMultiArchImage({ attestations: true });
    await pushImage(fixture.source, 'app:v1', image);
    const request = { source: fixture.from('app:v1'), destination: `oci:${layout}:v1` };
    expect(await fixture.copier.copy(request)).toMatchObject({ outcome: 'copied', digest: image.digest });
    expect(await fixture.another().copy(request)).toMatchObject({ outcome: 'unchanged' });
    expect(await fixture.another().verify(request)).toMatchObject({ outcome: 'complete' });
    expect(await damageFrom(fixture, layout, 'v1')).toEqual([]);
    expect(fixture.destination.content.resolveTag('from-layout-v1', 'v1')).toBe(image.digest);
  });

  it('keep layers that an index lists', async () => {
    const fixture = await startCopyFixture();
    const layout = await startLayout();
    const image = cacheIndex();
    await pushImage(fixture.source, 'cache:v1', image);
    const report = await fixture.copier.copy({
      source: fixture.from('cache:v1'),
      destination: `oci:${layout}:v1`,
    });
    expect(report).toMatchObject({ digest: image.digest, blobs: { copied: 2 } });
    const files = await readdir(join(layout, 'blobs', 'sha256'));
    expect(files.toSorted()).toEqual(
      [image.digest, ...image.blobs.map(({ descriptor }) => descriptor.digest)]
        .map((digest) => digest.replace('sha256:', ''))
        .toSorted(),
    );
  });

  it('take several images at once, from one copier and from two', async () => {
    const fixture = await startCopyFixture();
    const layout = await startLayout();
    const base = { seed: 'base', sizeBytes: 200_000 };
    const tags = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const tag of tags)
      await pushImage(fixture.source, `app:${tag}`, buildImage({ seed: tag, layers: [base, { seed: tag }] }));
    const requests = tags.map((tag) => ({
      source: fixture.from(`app:${tag}`),
      destination: `oci:${layout}:${tag}`,
    }));
    const outcomes = await Promise.all([
      fixture.copier.copyAll(requests.slice(0, 4)),
      fixture.another().copyAll(requests.slice(2)),
    ]);
    expect(outcomes.flat().filter((each) => each.outcome === 'failed')).toEqual([]);
    for (const tag of tags) expect(await damageFrom(fixture, layout, tag), tag).toEqual([]);
  });

  it('to layouts copy without a registry', async () => {
    const fixture = await startCopyFixture();
    const [first, second] = [await startLayout(), await startLayout()];
    const image = buildImage();
    await pushImage(fixture.source, 'app:v1', image);
    await fixture.copier.copy({ source: fixture.from('app:v1'), destination: `oci:${first}:v1` });
    fixture.source.requests.clear();
    const report = await fixture.copier.copy({ source: `oci:${first}:v1`, destination: `oci:${second}:v2` });
    expect(report).toMatchObject({ digest: image.digest, requests: { source: 0, destination: 0 } });
    expect(await damageFrom(fixture, second, 'v2')).toEqual([]);
  });

  it('take a new tag for what they have', async () => {
    const fixture = await startCopyFixture();
    const layout = await startLayout();
    await pushImage(fixture.source, 'app:v1', buildImage());
    await fixture.copier.copy({ source: fixture.from('app:v1'), destination: `oci:${layout}:v1` });
    const report = await fixture.copier.copy({
      source: `oci:${layout}:v1`,
      destination: `oci:${layout}:v2`,
    });
    expect(report).toMatchObject({ outcome: 'copied', bytesCopied: 0 });
    expect(await damageFrom(fixture, layout, 'v2')).toEqual([]);
  });

  it('keep nothing of a damaged or cancelled copy: no tag, no blob, no temporary file', async () => {
    const fixture = await startCopyFixture();
    const layout = await startLayout();
    const image = buildImage({ layers: [{ seed: 'large', sizeBytes: 500_000 }] });
    const layer = image.blobs[1]?.descriptor.digest ?? '';
    await pushImage(fixture.source, 'app:v1', image);
    const request = { source: fixture.from('app:v1'), destination: `oci:${layout}:v1` };
    const rule = { method: 'GET', route: 'blob', path: new RegExp(layer) } as const;
    const damaged = fixture.source.faults.inject(corruptedBody(), rule);
    await expect(fixture.copier.copy(request)).rejects.toMatchObject({ code: 'OCI_DIGEST_MISMATCH' });
    damaged.remove();
    const slow = fixture.source.faults.inject(slowDownload(10_000, 30), rule);
    const controller = new AbortController();
    const copying = fixture.copier
      .copy(request, { signal: controller.signal })
      .catch((error: unknown) => error);
    while (slow.hits === 0) await sleep(5);
    await sleep(100);
    controller.abort(new Error('enough'));
    expect(await copying).toMatchObject({ message: 'enough' });
    slow.remove();
    const everything = await readdir(layout, { recursive: true });
    expect(everything.filter((name) => name.includes(layer.replace('sha256:', '')))).toEqual([]);
    expect(everything.filter((name) => /tmp|temp|partial/i.test(name))).toEqual([]);
    expect(await fixture.copier.verify(request)).toMatchObject({ outcome: 'absent' });
    await fixture.copier.copy(request);
    expect(await damageFrom(fixture, layout, 'v1')).toEqual([]);
  });
});
