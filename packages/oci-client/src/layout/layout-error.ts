import { isOciError, OciError } from '../errors/oci-error.js';

const diskFull = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const notPermitted = new Set(['EACCES', 'EPERM', 'EROFS']);

function systemCode(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}

/** Whether a file system call failed because the file is not there. */
export function isMissingFile(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Whether a file system call failed because the file exists. */
export function isExistingFile(error: unknown): boolean {
  return systemCode(error) === 'EEXIST';
}

/**
 * What was wrong with a layout, as an {@link OciError} `OCI_LAYOUT`; system errors in the user's words. A cause that
 * is an OciError already says what is wrong and is returned as it is.
 */
export function layoutError(path: string, what: string, cause?: unknown): OciError {
  if (isOciError(cause)) return cause;
  const code = systemCode(cause);
  const details = { code: 'OCI_LAYOUT', cause } as const;
  if (code === undefined) return new OciError(`${what} in OCI image layout ${path}`, details);
  if (diskFull.has(code)) {
    return new OciError(`${what} in OCI image layout ${path}: no space left on the disk (${code})`, {
      ...details,
      hint: 'free some space or choose a directory on another disk, then run the same command again',
    });
  }
  if (notPermitted.has(code)) {
    return new OciError(`${what} in OCI image layout ${path}: not permitted (${code})`, {
      ...details,
      hint: 'check owner and permissions of the directory, and that its disk is writable',
    });
  }
  return new OciError(`${what} in OCI image layout ${path}: ${code}`, details);
}
