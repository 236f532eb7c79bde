import type { DiscoverOptions, ImagePlan, PlanOptions } from '@oci-sync/discovery';
import type { CopierOptions } from '../copier/create-copier.js';
import type { SyncEvent } from './sync-events.js';

/** Which images: charts, catalogs, lists, single references, manifests, and the preset behind them. */
export type SyncSources = Omit<DiscoverOptions, 'open' | 'fetchBytes' | 'onEvent' | 'signal'>;

/** Where images go, and which of them. */
export type SyncDestination = Pick<
  PlanOptions,
  'prefix' | 'nameTemplate' | 'dateTags' | 'platforms' | 'excludeTags' | 'only' | 'skip' | 'now'
>;

/** Connections and credentials. */
export type SyncConnection = Omit<CopierOptions, 'onEvent'>;

/** Options of {@link sync}. */
export interface SyncOptions extends SyncSources, SyncDestination, SyncConnection {
  /** Destination host and port. @default the stored plan's, else the caller's own ECR registry */
  readonly registry?: string | undefined;
  /** A stored plan to apply exactly, instead of discovering and planning. */
  readonly plan?: ImagePlan | undefined;
  /** Apply a stored plan although a source tag stands for something else by now. @default false */
  readonly allowMoved?: boolean | undefined;
  /** Images at the same time. @default 48 */
  readonly concurrency?: number | undefined;
  /** Start no further image after one has failed. @default false */
  readonly failFast?: boolean | undefined;
  readonly missingPlatform?: 'fail' | 'skip' | undefined;
  /** Copy what refers to the images too. @default false */
  readonly referrers?: boolean | undefined;
  /** Only foretell; nothing is written anywhere. @default false */
  readonly dryRun?: boolean | undefined;
  /** Values file to point at the mirror where there is no chart. @default a fresh one, if the images name values keys */
  readonly valuesFile?: string | undefined;
  /** Folder for `updated_values.yaml` and the kept files. @default no files are written */
  readonly outDirectory?: string | undefined;
  /** Write `rendered_chart.yaml` and `helm_chart_images.txt` too. @default false */
  readonly keepFiles?: boolean | undefined;
  readonly onEvent?: ((event: SyncEvent) => void) | undefined;
  /** When aborted, what is in flight is given up and the report tells what was done. */
  readonly signal?: AbortSignal | undefined;
}
