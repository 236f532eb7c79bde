import type { Readable } from 'node:stream';
import type { Digest } from '../reference/digest.js';
import type { Descriptor, ManifestContent } from './descriptor.js';

/** Every content call can be cancelled; the signal's reason is then rethrown untouched. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link ContentSource.fetchBlob}. */
export interface FetchBlobOptions extends CallOptions {
  /** First byte wanted, to go on after a lost connection. @default 0 */
  readonly offset?: number | undefined;
}

/** Options of {@link ContentSource.listTags}. */
export interface ListTagsOptions extends CallOptions {
  /** Tags asked for per request. @default what the registry is known to take, at most 1 000 */
  readonly pageSize?: number | undefined;
}

/** A tag, with the digest it stands for where the registry's tag list says it (GAR and GCR do). */
export interface ListedTag {
  readonly tag: string;
  readonly digest?: Digest | undefined;
}

/** Options of {@link ContentSource.listReferrers}. */
export interface ListReferrersOptions extends CallOptions {
  /** Only referrers of this type. */
  readonly artifactType?: string | undefined;
}

/** What refers to a manifest. */
export interface Referrers {
  /**
   * `api`: answered by the referrers API. `tag`: read from the fallback tag `<algorithm>-<hex>`, because the
   * registry has no API. Distribution spec, "Listing Referrers".
   */
  readonly from: 'api' | 'tag';
  readonly descriptors: readonly Descriptor[];
}

/**
 * Where content is read from: one repository of a registry, or one OCI image layout.
 * Errors are OciErrors; `OCI_NOT_FOUND` when the content is not there, `OCI_REPOSITORY_MISSING` when
 * the registry says that the whole repository is not.
 */
export interface ContentSource {
  /** For people: `registry/repository` or `oci:path`. */
  readonly name: string;

  /**
   * What a tag or digest stands for (HEAD; a GET where HEAD tells no digest), or `undefined` when it is not
   * there. A registry that hides missing content behind 401/403 after authentication throws `OCI_DENIED`.
   * `size` is 0 where the registry did not say.
   */
  resolve(tagOrDigest: string, options?: CallOptions): Promise<Descriptor | undefined>;

  /** A manifest, at most 4 MiB. Fetched by digest, its bytes are that digest's (`OCI_DIGEST_MISMATCH` if not). */
  fetchManifest(tagOrDigest: string, options?: CallOptions): Promise<ManifestContent>;

  /**
   * The bytes of a blob from `offset` on, as they come; not verified (the copy engine hashes them, across
   * reconnections). The stream fails with an OciError when the connection is lost or stalls.
   */
  fetchBlob(descriptor: Descriptor, options?: FetchBlobOptions): Promise<Readable>;

  /** Whether a blob is there. */
  hasBlob(descriptor: Descriptor, options?: CallOptions): Promise<boolean>;

  /** All tags, in the registry's order, pages fetched as they are consumed; digests in a tag list are left out. */
  listTags(options?: ListTagsOptions): AsyncIterable<string>;

  /**
   * The same as {@link listTags}, each tag with its digest where the list itself tells it (the `manifest` map of
   * GAR's and GCR's `tags/list`). Absent on sources that never do.
   */
  listTagDigests?(options?: ListTagsOptions): AsyncIterable<ListedTag>;

  /** What refers to a manifest; empty when nothing does. */
  listReferrers(digest: Digest, options?: ListReferrersOptions): Promise<Referrers>;
}

/** Options of {@link ContentDestination.startUpload}. */
export interface StartUploadOptions extends CallOptions {
  /** Ask for this blob to be mounted from another (or the same) repository of the registry. */
  readonly mount?: { readonly digest: Digest; readonly from: string } | undefined;
}

/** What a request to start an upload, or to mount, came to. */
export type UploadStart =
  | { readonly outcome: 'mounted' }
  /** A session is open: send the blob on it. */
  | { readonly outcome: 'started'; readonly upload: BlobUpload };

/** One open upload session. It takes one blob, once: after a failure start another (registry note: ECR). */
export interface BlobUpload {
  /**
   * Sends the blob and commits it; resolves once the destination has it. The body ends with an error when its
   * content is wrong, so that nothing wrong is ever committed.
   */
  send(descriptor: Descriptor, body: Readable, options?: CallOptions): Promise<void>;
  /** Gives the session up; never throws. Once the signal has aborted no request is sent for it: sessions expire. */
  cancel(options?: CallOptions): Promise<void>;
}

/** Options of {@link ContentDestination.pushManifest}. */
export interface PushManifestOptions extends CallOptions {
  /** Tag to set; without it the manifest is stored by digest only. */
  readonly tag?: string | undefined;
}

/** What the destination said to a manifest. */
export interface PushedManifest {
  /** The digest it answered (`Docker-Content-Digest`), if it did. */
  readonly digest: Digest | undefined;
  /** Whether it keeps track of referrers itself (`OCI-Subject`). Distribution spec, "Pushing Manifests with Subject". */
  readonly subjectProcessed: boolean;
}

/** How blobs of one registry may be mounted from repository to repository. */
export interface MountRules {
  /** Whether mounts are worth trying; the rest names the repository all the same (ECR: a setting of the account). */
  readonly areOn: boolean;
  /** Mounts work only between repositories with the same value: the registry's host and port. */
  readonly registry: string;
  /** This repository's name, as `from` of a mount. */
  readonly repository: string;
  /** Whether only blobs that a pushed manifest refers to can be mounted (registry note: ECR). */
  readonly needsCommittedManifest: boolean;
}

/** Where content is written to: one repository of a registry, or one OCI image layout. */
export interface ContentDestination extends ContentSource {
  /** `undefined` where nothing can be mounted (layouts). */
  readonly mounts: MountRules | undefined;

  /** Whether a blob of size 0 can be stored (registry note: not at ECR). */
  readonly takesEmptyBlobs: boolean;

  /**
   * Whether the repository is there, in one request (`tags/list`); `undefined` when the registry does not tell.
   * A missing one may still be created by the first upload (creation templates).
   */
  repositoryExists(options?: CallOptions): Promise<boolean | undefined>;

  /**
   * Opens an upload session, or mounts. A mount that the registry does not do gives a session all the same.
   * @throws OciError `OCI_REPOSITORY_MISSING` when the repository has to be created first.
   */
  startUpload(options?: StartUploadOptions): Promise<UploadStart>;

  /**
   * Stores a manifest; everything it refers to must be there. Idempotent.
   * @throws OciError `OCI_TAG_IMMUTABLE`; `OCI_UPLOAD_FAILED` with `registryCodes` `MANIFEST_BLOB_UNKNOWN` or
   * `BLOB_UPLOAD_UNKNOWN` when the destination misses something it refers to.
   */
  pushManifest(content: ManifestContent, options?: PushManifestOptions): Promise<PushedManifest>;
}
