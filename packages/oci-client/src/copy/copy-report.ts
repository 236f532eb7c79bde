import type { Digest } from '../reference/digest.js';

/** Blobs of an image by what became of them. */
export interface BlobCounts {
  /** Sent through this process. */
  readonly copied: number;
  /** Taken from another repository of the destination registry, without being sent. */
  readonly mounted: number;
  /** Already in the destination repository. */
  readonly existing: number;
  /** Foreign layers, which are not copied. */
  readonly foreign: number;
}

/** What became of referrers (signatures, attestations, SBOMs attached to an image). */
export type ReferrersReport =
  /** The `referrers` option is off: whether there are any is not known. */
  | { readonly looked: false }
  | {
      readonly looked: true;
      /** Referrers and `sha256-<hex>.sig/.att/.sbom` tags copied. */
      readonly copied: number;
      /** Referrers of content that the platform filter left out. */
      readonly leftOut: number;
      /**
       * Referrers that could not be copied, with the reason: the destination refused them, or the source lists what it
       * does not have. The image itself is complete.
       */
      readonly refused: readonly string[];
    };

/** What copying one image came to. Plain data. */
export interface CopyReport {
  readonly outcome: 'copied' | 'unchanged';
  /** References as they were given. */
  readonly source: string;
  readonly destination: string;
  /** What the source tag stands for. */
  readonly sourceDigest: Digest;
  /** What the destination has now; other than `sourceDigest` only after a platform filter. */
  readonly digest: Digest;
  /** Platforms pushed, where a filter was given. */
  readonly platforms: readonly string[] | undefined;
  /** Wanted platforms that the source does not have (`missingPlatform: 'skip'`). */
  readonly missingPlatforms: readonly string[];
  /** Attestation manifests that the platform filter left out. */
  readonly attestationsLeftOut: number;
  readonly manifestsPushed: number;
  readonly blobs: BlobCounts;
  /** Blob bytes sent. */
  readonly bytesCopied: number;
  /** HTTP requests made for this image on each side, redirects and token requests included. */
  readonly requests: { readonly source: number; readonly destination: number };
  readonly referrers: ReferrersReport;
  readonly durationMs: number;
}
