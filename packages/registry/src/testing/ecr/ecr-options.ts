import type { RegistryStorage, RegistryTls } from '../../registry-options.js';

/**
 * What distinguishes ECR from a registry that follows the specification, one switch each. The defaults are what AWS
 * documents or what users of ECR reported; several are only known from such reports.
 */
export interface EcrBehaviours {
  /**
   * What a push to a missing repository meets: `refuse` 404 NAME_UNKNOWN; `close` the connection ends without an
   * answer, as some clients saw; `create` the repository appears, as with a creation template for every prefix; a
   * list creates below these prefixes and refuses elsewhere. @default "refuse"
   */
  readonly missingRepository: 'refuse' | 'close' | 'create' | readonly string[];
  /** Locations of uploads and blobs are whole URLs. @default true */
  readonly absoluteLocations: boolean;
  /** PATCH answers 201 instead of 202. @default true */
  readonly patchCreated: boolean;
  /** Range never goes beyond the first 10 MiB. @default true */
  readonly frozenRange: boolean;
  /** All parts of an upload but the last have to be 5 MiB; else the final PUT answers 400. @default true */
  readonly minimumParts: boolean;
  /** A body without Content-Range begins at byte 0; a part that does not continue answers 416. @default true */
  readonly consecutiveParts: boolean;
  /** GET of an upload answers 404. @default true */
  readonly noUploadStatus: boolean;
  /** An empty blob answers 500. @default true */
  readonly refuseEmptyBlobs: boolean;
  /** POST with a digest opens an upload, whatever its body. @default true */
  readonly noSinglePost: boolean;
  /** GET of a blob redirects to a presigned address of another origin. @default true */
  readonly redirectBlobs: boolean;
  /** How long such an address is good for. @default 3600000 */
  readonly redirectLifetimeMs: number;
  /** Blobs that no manifest of the repository names cannot be read. @default true */
  readonly referencedBlobsOnly: boolean;
  /** Manifest PUTs answer without Location. @default true */
  readonly noManifestLocation: boolean;
  /** Manifests with parameters in media types, without any type, or indexes of layers: 405. @default true */
  readonly strictManifests: boolean;
  /** Manifests, and tags beyond the first, that may be put in a second; more answer 429. @default 10 */
  readonly putImagePerSecond: number;
  /** GET of a manifest has no Docker-Content-Digest. @default true */
  readonly noDigestOnGet: boolean;
  /**
   * A manifest whose type the Accept list leaves out answers 400: ECR would convert the image, under another digest.
   * @default true
   */
  readonly requireAccept: boolean;
  /** Tags in a page when `n` is not given. @default 100 */
  readonly tagPageSize: number;
  /** Largest `n`; more answers 405. @default 1000 */
  readonly largestTagPage: number;
  /** tags/list links are absolute with an opaque `last`, and its type is text/plain. @default true */
  readonly opaqueTagLinks: boolean;
  /** tags/list is missing, as ECR Public's was. @default false */
  readonly noTagList: boolean;
  /**
   * The referrers API: `supported`; `absent`; or `lie`, absent but with OCI-Subject in the answer to a push.
   * @default "supported"
   */
  readonly referrers: 'supported' | 'absent' | 'lie';
}

/** Options of `startEcr`. */
export interface EcrOptions {
  /** @default "127.0.0.1" */
  readonly host?: string | undefined;
  /** @default 0, a free one */
  readonly port?: number | undefined;
  /** @default "memory" */
  readonly storage?: RegistryStorage | undefined;
  readonly tls?: RegistryTls | undefined;
  /** @default "123456789012" */
  readonly accountId?: string | undefined;
  /** @default "us-east-1" */
  readonly region?: string | undefined;
  /** How long a token is good for. @default 43200000 (12 hours) */
  readonly tokenLifetimeMs?: number | undefined;
  /** What GetAuthorizationToken gives as `expiresAt` whatever the real life is; moto says 2015. */
  readonly reportedExpiry?: Date | undefined;
  /** The address in GetAuthorizationToken's `proxyEndpoint`. @default the registry's own */
  readonly proxyEndpoint?: string | undefined;
  /** The account setting BLOB_MOUNTING. @default "DISABLED", as new accounts have it */
  readonly blobMounting?: 'ENABLED' | 'DISABLED' | undefined;
  /** IAM actions that are denied, such as `ecr:CreateRepository`. @default none */
  readonly denied?: readonly string[] | undefined;
  /** Serves the control plane on a port of its own instead of the registry's. @default false */
  readonly separateControlPlane?: boolean | undefined;
  /** ECR Public: Bearer tokens, anonymous pulls, 400 for an expired token. @default false */
  readonly public?: boolean | undefined;
  /** Differences from ECR's usual behaviour. */
  readonly behaviours?: Partial<EcrBehaviours> | undefined;
  /** The current time in milliseconds since the epoch. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** ECR as it usually behaves. */
export const ecrDefaults: EcrBehaviours = {
  missingRepository: 'refuse',
  absoluteLocations: true,
  patchCreated: true,
  frozenRange: true,
  minimumParts: true,
  consecutiveParts: true,
  noUploadStatus: true,
  refuseEmptyBlobs: true,
  noSinglePost: true,
  redirectBlobs: true,
  redirectLifetimeMs: 3_600_000,
  referencedBlobsOnly: true,
  noManifestLocation: true,
  strictManifests: true,
  putImagePerSecond: 10,
  noDigestOnGet: true,
  requireAccept: true,
  tagPageSize: 100,
  largestTagPage: 1000,
  opaqueTagLinks: true,
  noTagList: false,
  referrers: 'supported',
};
