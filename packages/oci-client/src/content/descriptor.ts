import type { Digest } from '../reference/digest.js';

/** Platform of an image manifest, as in an index. OCI image-spec, "image index property descriptions". */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
  readonly osVersion?: string | undefined;
}

/** What content is: its type, digest and size. OCI image-spec, "Content Descriptors". */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Size in bytes. */
  readonly size: number;
  readonly platform?: Platform | undefined;
  readonly artifactType?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** Where else the content may be found; only foreign layers use it, and it is never followed. */
  readonly urls?: readonly string[] | undefined;
}

/** A manifest as it was received: its bytes are never re-serialised. */
export interface ManifestContent {
  /** Without parameters, such as `application/vnd.oci.image.index.v1+json`. */
  readonly mediaType: string;
  /** Computed from `bytes`, never taken from a header. */
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}
