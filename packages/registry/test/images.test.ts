import { gunzipSync, gzipSync } from 'node:zlib';
import { startRegistry } from '@oci-sync/registry';
import {
  buildArtifact,
  buildAttestation,
  buildHelmChart,
  buildImage,
  buildIndex,
  buildMultiArchImage,
  pushImage,
  seededBytes,
  type TestImage,
} from '@oci-sync/registry/testing';
import { describe, expect, it } from 'vitest';
import { digestOf, send } from './plain-client.js';

interface Config {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly rootfs: { readonly diff_ids: readonly string[] };
}

const parse = (image: Pick<TestImage, 'bytes'>) =>
  JSON.parse(image.bytes.toString()) as Record<string, unknown>;

/** The regular files of a ustar archive, read by the format's rules and with its checksums checked. */
function readTar(tar: Buffer): Record<string, Buffer> {
  const files: Record<string, Buffer> = {};
  let offset = 0;
  while (tar[offset] !== 0) {
    const header = tar.subarray(offset, offset + 512);
    const field = (start: number, end: number): string =>
      header.subarray(start, end).toString('latin1').split('\0', 1)[0]?.trim() ?? '';
    const summed = Buffer.from(header).fill(' ', 148, 156);
    expect(Number.parseInt(field(148, 156), 8)).toBe(summed.reduce((sum, byte) => sum + byte, 0));
    expect(field(257, 263)).toBe('ustar');
    const sizeBytes = Number.parseInt(field(124, 136), 8);
    files[field(0, 100)] = tar.subarray(offset + 512, offset + 512 + sizeBytes);
    offset += 512 + Math.ceil(sizeBytes / 512) * 512;
  }
  expect(tar.subarray(offset).every((byte) => byte === 0)).toBe(true);
  expect(tar.length - offset).toBe(1024);
  return files;
}

describe('images', () => {
  it('have layers that unpack to what their config says', () => {
    const image = buildImage({ platform: 'linux/arm/v7', layers: 3, layerBytes: 5000 });
    const [config, ...layers] = image.blobs;
    const { rootfs, ...platform } = JSON.parse(config?.bytes?.toString() ?? '') as Config;
    expect(platform).toMatchObject({ os: 'linux', architecture: 'arm', variant: 'v7' });
    const tars = layers.map(({ bytes }) => gunzipSync(bytes ?? ''));
    expect(tars.map((tar) => digestOf(tar))).toEqual(rootfs.diff_ids);
    expect(tars.flatMap((tar) => Object.values(readTar(tar)).map((file) => file.length))).toEqual([
      5000, 5000, 5000,
    ]);
    const manifest = parse(image);
    expect(manifest['layers']).toEqual(layers.map(({ descriptor }) => descriptor));
    for (const { bytes, descriptor } of image.blobs) {
      expect([digestOf(bytes ?? ''), bytes?.length]).toEqual([descriptor.digest, descriptor.size]);
    }
    expect([image.digest, image.descriptor.size]).toEqual([digestOf(image.bytes), image.bytes.length]);
  });

  it('are the same for the same specification, and share layers by specification', () => {
    expect(buildImage({ seed: 'a' }).digest).toBe(buildImage({ seed: 'a' }).digest);
    expect(buildImage({ seed: 'a' }).digest).not.toBe(buildImage({ seed: 'b' }).digest);
    const [first, second] = ['a', 'b'].map((seed) =>
      buildImage({ seed, layers: [{ seed: 'base' }, { seed }] }).blobs.map(
        ({ descriptor }) => descriptor.digest,
      ),
    );
    expect(first?.[1]).toBe(second?.[1]);
    expect(first?.[2]).not.toBe(second?.[2]);
  });

  it('come with Docker media types, given files, labels and unknown fields', () => {
    const image = buildImage({
      docker: true,
      labels: { maintainer: 'someone' },
      layers: [{ files: [{ path: 'etc/motd', bytes: Buffer.from('hello') }] }],
      extraFields: { 'x-unknown': [1] },
    });
    const [config, layer] = image.blobs;
    expect(image.mediaType).toBe('application/vnd.docker.distribution.manifest.v2+json');
    expect(layer?.descriptor.mediaType).toBe('application/vnd.docker.image.rootfs.diff.tar.gzip');
    expect(readTar(gunzipSync(layer?.bytes ?? ''))['etc/motd']?.toString()).toBe('hello');
    expect(JSON.parse(config?.bytes?.toString() ?? '')).toMatchObject({
      config: { Labels: { maintainer: 'someone' } },
    });
    expect(parse(image)['x-unknown']).toEqual([1]);
  });
});

describe('indexes', () => {
  it('name their children with platforms, and attestations with what they attest', () => {
    const index = buildMultiArchImage({ platforms: ['linux/amd64', 'linux/arm/v7'], attestations: true });
    const [amd64, arm, , attestation] = parse(index)['manifests'] as Record<string, unknown>[];
    expect(amd64?.['platform']).toEqual({ os: 'linux', architecture: 'amd64' });
    expect(arm?.['platform']).toEqual({ os: 'linux', architecture: 'arm', variant: 'v7' });
    expect(attestation).toMatchObject({
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: {
        'vnd.docker.reference.type': 'attestation-manifest',
        'vnd.docker.reference.digest': arm?.['digest'],
      },
    });
  });

  it('nest', async () => {
    await using registry = await startRegistry();
    const inner = buildMultiArchImage();
    const outer = buildIndex({ children: [inner, buildImage({ seed: 'other' })] });
    await pushImage(registry, 'app:v1', outer);
    const stored = registry.content.manifests('app').map(({ digest }) => digest);
    expect(new Set(stored)).toEqual(
      new Set([...inner.children, inner, ...outer.children, outer].map(({ digest }) => digest)),
    );
  });
});

describe('artifacts', () => {
  it('have the empty config, a type and a subject', () => {
    const subject = buildImage();
    const artifact = buildArtifact({ subject: subject.descriptor, artifactType: 'application/x' });
    expect(parse(artifact)).toMatchObject({
      artifactType: 'application/x',
      config: { digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a', size: 2 },
      subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.bytes.length },
    });
  });

  it('include Helm charts and attestations', () => {
    const chart = buildHelmChart({ name: 'web', version: '1.2.3', files: { 'templates/x.yaml': 'a: b' } });
    const [, layer] = chart.blobs;
    const files = readTar(gunzipSync(layer?.bytes ?? ''));
    expect(Object.keys(files)).toEqual(['web/Chart.yaml', 'web/templates/x.yaml']);
    expect(files['web/Chart.yaml']?.toString()).toContain('version: 1.2.3');
    const statement = buildAttestation(chart).blobs[1]?.bytes?.toString() ?? '';
    expect(statement).toContain(chart.digest.slice('sha256:'.length));
  });
});

describe('pushing', () => {
  it('stores everything but foreign layers', async () => {
    await using registry = await startRegistry();
    const image = buildImage({
      layers: [{ seed: 'mine' }, { seed: 'theirs', urls: ['https://example.com/l'] }],
    });
    const { digest } = await pushImage(registry, 'app:v1', image);
    const [, mine, theirs] = image.blobs;
    const found = async (blob: string | undefined): Promise<number> =>
      (await send('HEAD', `${registry.url}/v2/app/blobs/${blob ?? ''}`)).status;
    expect([await found(mine?.descriptor.digest), await found(theirs?.descriptor.digest)]).toEqual([
      200, 404,
    ]);
    expect(registry.content.resolveTag('app', 'v1')).toBe(digest);
  });
});

it('seeded bytes do not compress and follow their seed', () => {
  const bytes = seededBytes('seed', 100_000);
  expect(bytes.equals(seededBytes('seed', 100_000))).toBe(true);
  expect(bytes.equals(seededBytes('other', 100_000))).toBe(false);
  expect(gzipSync(bytes).length).toBeGreaterThan(bytes.length);
});
