/**
 * What is known of one registry beyond the distribution spec. Every field has the spec's behaviour as default;
 * profiles come from facts about hosts, never from guesses at run time.
 */
export interface RegistryProfile {
  /** For logs and reports: `ecr`, `docker-hub`, ... */
  readonly name: string;
  /** Most tags a `tags/list` page may be asked for. @default 1000 */
  readonly tagPageSize?: number | undefined;
  /** Mounts only work for blobs that a pushed manifest refers to. @default false */
  readonly mountNeedsCommittedManifest?: boolean | undefined;
  /** Whether mounts are worth trying at all. @default true */
  readonly mounts?: boolean | undefined;
  /** Manifest PUTs per second the registry grants. @default unlimited */
  readonly manifestPutsPerSecond?: number | undefined;
  /** A blob of size 0 cannot be stored. @default false */
  readonly refusesEmptyBlobs?: boolean | undefined;
  /** How a blob is sent: `put` = POST + one PUT; `patch` = POST + one streamed PATCH + PUT; `chunks` = PATCHes of `chunkSizeBytes`. @default 'put' */
  readonly upload?: 'put' | 'patch' | 'chunks' | undefined;
  /** Size of a chunk. @default 4 MiB */
  readonly chunkSizeBytes?: number | undefined;
  /** Whether another form may be tried after 413/416. @default true (ECR: false) */
  readonly uploadFallback?: boolean | undefined;
}
