import type { Digest } from '@oci-sync/oci-client';
import type { Readable } from 'node:stream';

/** A blob as it is stored. */
export interface StoredBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** A manifest as it is stored. */
export interface StoredManifest {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly mediaType: string;
  /** The manifest's `artifactType`, or its config's media type where it has none. */
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  /** What `subject` names. */
  readonly subject: Digest | undefined;
  /** Config and layers, foreign layers left out. */
  readonly blobs: readonly Digest[];
  /** Children of an index. */
  readonly children: readonly Digest[];
}

/** Inclusive byte positions. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Direct access to what a registry holds, past HTTP: for seeding and for looking at what was pushed.
 * Digests are computed unless given, and nothing is validated, so broken content can be stored on purpose.
 */
export interface RegistryContent {
  /** Repository names, sorted. */
  repositories(): readonly string[];
  /** Makes an empty repository; nothing happens when it is there. */
  createRepository(repository: string): Promise<void>;
  hasRepository(repository: string): boolean;
  /** Stores a blob. @throws when `digest` is given and differs, unless `verify` is false. */
  putBlob(
    repository: string,
    bytes: Uint8Array | Readable,
    options?: { readonly digest?: Digest | undefined; readonly verify?: boolean | undefined },
  ): Promise<StoredBlob>;
  /** Stores a manifest under its sha256 digest, and under tags. @default mediaType the body's `mediaType` */
  putManifest(
    repository: string,
    bytes: Uint8Array,
    options?: {
      readonly mediaType?: string | undefined;
      readonly tags?: readonly string[] | undefined;
      readonly digest?: Digest | undefined;
    },
  ): Promise<StoredManifest>;
  /** Makes a blob of one repository part of another. Whether the source had it. */
  mountBlob(repository: string, digest: Digest, from: string): Promise<boolean>;
  /** Points a tag at a digest. */
  putTag(repository: string, tag: string, digest: Digest): Promise<void>;
  /** Removes a tag. Whether it was there. */
  deleteTag(repository: string, tag: string): Promise<boolean>;
  /** Removes a manifest and the tags that point at it. Whether it was there. */
  deleteManifest(repository: string, digest: Digest): Promise<boolean>;
  /** Removes a blob from one repository. Whether it was there. */
  deleteBlob(repository: string, digest: Digest): Promise<boolean>;
  /** Tags of a repository, sorted by code unit; empty when there is no such repository. */
  tags(repository: string): readonly string[];
  /** The digest a tag points at. */
  resolveTag(repository: string, tag: string): Digest | undefined;
  /** Manifests of a repository, in order of arrival. */
  manifests(repository: string): readonly StoredManifest[];
  manifest(repository: string, digest: Digest): StoredManifest | undefined;
  /** A manifest's bytes by tag or digest. */
  readManifest(repository: string, reference: string): Promise<Buffer | undefined>;
  /** Blobs of a repository, in order of arrival. */
  blobs(repository: string): readonly StoredBlob[];
  blob(repository: string, digest: Digest): StoredBlob | undefined;
  /** A blob's bytes, whole or in part; undefined when the repository has no such blob. */
  readBlob(repository: string, digest: Digest, range?: ByteRange): Promise<Uint8Array | Readable | undefined>;
}
