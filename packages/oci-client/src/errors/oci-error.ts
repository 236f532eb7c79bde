import type { OciErrorCode } from './codes.js';
import { printable } from './printable.js';

const brand = Symbol.for('oci-sync.error');

/** Which end of a copy something happened at. */
export type Side = 'source' | 'destination';

/** What an {@link OciError} is made of. */
export interface OciErrorDetails {
  /** Stable code, see {@link OciErrorCode}. */
  readonly code: OciErrorCode;
  /** Advice: what the user can do about it. One sentence. */
  readonly hint?: string | undefined;
  /** Whether the same call may succeed later without any change. @default false */
  readonly retryable?: boolean | undefined;
  /** HTTP status of the answer that caused it. */
  readonly status?: number | undefined;
  /** The registry's own error codes, verbatim (`NAME_UNKNOWN`, ...). Distribution spec, "Error Codes". */
  readonly registryCodes?: readonly string[] | undefined;
  readonly cause?: unknown;
}

/**
 * The one error class of this package; every failure that is not a cancellation or a programming error is
 * one. The message is a single line without secrets or control characters. Cancellation is not an error:
 * the signal's own reason is rethrown untouched.
 */
export class OciError extends Error {
  override readonly name: string = 'OciError';
  readonly code: OciErrorCode;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly status: number | undefined;
  readonly registryCodes: readonly string[];

  constructor(message: string, details: OciErrorDetails) {
    super(printable(message), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.hint = details.hint;
    this.retryable = details.retryable ?? false;
    this.status = details.status;
    this.registryCodes = details.registryCodes ?? [];
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * Whether a thrown value is an {@link OciError}, of that code if one is given. Works across two installed
 * copies of this package, where `instanceof` does not.
 */
export function isOciError(error: unknown, code?: OciErrorCode): error is OciError {
  return (
    error instanceof Error && brand in error && 'code' in error && (code === undefined || error.code === code)
  );
}
