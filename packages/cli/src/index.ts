export type {
  CopyEvent,
  CopyOutcome,
  CopyPlan,
  CopyReport,
  CopyRequest,
  OciErrorCode,
} from '@oci-sync/oci-client';
export type { Copier, CopierOptions, CopyOptions } from '@oci-sync/sync';

export { CopyError, isCopyError, isOciError, OciError } from '@oci-sync/oci-client';
export { copyImage, createCopier } from '@oci-sync/sync';
