export type {
  CopyEvent,
  CopyOutcome,
  CopyPlan,
  CopyReport,
  CopyRequest,
  OciErrorCode,
  VerifyReport,
} from '@oci-sync/oci-client';
export type {
  Copier,
  CopierOptions,
  CopyOptions,
  SyncEvent,
  SyncOptions,
  SyncReport,
  VerifyImagesReport,
  VerifyOptions,
} from '@oci-sync/sync';

export { CopyError, isCopyError, isOciError, OciError } from '@oci-sync/oci-client';
export { copyImage, createCopier, sync, verifyImages } from '@oci-sync/sync';
