import { OciError, type OciErrorDetails, type Side } from './oci-error.js';

/** What was being done when a copy failed. */
export type CopyOperation =
  | 'parse reference'
  | 'open'
  | 'resolve'
  | 'fetch manifest'
  | 'select platforms'
  | 'fetch blob'
  | 'check blob'
  | 'mount blob'
  | 'push blob'
  | 'push manifest'
  | 'verify'
  | 'create repository'
  | 'list referrers';

/** Where a {@link CopyError} happened. */
export interface CopyErrorDetails extends OciErrorDetails {
  readonly side: Side;
  readonly operation: CopyOperation;
  /** The reference of that side, as given. */
  readonly reference: string;
  /** The content concerned, if it was one blob or manifest. */
  readonly digest?: string | undefined;
}

/**
 * Why one image could not be copied: the underlying {@link OciError}'s code, status, registry codes and hint,
 * and on which side, in which operation, for which reference it happened. `cause` is the underlying error.
 */
export class CopyError extends OciError {
  override readonly name = 'CopyError';
  readonly side: Side;
  readonly operation: CopyOperation;
  readonly reference: string;
  readonly digest: string | undefined;

  constructor(message: string, details: CopyErrorDetails) {
    super(message, details);
    this.side = details.side;
    this.operation = details.operation;
    this.reference = details.reference;
    this.digest = details.digest;
  }
}

/** Whether a thrown value is a {@link CopyError}. */
export function isCopyError(error: unknown): error is CopyError {
  return error instanceof Error && error.name === 'CopyError' && 'side' in error && 'operation' in error;
}
