import type {
  EntryWithoutImage,
  Fallback,
  ImagePlan,
  Note,
  PlannedImage,
  UnresolvedImage,
} from '@oci-sync/discovery';
import type { CopyPlan, CopyReport } from '@oci-sync/oci-client';
import type { RewrittenValues } from '../values/rewrite-values.js';

/** An error as plain data. */
export interface ReportedError {
  /** Stable code of the error, such as `OCI_UNAUTHORIZED` or `DISCOVERY_FETCH`; `UNKNOWN` for any other. */
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly side?: 'source' | 'destination' | undefined;
}

/** How one image ended. `not-started`: the run was stopped before. `planned`: a dry run. */
export type SyncedImage = {
  readonly image: PlannedImage;
  /** References that were copied from and to. */
  readonly source: string;
  readonly destination: string;
} & (
  | { readonly outcome: 'copied' | 'unchanged'; readonly report: CopyReport }
  | { readonly outcome: 'planned'; readonly plan: CopyPlan }
  | { readonly outcome: 'failed'; readonly error: ReportedError }
  | { readonly outcome: 'not-started' }
);

/** What discovery said besides the images. */
export interface DiscoverySummary {
  readonly fallbacks: readonly Fallback[];
  /** Charts and catalogs that failed, and for which nothing stood in. */
  readonly failures: readonly { readonly source: string; readonly error: ReportedError }[];
  /** Images that could not be planned: no tag could be chosen. */
  readonly planFailures: readonly { readonly image: string; readonly error: ReportedError }[];
  readonly unresolved: readonly UnresolvedImage[];
  readonly entriesWithoutImage: readonly EntryWithoutImage[];
  /** Images that only values name and no rendering shows; left out unless `allImages` is set. */
  readonly potential: readonly string[];
  readonly notes: readonly Note[];
}

/** Values pointed at the mirror. */
export interface ChartValues {
  /** `undefined` without a chart: values set through the keys that lists state, which proves nothing. */
  readonly chart: string | undefined;
  readonly version: string | undefined;
  readonly values: RewrittenValues;
}

/** Images by how they ended. */
export interface SyncCounts {
  readonly copied: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly notStarted: number;
  readonly planned: number;
}

/** What a run of {@link sync} came to: plain JSON. */
export interface SyncReport {
  readonly version: 1;
  /** `failed`: an image, or a source of images, failed; `interrupted`: the signal stopped it. */
  readonly outcome: 'done' | 'failed' | 'interrupted';
  readonly registry: string;
  readonly region: string | undefined;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly plan: ImagePlan;
  readonly images: readonly SyncedImage[];
  readonly counts: SyncCounts;
  readonly bytesCopied: number;
  readonly requests: { readonly source: number; readonly destination: number };
  readonly discovery: DiscoverySummary;
  readonly charts: readonly ChartValues[];
  /** Files written. */
  readonly files: readonly string[];
}
