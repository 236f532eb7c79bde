import {
  ambiguousManifest,
  buildArtifact,
  buildAttestation,
  buildHelmChart,
  buildImage,
  buildIndex,
  buildMultiArchImage,
  corruptedBody,
  oversizedManifest,
  pushImage,
  replacedManifest,
  testBlob,
  testManifest,
  withHeaders,
  type Fault,
  type TestImage,
} from '@oci-sync/registry/testing';
import { describe, expect, it } from 'vitest';
import { findDamage, requestCounts, startCopyFixture } from './copy-fixture.js';

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';

function nested(depth: number): TestImage {
  let image = buildImage({ seed: 'leaf' });
  for (let level = 0; level < depth; level += 1) image = buildIndex({ children: [image] });
  return image;
}

/** An image of unknown types throughout. */
function strange(): TestImage {
  const config = testBlob(Buffer.from('{"any":"thing"}'), 'application/vnd.example.config+yaml');
  const layer = testBlob(Buffer.from('bytes'), 'application/vnd.example.layer');
  return testManifest(
    {
      schemaVersion: 2,
      mediaType: ociManifest,
      config: config.descriptor,
      layers: [layer.descriptor, layer.descriptor],
      'x-unknown': { kept: true },
    },
    { mediaType: ociManifest, blobs: [config, layer] },
  );
}

function withEmptyLayer(): TestImage {
  const config = testBlob(Buffer.from('{}'), 'application/vnd.oci.empty.v1+json');
  const layer = testBlob(Buffer.alloc(0), 'application/vnd.oci.image.layer.v1.tar');
  return testManifest(
    { schemaVersion: 2, mediaType: ociManifest, config: config.descriptor, layers: [layer.descriptor] },
    { mediaType: ociManifest, blobs: [config, layer] },
  );
}

describe('everything is copied byte for byte', () => {
  const kinds: readonly (readonly [string, () => TestImage])[] = [
    ['a docker image', () => buildImage({ docker: true })],
    ['a docker manifest list', () => buildMultiArchImage({ docker: true })],
    ['an index with attestations', () => buildMultiArchImage({ attestations: true })],
    [
      'an index of indexes',
      () => buildIndex({ children: [buildMultiArchImage({ seed: 'a' }), buildImage()] }),
    ],
    ['an index with the same manifest twice', () => buildIndex({ children: [buildImage(), buildImage()] })],
    ['an artifact with the config {}', () => buildArtifact()],
    ['a Helm chart', () => buildHelmChart()],
    ['unknown media types, fields and a layer twice', strange],
    ['an empty layer', withEmptyLayer],
    ['indexes eight deep', () => nested(8)],
    ['an index without manifests', () => buildIndex({ children: [] })],
  ];

  it.each(kinds)('%s', async (_, build) => {
    const { source, destination, copier, from, to } = await startCopyFixture();
    const image = build();
    await pushImage(source, 'app:v1', image);
    const report = await copier.copy({ source: from('app:v1'), destination: to('app:v1') });
    expect(report).toMatchObject({ outcome: 'copied', digest: image.digest, sourceDigest: image.digest });
    expect(await destination.content.readManifest('app', 'v1')).toEqual(image.bytes);
    expect(destination.content.manifest('app', image.digest)?.mediaType).toBe(image.mediaType);
    expect(await findDamage(destination, 'app', 'v1')).toEqual([]);
  });

  it('but foreign layers, which are counted', async () => {
    const { source, destination, copier, from, to } = await startCopyFixture();
    const image = buildImage({
      docker: true,
      layers: [{ seed: 'own' }, { seed: 'foreign', urls: ['https://elsewhere.example/layer'] }],
    });
    await pushImage(source, 'app:v1', image);
    const report = await copier.copy({ source: from('app:v1'), destination: to('app:v1') });
    expect(report.blobs).toMatchObject({ copied: 2, foreign: 1 });
    expect(await destination.content.readManifest('app', 'v1')).toEqual(image.bytes);
    const foreign = image.blobs[2]?.descriptor.digest ?? '';
    expect(source.requests.count({ path: new RegExp(foreign) })).toBe(0);
    expect(destination.requests.count({ path: new RegExp(foreign) })).toBe(0);
  });

  it('with a layer that is there twice sent once', async () => {
    const { source, destination, copier, from, to } = await startCopyFixture();
    await pushImage(source, 'app:v1', strange());
    await copier.copy({ source: from('app:v1'), destination: to('app:v1') });
    expect(requestCounts(destination)).toMatchObject({ 'PUT upload': 2 });
  });
});

describe('platforms', () => {
  const copyOf = async (
    image: TestImage,
    platforms: readonly string[],
    missingPlatform?: 'skip',
  ): Promise<{
    readonly digest: string;
    readonly platforms: readonly string[] | undefined;
    readonly attestationsLeftOut: number;
    readonly manifest: { readonly manifests?: readonly { readonly digest: string }[] };
    readonly damage: readonly string[];
  }> => {
    const { source, destination, copier, from, to } = await startCopyFixture();
    await pushImage(source, 'app:v1', image);
    const request = { source: from('app:v1'), destination: to('app:v1'), platforms, missingPlatform };
    const report = await copier.copy(request);
    const manifest = (await destination.content.readManifest('app', 'v1'))?.toString() ?? '{}';
    return {
      digest: report.digest,
      platforms: report.platforms,
      attestationsLeftOut: report.attestationsLeftOut,
      manifest: JSON.parse(manifest),
      damage: await findDamage(destination, 'app', 'v1'),
    };
  };

  it('several give an index that is always the same, with the attestations of what was kept', async () => {
    const image = buildMultiArchImage({
      platforms: ['linux/amd64', 'linux/arm64', 'linux/s390x'],
      attestations: true,
    });
    const [amd, arm, s390, amdAttested, armAttested] = image.children.map(({ digest }) => digest);
    const first = await copyOf(image, ['linux/amd64', 'linux/arm64']);
    const second = await copyOf(image, ['linux/aarch64', 'linux/x86_64']);
    expect(first.digest).toBe(second.digest);
    expect(first.damage).toEqual([]);
    expect(first.manifest.manifests?.map(({ digest }) => digest)).toEqual([
      amd,
      arm,
      amdAttested,
      armAttested,
    ]);
    expect(first.manifest.manifests?.map(({ digest }) => digest)).not.toContain(s390);
    expect(first).toMatchObject({ platforms: ['linux/amd64', 'linux/arm64'], attestationsLeftOut: 1 });
  });

  it('all of them give the index unchanged', async () => {
    const image = buildMultiArchImage({ platforms: ['linux/amd64', 'linux/arm64'], attestations: true });
    expect(await copyOf(image, ['linux/amd64', 'linux/arm64'])).toMatchObject({
      digest: image.digest,
      damage: [],
    });
  });

  it('one gives its manifest without attestations, which are counted', async () => {
    const image = buildMultiArchImage({ platforms: ['linux/amd64', 'linux/arm64'], attestations: true });
    expect(await copyOf(image, ['linux/arm64'])).toMatchObject({
      digest: image.children[1]?.digest,
      attestationsLeftOut: 2,
      damage: [],
    });
  });

  it('are found in nested indexes', async () => {
    const inner = buildMultiArchImage({ seed: 'inner', platforms: ['linux/arm64', 'linux/s390x'] });
    const image = buildIndex({ children: [buildImage({ platform: 'linux/amd64' }), inner] });
    expect(await copyOf(image, ['linux/s390x'])).toMatchObject({
      digest: inner.children[1]?.digest,
      damage: [],
    });
    const two = await copyOf(image, ['linux/amd64', 'linux/arm64']);
    expect(two).toMatchObject({ platforms: ['linux/amd64', 'linux/arm64'], damage: [] });
    expect(two.digest).not.toBe(image.digest);
  });

  it.each([
    ['linux/arm/v7', 'linux/arm'],
    ['linux/arm', 'linux/arm/v7'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/amd64', 'linux/amd64/v1'],
    ['linux/arm/v6', 'linux/arm/v6'],
  ])('%s is found for %s', async (has, wanted) => {
    const image = buildMultiArchImage({ platforms: ['linux/s390x', has] });
    expect(await copyOf(image, [wanted])).toMatchObject({ digest: image.children[1]?.digest });
  });

  it.each([
    ['linux/arm/v6', 'linux/arm'],
    ['linux/arm/v7', 'linux/arm/v6'],
    ['linux/amd64/v3', 'linux/amd64'],
    ['windows/amd64', 'linux/amd64'],
  ])('%s is not taken for %s', async (has, wanted) => {
    const image = buildMultiArchImage({ platforms: ['linux/s390x', has] });
    await expect(copyOf(image, [wanted])).rejects.toMatchObject({
      code: 'OCI_PLATFORM_MISSING',
      side: 'source',
    });
  });

  it('of Windows are the first that matches for one, and all that match for several', async () => {
    const linux = buildImage({ platform: 'linux/amd64' });
    const windows = ['10.0.17763.1', '10.0.20348.2'].map((version) => {
      const child = buildImage({ seed: version, platform: 'windows/amd64' });
      const platform = { os: 'windows', architecture: 'amd64', 'os.version': version };
      return { ...child, descriptor: { ...child.descriptor, platform } };
    });
    const image = buildIndex({ children: [linux, ...windows] });
    expect(await copyOf(image, ['windows/amd64'])).toMatchObject({ digest: windows[0]?.digest, damage: [] });
    expect(await copyOf(image, ['windows/amd64', 'linux/amd64'])).toMatchObject({ digest: image.digest });
  });

  it('do not matter to content without any', async () => {
    for (const image of [buildHelmChart(), buildArtifact(), buildIndex({ children: [buildArtifact()] })])
      expect(await copyOf(image, ['linux/amd64'])).toMatchObject({ digest: image.digest, damage: [] });
  });

  it('that are missing may be skipped, but not all of them', async () => {
    const image = buildMultiArchImage({ platforms: ['linux/amd64', 'linux/arm64'] });
    const some = await copyOf(image, ['linux/amd64', 'linux/s390x'], 'skip');
    expect(some.platforms).toEqual(['linux/amd64']);
    await expect(copyOf(image, ['linux/s390x'], 'skip')).rejects.toMatchObject({
      code: 'OCI_PLATFORM_MISSING',
    });
  });

  it('attest what they say: an attestation of something else is no image of that platform', async () => {
    const child = buildImage({ platform: 'linux/amd64' });
    const image = buildIndex({ children: [buildAttestation(child), child] });
    expect(await copyOf(image, ['linux/amd64'])).toMatchObject({
      digest: child.digest,
      attestationsLeftOut: 1,
    });
  });
});

describe('refused, with nothing at the destination', () => {
  const schema1 = Buffer.from(
    JSON.stringify({ schemaVersion: 1, name: 'app', tag: 'v1', fsLayers: [], history: [] }),
  );
  const image = buildImage();
  const other = buildImage({ seed: 'other' });
  const cases: readonly (readonly [string, string, Fault])[] = [
    [
      'docker schema 1',
      'OCI_UNSUPPORTED_CONTENT',
      replacedManifest(schema1, 'application/vnd.docker.distribution.manifest.v1+prettyjws'),
    ],
    [
      'docker schema 1 without its type',
      'OCI_UNSUPPORTED_CONTENT',
      replacedManifest(schema1, 'application/json'),
    ],
    ['an index that is an image, too', 'OCI_INVALID_MANIFEST', ambiguousManifest()],
    [
      'a type in the header that is not the one inside',
      'OCI_INVALID_MANIFEST',
      withHeaders({ 'content-type': 'application/vnd.docker.distribution.manifest.v2+json' }),
    ],
    ['a manifest above 4 MiB', 'OCI_TOO_LARGE', oversizedManifest()],
    ['what is no JSON', 'OCI_INVALID_MANIFEST', replacedManifest(Buffer.from('<html>'), 'text/html')],
    [
      'a manifest type nobody knows',
      'OCI_UNSUPPORTED_CONTENT',
      replacedManifest(
        Buffer.from('{"schemaVersion":2,"mediaType":"application/vnd.example.manifest+json"}'),
        'application/vnd.example.manifest+json',
      ),
    ],
  ];

  it.each(cases)('%s', async (_, code, fault) => {
    const { source, destination, copier, from, to } = await startCopyFixture();
    await pushImage(source, 'app:v1', image);
    source.faults.inject(fault, { route: 'manifest', method: 'GET' });
    await expect(copier.copy({ source: from('app:v1'), destination: to('app:v1') })).rejects.toMatchObject({
      name: 'CopyError',
      code,
      side: 'source',
      reference: from('app:v1'),
    });
    expect(destination.content.hasRepository('app')).toBe(false);
  });

  it('but a manifest served without a type of its own is read for what it says', async () => {
    const { source, destination, copier, from, to } = await startCopyFixture();
    await pushImage(source, 'app:v1', image);
    source.faults.inject(withHeaders({ 'content-type': 'text/plain; charset=utf-8' }), { route: 'manifest' });
    await copier.copy({ source: from('app:v1'), destination: to('app:v1') });
    expect(destination.content.manifest('app', image.digest)?.mediaType).toBe(image.mediaType);
  });

  it('a manifest that is not the one its digest names', async () => {
    const { source, destination, copier, from, to } = await startCopyFixture();
    await pushImage(source, 'app:v1', image);
    source.faults.inject(replacedManifest(other.bytes), { route: 'manifest' });
    const request = { source: from(`app@${image.digest}`), destination: to('app:v1') };
    await expect(copier.copy(request)).rejects.toMatchObject({ code: 'OCI_DIGEST_MISMATCH', side: 'source' });
    expect(destination.content.hasRepository('app')).toBe(false);
  });

  it('a damaged child of an index', async () => {
    const { source, destination, copier, from, to } = await startCopyFixture();
    const index = buildMultiArchImage();
    await pushImage(source, 'app:v1', index);
    source.faults.inject(corruptedBody(), {
      method: 'GET',
      route: 'manifest',
      path: new RegExp(index.children[1]?.digest ?? ''),
    });
    const request = { source: from('app:v1'), destination: to('app:v1') };
    await expect(copier.copy(request)).rejects.toMatchObject({ code: 'OCI_DIGEST_MISMATCH', side: 'source' });
    expect(destination.content.hasRepository('app')).toBe(false);
  });

  it('indexes more than eight deep', async () => {
    const { source, destination, copier, from, to } = await startCopyFixture();
    await pushImage(source, 'app:v1', nested(10));
    const request = { source: from('app:v1'), destination: to('app:v1') };
    await expect(copier.copy(request)).rejects.toMatchObject({
      code: 'OCI_UNSUPPORTED_CONTENT',
      side: 'source',
    });
    expect(destination.content.hasRepository('app')).toBe(false);
  });

  it('another digest than the destination names', async () => {
    const { source, destination, copier, from, to } = await startCopyFixture();
    await pushImage(source, 'app:v1', image);
    const request = { source: from('app:v1'), destination: to(`app:v1@${other.digest}`) };
    await expect(copier.copy(request)).rejects.toMatchObject({ code: 'OCI_DIGEST_MISMATCH' });
    expect(destination.content.hasRepository('app')).toBe(false);
    await copier.copy({ ...request, destination: to(`app@${image.digest}`) });
    expect(destination.content.tags('app')).toEqual([]);
    expect(await findDamage(destination, 'app', image.digest)).toEqual([]);
  });
});
