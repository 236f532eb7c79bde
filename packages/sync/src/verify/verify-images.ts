import type { ImagePlan, PlannedImage } from '@oci-sync/discovery';
import { scopedSignal, type CopyReport, type VerifyReport } from '@oci-sync/oci-client';
import { createCopier, type Copier } from '../copier/create-copier.js';
import { copyRequest } from '../sync/copy-requests.js';
import { findRegistry } from '../sync/find-registry.js';
import { planRun } from '../sync/plan-images.js';
import { reportedError } from '../sync/reported-error.js';
import { summariseDiscovery } from '../sync/summarise-discovery.js';
import type { SyncConnection, SyncDestination, SyncSources } from '../sync/sync-options.js';
import type { SyncEvent } from '../sync/sync-events.js';
import type { DiscoverySummary, ReportedError } from '../sync/sync-report.js';

const defaultConcurrency = 8;

/** Options of {@link verifyImages}. */
export interface VerifyOptions extends SyncSources, SyncDestination, SyncConnection {
  /** Destination host and port. @default the stored plan's, else the caller's own ECR registry */
  readonly registry?: string | undefined;
  /** A stored plan to check, instead of discovering and planning. */
  readonly plan?: ImagePlan | undefined;
  /** Bring what is missing. @default false */
  readonly repair?: boolean | undefined;
  /** Images at the same time. @default 8 */
  readonly concurrency?: number | undefined;
  readonly onEvent?: ((event: SyncEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Whether one image is at the mirror. */
export type VerifiedImage = { readonly image: PlannedImage } & (
  | { readonly outcome: VerifyReport['outcome']; readonly report: VerifyReport }
  | { readonly outcome: 'repaired'; readonly report: VerifyReport; readonly copied: CopyReport }
  | { readonly outcome: 'failed'; readonly error: ReportedError }
);

/** What {@link verifyImages} found. Plain JSON. */
export interface VerifyImagesReport {
  /** Every image that is wanted could be told, and is there, complete, with the right digest. */
  readonly complete: boolean;
  readonly registry: string;
  readonly images: readonly VerifiedImage[];
  readonly discovery: DiscoverySummary;
}

async function verifyOne(
  copier: Copier,
  image: PlannedImage,
  registry: string,
  options: VerifyOptions,
): Promise<VerifiedImage> {
  const { repair = false, signal } = options;
  const exact = options.plan !== undefined;
  const request = copyRequest(image, { registry, exact });
  try {
    const report = await copier.verify(request, { signal });
    if (report.outcome === 'complete' || !repair) return { image, outcome: report.outcome, report };
    const copied = await copier.copy({ ...request, repair: true }, { signal });
    const after = await copier.verify(request, { signal });
    return after.outcome === 'complete'
      ? { image, outcome: 'repaired', report, copied }
      : { image, outcome: after.outcome, report: after };
  } catch (error) {
    signal?.throwIfAborted();
    return { image, outcome: 'failed', error: reportedError(error) };
  }
}

async function inTurns<Item, Result>(
  items: readonly Item[],
  concurrency: number,
  task: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const work = async (): Promise<void> => {
    for (const [at, item] of queue) results[at] = await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, work));
  return results;
}

/**
 * Checks that every planned image is at the mirror: right digest, and every manifest and blob there. With `repair` what
 * is missing is copied, and checked again.
 * @throws OciError, DiscoveryError as `sync` does before it copies; the signal's reason
 */
export async function verifyImages(given: VerifyOptions): Promise<VerifyImagesReport> {
  const signal = scopedSignal(given.signal);
  const options: VerifyOptions = { ...given, signal };
  const { concurrency = defaultConcurrency, onEvent } = options;
  const copier = createCopier({ ...options, onEvent: (event) => onEvent?.({ type: 'copy', event }) });
  try {
    const given = options.registry ?? options.plan?.registry;
    const destination = await findRegistry(copier, { registry: given, region: options.region, signal });
    onEvent?.({ type: 'registry-found', ...destination });
    const { plan, discovery, planned } = await planRun(copier, options, destination);
    const summary = summariseDiscovery(discovery, planned);
    const images = await inTurns(plan.images, concurrency, async (image) =>
      verifyOne(copier, image, destination.registry, options),
    );
    const complete =
      images.every(({ outcome }) => outcome === 'complete' || outcome === 'repaired') &&
      summary.failures.length + summary.planFailures.length === 0;
    return { complete, registry: destination.registry, images, discovery: summary };
  } finally {
    await copier.close();
  }
}
