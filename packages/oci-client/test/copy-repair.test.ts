import { buildImage, buildMultiArchImage, pushImage, type TestImage } from '@oci-sync/registry/testing';
import { describe, expect, it } from 'vitest';
import { copyImage } from '../src/copy-image.js';
import { findDamage, requestCounts, startCopyFixture, type CopyFixture } from './copy-fixture.js';

async function startCopied(image: TestImage): Promise<CopyFixture> {
  const fixture = await startCopyFixture();
  await pushImage(fixture.source, 'app:v1', image);
  await fixture.copier.copy({ source: fixture.from('app:v1'), destination: fixture.to('app:v1') });
  return fixture;
}

function layerOf(image: TestImage): TestImage['digest'] {
  const [, layer] = image.blobs;
  if (layer === undefined) throw new Error('an image with a layer');
  return layer.descriptor.digest;
}

describe('verify', () => {
  it('finds an image complete, having looked at all of it, and writes nothing', async () => {
    const image = buildMultiArchImage();
    const { destination, another, from, to } = await startCopied(image);
    destination.requests.clear();
    const report = await another().verify({ source: from('app:v1'), destination: to('app:v1') });
    const distinct = new Set(
      image.children.flatMap((child) => child.blobs.map((blob) => blob.descriptor.digest)),
    );
    expect(report).toMatchObject({ outcome: 'complete', digest: image.digest, missing: [] });
    expect(report.checked).toBe(distinct.size + 3);
    expect(destination.requests.list({ method: ['POST', 'PUT', 'PATCH', 'DELETE'] })).toEqual([]);
  });

  it('tells what is absent, different and incomplete', async () => {
    const image = buildMultiArchImage();
    const [child = image] = image.children;
    const { source, destination, copier, from, to } = await startCopied(image);
    const request = { source: from('app:v1'), destination: to('app:v1') };
    expect(await copier.verify({ ...request, destination: to('app:v2') })).toMatchObject({
      outcome: 'absent',
      digest: undefined,
      expectedDigest: image.digest,
    });
    await destination.content.deleteBlob('app', layerOf(child));
    expect(await copier.verify(request)).toMatchObject({
      outcome: 'incomplete',
      missing: [{ kind: 'blob', digest: layerOf(child) }],
    });
    await destination.content.deleteManifest('app', child.digest);
    const report = await copier.verify(request);
    expect(report.missing).toContainEqual({
      kind: 'manifest',
      digest: child.digest,
      sizeBytes: child.bytes.length,
    });
    await pushImage(source, 'app:v1', buildImage({ seed: 'newer' }));
    expect(await copier.verify(request)).toMatchObject({ outcome: 'different', digest: image.digest });
  });
});

describe('repair', () => {
  it.each(['the copier that copied it', 'another copier', 'copyImage'])(
    'brings back exactly what is missing, by %s',
    async (who) => {
      const image = buildMultiArchImage({ platforms: ['linux/amd64', 'linux/arm64', 'linux/s390x'] });
      const [first = image, second = image] = image.children;
      const { destination, copier, another, from, to } = await startCopied(image);
      await destination.content.deleteBlob('app', layerOf(first));
      await destination.content.deleteManifest('app', second.digest);
      destination.requests.clear();
      const request = { source: from('app:v1'), destination: to('app:v1') };
      const report = await (who === 'copyImage'
        ? copyImage(request.source, request.destination, { repair: true })
        : (who === 'another copier' ? another() : copier).copy({ ...request, repair: true }));
      expect(report).toMatchObject({ manifestsPushed: 1, blobs: { copied: 1 } });
      expect(await findDamage(destination, 'app', 'v1')).toEqual([]);
      expect(requestCounts(destination)).toMatchObject({ 'PUT upload': 1, 'PUT manifest': 1 });
    },
  );

  it('of what is complete writes nothing', async () => {
    const { destination, copier, from, to } = await startCopied(buildMultiArchImage({ attestations: true }));
    destination.requests.clear();
    const request = { source: from('app:v1'), destination: to('app:v1'), repair: true };
    expect(await copier.copy(request)).toMatchObject({ outcome: 'unchanged', manifestsPushed: 0 });
    expect(destination.requests.list({ method: ['PUT', 'PATCH'] })).toEqual([]);
  });

  it('keeps to the platforms chosen', async () => {
    const image = buildMultiArchImage({ platforms: ['linux/amd64', 'linux/arm64', 'linux/s390x'] });
    const [amd = image] = image.children;
    const { destination, copier, from, to } = await startCopied(image);
    const request = {
      source: from('app:v1'),
      destination: to('some:v1'),
      platforms: ['linux/amd64', 'linux/arm64'],
    };
    const { digest } = await copier.copy(request);
    await destination.content.deleteBlob('some', layerOf(amd));
    await copier.copy({ ...request, repair: true });
    expect(destination.content.resolveTag('some', 'v1')).toBe(digest);
    expect(await findDamage(destination, 'some', 'v1')).toEqual([]);
    expect(destination.content.manifests('some')).toHaveLength(3);
  });
});
