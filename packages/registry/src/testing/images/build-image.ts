import { gzipSync } from 'node:zlib';
import { computeDigest } from '../../content/running-digest.js';
import { seededBytes } from './seeded-bytes.js';
import { createTar, type TarFile } from './tar.js';
import {
  testBlob,
  testManifest,
  type TestBlob,
  type TestDescriptor,
  type TestImage,
  type TestPlatform,
} from './test-content.js';

/** One layer: equal specifications give equal layers, so images share them by sharing the specification. */
export interface LayerSpec {
  /** @default "layer" */
  readonly seed?: string | undefined;
  /** Size of the one file in a seeded layer; the layer is a little larger. @default 2048 */
  readonly sizeBytes?: number | undefined;
  /** The layer's files instead of a seeded one. */
  readonly files?: readonly TarFile[] | undefined;
  /** Addresses of a foreign (non-distributable) layer, which no registry stores. @default an ordinary layer */
  readonly urls?: readonly string[] | undefined;
}

/** What `buildImage` makes. */
export interface ImageSpec {
  /** Makes configs and default layers of different images differ. @default "image" */
  readonly seed?: string | undefined;
  /** `os/architecture[/variant]`. @default "linux/amd64" */
  readonly platform?: string | undefined;
  /** How many seeded layers, or which. @default 2 */
  readonly layers?: number | readonly LayerSpec[] | undefined;
  /** File size in each layer when `layers` is a number. @default 2048 */
  readonly layerBytes?: number | undefined;
  /** Docker's media types instead of OCI's. @default false */
  readonly docker?: boolean | undefined;
  /** Creation date, RFC 3339. @default "2024-01-02T03:04:05Z" */
  readonly created?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Annotations of the manifest; an OCI manifest only. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** What the manifest refers to; an OCI manifest only. */
  readonly subject?: TestDescriptor | undefined;
  /** Further fields of the manifest, such as unknown ones. */
  readonly extraFields?: Readonly<Record<string, unknown>> | undefined;
}

const oci = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  foreignLayer: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
} as const;

const docker = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  foreignLayer: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
} as const;

/** The platform that `os/architecture[/variant]` names. */
function parseTestPlatform(text: string): TestPlatform {
  const [os = '', architecture = '', variant] = text.split('/');
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

/**
 * An image for one platform with a valid config (right `diff_ids`) and gzip-compressed tar layers that unpack.
 * The same specification gives the same bytes within one version of Node.
 */
export function buildImage(spec: ImageSpec = {}): TestImage {
  const { seed = 'image', created = '2024-01-02T03:04:05Z' } = spec;
  const types = spec.docker ? docker : oci;
  const platform = parseTestPlatform(spec.platform ?? 'linux/amd64');
  const layers = layerSpecs(spec).map((layer) => buildLayer(layer, types));
  const configJson = {
    created,
    author: seed,
    ...platform,
    config: { Env: ['PATH=/bin'], Cmd: ['/bin/true'], ...(spec.labels ? { Labels: spec.labels } : {}) },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map((_, index) => ({ created, created_by: `layer ${index}` })),
  };
  const config = testBlob(Buffer.from(JSON.stringify(configJson)), types.config);
  const blobs = [config, ...layers.map(({ blob }) => blob)];
  return testManifest(
    {
      schemaVersion: 2,
      mediaType: types.manifest,
      config: config.descriptor,
      layers: layers.map(({ blob }) => blob.descriptor),
      ...(spec.subject ? { subject: referenceTo(spec.subject) } : {}),
      ...(spec.annotations ? { annotations: spec.annotations } : {}),
      ...spec.extraFields,
    },
    { mediaType: types.manifest, blobs, described: { platform } },
  );
}

/** A descriptor reduced to what a `subject` holds. */
export function referenceTo({ mediaType, digest, size }: TestDescriptor): TestDescriptor {
  return { mediaType, digest, size };
}

function layerSpecs({ seed = 'image', platform = 'linux/amd64', layers = 2, layerBytes }: ImageSpec) {
  if (typeof layers !== 'number') return layers;
  return Array.from({ length: layers }, (_, index): LayerSpec => {
    return { seed: `${seed} ${platform} ${index}`, sizeBytes: layerBytes };
  });
}

function buildLayer(
  spec: LayerSpec,
  types: typeof oci | typeof docker,
): { readonly blob: TestBlob; readonly diffId: string } {
  const { seed = 'layer', sizeBytes = 2048 } = spec;
  const path = `data/${seed.replaceAll(/[^\w.-]+/g, '-').slice(0, 60)}.bin`;
  const tar = createTar(spec.files ?? [{ path, bytes: seededBytes(seed, sizeBytes) }]);
  const diffId = computeDigest(tar);
  const bytes = gzipSync(tar, { level: 1 });
  if (!spec.urls) return { blob: testBlob(bytes, types.layer), diffId };
  const { descriptor } = testBlob(bytes, types.foreignLayer);
  return { blob: { bytes: undefined, descriptor: { ...descriptor, urls: spec.urls } }, diffId };
}
