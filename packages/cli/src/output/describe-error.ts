import { isOciError, printable } from '@oci-sync/oci-client';
import { exitCodes } from '../exit-codes.js';
import { UsageError } from '../usage-error.js';

function hintOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('hint' in error)) return undefined;
  return typeof error.hint === 'string' ? error.hint : undefined;
}

/** An error as one line for people: what failed and what to do about it. */
export function describeError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const hint = hintOf(error);
  return printable(hint === undefined ? `error: ${message}` : `error: ${message} (${hint})`);
}

/** The exit code an error that ends a command stands for. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage;
  if (isCredentialError(error)) return exitCodes.credentials;
  if (isOciError(error, 'OCI_INVALID_REFERENCE') || isOciError(error, 'OCI_INVALID_OPTION'))
    return exitCodes.usage;
  return exitCodes.failed;
}

/** Whether it was credentials that failed, rather than the copy. */
export function isCredentialError(error: unknown): boolean {
  return isOciError(error, 'OCI_UNAUTHORIZED') || isOciError(error, 'OCI_CREDENTIALS');
}
