export type { CopyOptions } from './copier/copy-image.js';
export type { Copier, CopierOptions, Environment } from './copier/create-copier.js';
export type { SyncEvent } from './sync/sync-events.js';
export type { SyncConnection, SyncDestination, SyncOptions, SyncSources } from './sync/sync-options.js';
export type {
  ChartValues,
  DiscoverySummary,
  ReportedError,
  SyncCounts,
  SyncedImage,
  SyncReport,
} from './sync/sync-report.js';
export type {
  MirroredImage,
  MirrorReference,
  OutputChange,
  RemainingImage,
  RenderedPlace,
  RewritableChart,
  RewrittenValues,
  RewriteValuesOptions,
  ValuesChange,
  ValuesPath,
  ValuesProof,
} from './values/rewrite-values.js';
export type { VerifiedImage, VerifyImagesReport, VerifyOptions } from './verify/verify-images.js';

export { copyImage } from './copier/copy-image.js';
export { createCopier } from './copier/create-copier.js';
export { readCaFiles } from './copier/read-ca-files.js';
export { sync } from './sync/sync.js';
export { rewriteValues } from './values/rewrite-values.js';
export { verifyImages } from './verify/verify-images.js';
