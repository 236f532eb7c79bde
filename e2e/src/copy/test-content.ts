import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** A blob or manifest as it is stored, with its own digest. */
export interface StoredBytes {
  readonly digest: string;
  readonly bytes: Buffer;
}

/** A manifest with the media type it is sent as. */
export interface StoredManifest extends StoredBytes {
  readonly mediaType: string;
  /** `os/arch[/variant]` where an index names one. */
  readonly platform?: string | undefined;
}

/** Something that can be copied: a root manifest with everything below it. */
export interface TestContent {
  readonly root: StoredManifest;
  /** Children before parents; the root is last. */
  readonly manifests: readonly StoredManifest[];
  readonly blobs: readonly StoredBytes[];
}

/** A layer, with the digest of the archive inside. */
interface Layer extends StoredBytes {
  readonly diffId: string;
}

/** Media types of one family. */
interface ImageTypes {
  readonly index: string;
  readonly manifest: string;
  readonly config: string;
  readonly layer: string;
}

const oci: ImageTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};

const docker: ImageTypes = {
  index: 'application/vnd.docker.distribution.manifest.list.v2+json',
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
};

/** The OCI empty descriptor's content. */
const emptyJson = store(Buffer.from('{}'));

/** Wraps bytes with their sha256 digest. */
export function store(bytes: Buffer): StoredBytes {
  return { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes };
}

/** One image for one platform; each call has its own random file in a real gzip tar layer. */
export function singleImage(platform = 'linux/amd64'): TestContent {
  return image(oci, platform, [layerFiles('common'), randomFile()]);
}

/** An index of linux/amd64, linux/arm64 and linux/arm/v7 that share one layer, with an attestation of each child. */
export function multiArchIndex(): TestContent {
  return indexOf(oci, ['linux/amd64', 'linux/arm64', 'linux/arm/v7'], true);
}

/** A docker manifest list of two docker v2 schema 2 images. */
export function dockerList(): TestContent {
  return indexOf(docker, ['linux/amd64', 'linux/arm64'], false);
}

/** An artifact: `{}` as config, an artifact type, and a layer type that no image has. */
export function artifact(): TestContent {
  const blob = store(Buffer.from(`name: policy\nid: ${randomBytes(8).toString('hex')}\n`));
  return manifestOf({
    mediaType: oci.manifest,
    artifactType: 'application/vnd.example.policy.v1',
    config: { mediaType: 'application/vnd.oci.empty.v1+json', content: emptyJson },
    layers: [{ mediaType: 'application/vnd.example.policy.v1+yaml', content: blob }],
  });
}

/** A Helm chart as `helm push` stores it. */
export function helmChart(): TestContent {
  const config = store(Buffer.from(JSON.stringify({ name: 'demo', version: '1.2.3', apiVersion: 'v2' })));
  const chart = 'apiVersion: v2\nname: demo\nversion: 1.2.3\n';
  const archive = tarGzip({ 'demo/Chart.yaml': chart, 'demo/values.yaml': randomBytes(8).toString('hex') });
  return manifestOf({
    mediaType: oci.manifest,
    config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', content: config },
    layers: [{ mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', content: archive }],
  });
}

/** A signature-like artifact that refers to a subject. */
export function referrerOf(subject: StoredManifest): TestContent {
  const payload = store(randomBytes(64));
  return manifestOf({
    mediaType: oci.manifest,
    artifactType: 'application/vnd.example.signature.v1',
    config: { mediaType: 'application/vnd.oci.empty.v1+json', content: emptyJson },
    layers: [{ mediaType: 'application/vnd.example.signature.v1+payload', content: payload }],
    subject,
  });
}

/** A single image with one layer of random bytes of a given size, which does not compress. */
export function largeImage(sizeBytes: number): TestContent {
  const layer = store(randomBytes(sizeBytes));
  return image(oci, 'linux/amd64', [{ ...layer, diffId: layer.digest }]);
}

/** The part of an index that one platform leaves: the child, with its blobs. */
export function childFor(content: TestContent, platform: string): TestContent {
  const root = content.manifests.find((manifest) => manifest.platform === platform);
  if (root === undefined) throw new Error(`no ${platform} in ${content.root.digest}`);
  return { root, manifests: [root], blobs: blobsOf(root, content.blobs) };
}

/** The blobs that a manifest names. */
function blobsOf(manifest: StoredManifest, blobs: readonly StoredBytes[]): StoredBytes[] {
  const text = manifest.bytes.toString();
  return blobs.filter((blob) => text.includes(blob.digest));
}

function indexOf(types: ImageTypes, platforms: readonly string[], attested: boolean): TestContent {
  const shared = layerFiles(randomBytes(8).toString('hex'));
  const images = platforms.map((platform) => image(types, platform, [shared, randomFile()]));
  const attestations = attested ? images.map((child) => ({ child, content: attestation() })) : [];
  const children = [
    ...images.map(({ root }) => ({
      ...describe(root),
      platform: parsePlatform(root.platform ?? ''),
    })),
    ...attestations.map(({ child, content }) => ({
      ...describe(content.root),
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: {
        'vnd.docker.reference.type': 'attestation-manifest',
        'vnd.docker.reference.digest': child.root.digest,
      },
    })),
  ];
  const document = { schemaVersion: 2, mediaType: types.index, manifests: children };
  const root: StoredManifest = { ...store(Buffer.from(JSON.stringify(document))), mediaType: types.index };
  const parts = [...images, ...attestations.map(({ content }) => content)];
  return {
    root,
    manifests: [...parts.map((part) => part.root), root],
    blobs: distinct(parts.flatMap((part) => part.blobs)),
  };
}

/** An attestation manifest as BuildKit writes it. */
function attestation(): TestContent {
  const statement = store(
    Buffer.from(JSON.stringify({ _type: 'statement', id: randomBytes(8).toString('hex') })),
  );
  const config = store(Buffer.from(JSON.stringify({ architecture: 'unknown', os: 'unknown' })));
  return manifestOf({
    mediaType: oci.manifest,
    config: { mediaType: oci.config, content: config },
    layers: [{ mediaType: 'application/vnd.in-toto+json', content: statement }],
  });
}

function image(types: ImageTypes, platform: string, layers: readonly Layer[]): TestContent {
  const config = store(
    Buffer.from(
      JSON.stringify({
        ...parsePlatform(platform),
        created: '2026-01-02T03:04:05Z',
        config: { Cmd: ['/bin/true'], Labels: { id: randomBytes(8).toString('hex') } },
        rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
      }),
    ),
  );
  const content = manifestOf({
    mediaType: types.manifest,
    config: { mediaType: types.config, content: config },
    layers: layers.map((layer) => ({ mediaType: types.layer, content: layer })),
  });
  const root = { ...content.root, platform };
  return { ...content, root, manifests: [root] };
}

interface TypedBlob {
  readonly mediaType: string;
  readonly content: StoredBytes;
}

function manifestOf(parts: {
  readonly mediaType: string;
  readonly config: TypedBlob;
  readonly layers: readonly TypedBlob[];
  readonly artifactType?: string;
  readonly subject?: StoredManifest;
}): TestContent {
  const { mediaType, config, layers, artifactType, subject } = parts;
  const descriptor = ({ mediaType: type, content }: TypedBlob): object =>
    describe({ mediaType: type, ...content });
  const document = {
    schemaVersion: 2,
    mediaType,
    ...(artifactType === undefined ? {} : { artifactType }),
    config: descriptor(config),
    layers: layers.map(descriptor),
    ...(subject === undefined ? {} : { subject: describe(subject) }),
  };
  const root = { ...store(Buffer.from(JSON.stringify(document))), mediaType };
  return { root, manifests: [root], blobs: distinct([config, ...layers].map(({ content }) => content)) };
}

function describe({ mediaType, digest, bytes }: StoredManifest): {
  mediaType: string;
  digest: string;
  size: number;
} {
  return { mediaType, digest, size: bytes.length };
}

function parsePlatform(platform: string): { os: string; architecture: string; variant?: string } {
  const [os = '', architecture = '', variant] = platform.split('/');
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

function distinct(blobs: readonly StoredBytes[]): StoredBytes[] {
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
}

function layerFiles(seed: string): Layer {
  return tarGzip({ 'etc/os-release': `NAME=e2e\nSEED=${seed}\n`, 'bin/true': '#!/bin/sh\n' });
}

function randomFile(): Layer {
  return tarGzip({ 'data/random': randomBytes(40_000).toString('base64') });
}

/** A gzip-compressed POSIX tar archive of small files. */
function tarGzip(files: Readonly<Record<string, string>>): Layer {
  const records = Object.entries(files).flatMap(([name, text]) => {
    const body = Buffer.from(text);
    return [tarHeader(name, body.length), body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  const archive = Buffer.concat([...records, Buffer.alloc(1024)]);
  return { ...store(gzipSync(archive)), diffId: store(archive).digest };
}

/** A ustar header: POSIX.1-1988, "ustar Interchange Format". */
function tarHeader(name: string, sizeBytes: number): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
  header.write(name, 0);
  header.write(octal(0o755, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(sizeBytes, 12), 124);
  header.write(octal(0, 12), 136);
  header.write(' '.repeat(8), 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257, 'latin1');
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(octal(sum, 7), 148);
  header[155] = 0x20;
  return header;
}
