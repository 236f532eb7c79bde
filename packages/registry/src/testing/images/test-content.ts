import type { Digest } from '@oci-sync/oci-client';
import { computeDigest } from '../../content/running-digest.js';

/** A platform as indexes and configs name it. */
export interface TestPlatform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}

/** An OCI content descriptor. */
export interface TestDescriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly platform?: TestPlatform | undefined;
  readonly artifactType?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly urls?: readonly string[] | undefined;
}

/** A blob of an image. */
export interface TestBlob {
  readonly descriptor: TestDescriptor;
  /** Undefined for a blob that no registry stores: a foreign layer. */
  readonly bytes: Buffer | undefined;
}

/** A manifest or index with everything under it: what `pushImage` stores. */
export interface TestImage {
  /** What an index or a subject would say of it. */
  readonly descriptor: TestDescriptor;
  readonly digest: Digest;
  readonly mediaType: string;
  /** The manifest's bytes, as stored and served. */
  readonly bytes: Buffer;
  /** Config first, then layers; empty for an index. */
  readonly blobs: readonly TestBlob[];
  /** Children of an index, in its order; empty for an image. */
  readonly children: readonly TestImage[];
}

/** A blob of these bytes. */
export function testBlob(
  bytes: Buffer,
  mediaType: string,
  extra: Pick<TestDescriptor, 'annotations'> = {},
): TestBlob {
  return { bytes, descriptor: { mediaType, digest: computeDigest(bytes), size: bytes.length, ...extra } };
}

/** A manifest of this JSON, with what is under it. */
export function testManifest(
  json: Readonly<Record<string, unknown>>,
  parts: {
    readonly mediaType: string;
    readonly blobs?: readonly TestBlob[] | undefined;
    readonly children?: readonly TestImage[] | undefined;
    /** What descriptors of it say beyond type, digest and size. */
    readonly described?: Pick<TestDescriptor, 'platform' | 'artifactType' | 'annotations'> | undefined;
  },
): TestImage {
  const { mediaType, blobs = [], children = [], described } = parts;
  const bytes = Buffer.from(JSON.stringify(json));
  const digest = computeDigest(bytes);
  const descriptor = { mediaType, digest, size: bytes.length, ...described };
  return { descriptor, digest, mediaType, bytes, blobs, children };
}
