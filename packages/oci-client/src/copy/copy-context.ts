import type { CopyOperation } from '../errors/copy-error.js';
import type { ContentDestination, ContentSource } from '../content/store.js';
import type { RepositoryCreator } from '../content/repository-creator.js';
import type { Side } from '../errors/oci-error.js';
import type { Digest } from '../reference/digest.js';
import type { CopyEventDetails } from './events.js';
import type { RegistryLedger, RepositoryRecord } from './registry-ledger.js';
import { at, type Place } from '../errors/place.js';

/** What the parts of the engine share while one image is copied. */
export interface CopyContext {
  readonly source: ContentSource;
  readonly destination: ContentDestination;
  /** References as given, for errors and events. */
  readonly sourceReference: string;
  readonly destinationReference: string;
  /** What is known of the destination's registry and repository in this run. */
  readonly ledger: RegistryLedger;
  readonly repository: RepositoryRecord;
  /** The source's repository where it is at the same registry, so that blobs can be mounted from it. */
  readonly mountableSource: string | undefined;
  /** Creates the repository when it is missing; `undefined` where pushing does that, or nobody may. */
  readonly creator: RepositoryCreator | undefined;
  /** Attempts for a blob or manifest, the first included. */
  readonly maxAttempts: number;
  /** Waits before the given attempt (2 and up). */
  readonly backoff: (attempt: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Opens connections to both sides ahead of need. */
  readonly preconnect: () => void;
  readonly emit: (event: CopyEventDetails) => void;
  /** HTTP requests made for this image so far. */
  readonly requests: Readonly<Record<Side, number>>;
  readonly signal: AbortSignal | undefined;
}

/** Runs a call to the source so that an error says where it happened. */
export async function atSource<T>(
  context: CopyContext,
  operation: CopyOperation,
  call: () => Promise<T>,
  digest?: Digest,
): Promise<T> {
  return at(sourcePlace(context, operation, digest), call);
}

/** Runs a call to the destination so that an error says where it happened. */
export async function atDestination<T>(
  context: CopyContext,
  operation: CopyOperation,
  call: () => Promise<T>,
  digest?: Digest,
): Promise<T> {
  return at(destinationPlace(context, operation, digest), call);
}

/** A place at the source. */
export function sourcePlace(context: CopyContext, operation: CopyOperation, digest?: Digest): Place {
  return { side: 'source', operation, reference: context.sourceReference, digest };
}

/** A place at the destination. */
export function destinationPlace(context: CopyContext, operation: CopyOperation, digest?: Digest): Place {
  return { side: 'destination', operation, reference: context.destinationReference, digest };
}
