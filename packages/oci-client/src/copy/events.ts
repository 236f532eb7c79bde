import type { Side } from '../errors/oci-error.js';
import type { Digest } from '../reference/digest.js';

/** Which copy of a run an event belongs to: both references as they were given. */
export interface CopySubject {
  readonly source: string;
  readonly destination: string;
}

/**
 * What happens during a run, in the order it happens. Every event is plain data; none carries a secret.
 * `bytes` and `sizeBytes` count the blob's own bytes, not HTTP framing.
 */
export type CopyEvent = CopySubject &
  (
    | { readonly type: 'image-started' }
    /** Everything that has to be pushed is known. `bytesTotal` is the size of all its blobs, wherever they are. */
    | {
        readonly type: 'image-planned';
        readonly digest: Digest;
        readonly manifests: number;
        readonly blobs: number;
        readonly bytesTotal: number;
      }
    | { readonly type: 'repository-created'; readonly repository: string }
    | { readonly type: 'blob-started'; readonly digest: Digest; readonly sizeBytes: number }
    /** At most five a second for each blob, and one when it is complete. */
    | {
        readonly type: 'blob-progress';
        readonly digest: Digest;
        readonly bytes: number;
        readonly sizeBytes: number;
      }
    | {
        readonly type: 'blob-done';
        readonly digest: Digest;
        readonly sizeBytes: number;
        readonly outcome: 'copied' | 'mounted' | 'existing';
      }
    | { readonly type: 'manifest-pushed'; readonly digest: Digest; readonly tag: string | undefined }
    /** Something failed and is tried again. */
    | {
        readonly type: 'retry';
        readonly side: Side;
        readonly digest: Digest | undefined;
        readonly reason: string;
        readonly attempt: number;
      }
    | { readonly type: 'image-finished'; readonly outcome: 'copied' | 'unchanged'; readonly digest: Digest }
    | { readonly type: 'image-failed'; readonly reason: string }
  );

/** An event without its subject, as the parts of the engine raise it. */
export type CopyEventDetails = CopyEvent extends infer Event
  ? Event extends CopyEvent
    ? Omit<Event, keyof CopySubject>
    : never
  : never;
