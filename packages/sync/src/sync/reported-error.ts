import { isDiscoveryError } from '@oci-sync/discovery';
import { isCopyError, isOciError } from '@oci-sync/oci-client';
import type { ReportedError } from './sync-report.js';

/** An error as plain data. */
export function reportedError(error: unknown): ReportedError {
  const message = error instanceof Error ? error.message : String(error);
  if (isOciError(error)) {
    return { code: error.code, message, hint: error.hint, side: isCopyError(error) ? error.side : undefined };
  }
  if (isDiscoveryError(error)) return { code: error.code, message, hint: error.hint };
  return { code: 'UNKNOWN', message };
}
