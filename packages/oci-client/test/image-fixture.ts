import { mediaTypes } from '../src/content/media-types.js';
import type { Descriptor, ManifestContent } from '../src/content/descriptor.js';
import { digestOf, type DigestAlgorithm } from '../src/reference/digest.js';

/** A blob with its descriptor. */
export interface BlobFixture {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** A blob of some text or bytes. */
export function blobFixture(
  content: string | Uint8Array,
  mediaType = 'application/vnd.oci.image.layer.v1.tar',
  algorithm: DigestAlgorithm = 'sha256',
): BlobFixture {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return { descriptor: { mediaType, digest: digestOf(bytes, algorithm), size: bytes.length }, bytes };
}

/** A manifest with the given fields beside `schemaVersion` and `mediaType`. */
export function manifestFixture(
  mediaType: string,
  fields: Readonly<Record<string, unknown>>,
): ManifestContent {
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType, ...fields }));
  return { mediaType, digest: digestOf(bytes), bytes };
}

/** An OCI image manifest of a config and layers. */
export function imageFixture(
  config: BlobFixture,
  layers: readonly BlobFixture[],
  fields: Readonly<Record<string, unknown>> = {},
): ManifestContent {
  return manifestFixture(mediaTypes.ociManifest, {
    config: config.descriptor,
    layers: layers.map((layer) => layer.descriptor),
    ...fields,
  });
}

/** An OCI index of manifests. */
export function indexFixture(children: readonly ManifestContent[]): ManifestContent {
  return manifestFixture(mediaTypes.ociIndex, {
    manifests: children.map((child) => describeManifest(child)),
  });
}

/** A manifest as a descriptor. */
export function describeManifest({ mediaType, digest, bytes }: ManifestContent): Descriptor {
  return { mediaType, digest, size: bytes.length };
}
