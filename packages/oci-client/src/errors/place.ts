import { CopyError, isCopyError, type CopyOperation } from './copy-error.js';
import { isOciError, type Side } from './oci-error.js';

/** Where something is being done, for the error that may come of it. */
export interface Place {
  readonly side: Side;
  readonly operation: CopyOperation;
  /** The reference of that side. */
  readonly reference: string;
  readonly digest?: string | undefined;
}

/** An error with the place it happened at. Cancellations, and errors that know their place, pass unchanged. */
export function placed(error: unknown, place: Place): unknown {
  if (!isOciError(error) || isCopyError(error)) return error;
  const { side, operation, reference, digest } = place;
  const where = error.message.includes(reference) ? side : `${side} ${reference}`;
  const what = digest === undefined || error.message.includes(digest) ? '' : `${operation} ${digest}: `;
  return new CopyError(`${where}: ${what}${error.message}`, {
    ...place,
    code: error.code,
    hint: error.hint,
    retryable: error.retryable,
    status: error.status,
    registryCodes: error.registryCodes,
    cause: error,
  });
}

/** Runs a call so that its errors know where they happened. */
export async function at<T>(place: Place, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw placed(error, place);
  }
}
