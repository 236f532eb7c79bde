import type { DiscoveredChart, ImagePlan } from '@oci-sync/discovery';
import { scopedSignal } from '@oci-sync/oci-client';
import { createCopier, type Copier } from '../copier/create-copier.js';
import { checkMoved } from './check-moved.js';
import { copyImages, foretellImages } from './copy-images.js';
import { findRegistry } from './find-registry.js';
import { mirrorValues } from './mirror-values.js';
import { planRun } from './plan-images.js';
import { summariseDiscovery } from './summarise-discovery.js';
import type { SyncOptions } from './sync-options.js';
import type { ChartValues, DiscoverySummary, SyncCounts, SyncedImage, SyncReport } from './sync-report.js';
import { prepareFolder } from './write-files.js';
import { checkRunFiles, writeRunFiles } from './run-files.js';

function countImages(images: readonly SyncedImage[]): SyncCounts {
  const count = (outcome: SyncedImage['outcome']): number =>
    images.filter((image) => image.outcome === outcome).length;
  return {
    copied: count('copied'),
    unchanged: count('unchanged'),
    failed: count('failed'),
    notStarted: count('not-started'),
    planned: count('planned'),
  };
}

function outcomeOf(
  options: SyncOptions,
  counts: SyncCounts,
  discovery: DiscoverySummary,
): SyncReport['outcome'] {
  if (options.signal?.aborted === true) return 'interrupted';
  const failed =
    counts.failed + counts.notStarted + discovery.failures.length + discovery.planFailures.length;
  return failed > 0 ? 'failed' : 'done';
}

async function rewriteCharts(
  charts: readonly DiscoveredChart[],
  images: readonly SyncedImage[],
  options: SyncOptions & { readonly registry: string },
): Promise<readonly ChartValues[]> {
  const rewritten: ChartValues[] = [];
  for (const chart of charts) {
    const { name, version } = chart;
    options.onEvent?.({ type: 'values-rewriting', chart: name });
    rewritten.push({ chart: name, version, values: await mirrorValues(chart, images, options) });
  }
  const hasKeys = images.some(({ image }) => image.helmKey !== undefined);
  if (charts.length > 0 || !(hasKeys || options.valuesFile !== undefined)) return rewritten;
  return [{ chart: undefined, version: undefined, values: await mirrorValues(undefined, images, options) }];
}

async function run(copier: Copier, options: SyncOptions, startedAt: Date): Promise<SyncReport> {
  const { signal, onEvent, outDirectory } = options;
  if (outDirectory !== undefined && options.dryRun !== true) await prepareFolder(outDirectory);
  const destination = await findRegistry(copier, {
    registry: options.registry ?? options.plan?.registry,
    region: options.region,
    signal,
  });
  onEvent?.({ type: 'registry-found', ...destination });
  const { plan, discovery, planned } = await planRun(copier, options, destination);
  if (options.dryRun !== true) await checkRunFiles(discovery?.charts ?? [], options);
  const exact = options.plan !== undefined && options.allowMoved !== true;
  if (exact) await checkMoved(copier, plan, signal);

  onEvent?.({ type: 'copy-started', images: plan.images.length });
  const copying = { ...options, registry: destination.registry, exact };
  const images =
    options.dryRun === true
      ? await foretellImages(copier, plan, copying)
      : await copyImages(copier, plan, copying);
  const finished = options.dryRun !== true && signal?.aborted !== true;
  const charts = finished
    ? await rewriteCharts(discovery?.charts ?? [], images, { ...options, registry: destination.registry })
    : [];
  const files = finished ? await writeRunFiles(discovery?.charts ?? [], charts, images, options) : [];

  const counts = countImages(images);
  const summary = summariseDiscovery(discovery, planned);
  const reports = images.flatMap((image) => ('report' in image ? [image.report] : []));
  const withRegistry: ImagePlan = { ...plan, registry: destination.registry };
  return {
    version: 1,
    outcome: outcomeOf(options, counts, summary),
    registry: destination.registry,
    region: destination.region,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    plan: withRegistry,
    images,
    counts,
    bytesCopied: reports.reduce((sum, report) => sum + report.bytesCopied, 0),
    requests: {
      source: reports.reduce((sum, report) => sum + report.requests.source, 0),
      destination: reports.reduce((sum, report) => sum + report.requests.destination, 0),
    },
    discovery: summary,
    charts,
    files,
  };
}

/**
 * Mirrors every image that the sources name: finds the registry, discovers, plans, copies, points the charts' values at
 * the mirror and proves it, writes the files. One image that fails does not stop the others; the report tells how each
 * ended, also when the signal stopped the run.
 *
 * @throws OciError `OCI_CREDENTIALS`, `OCI_INVALID_OPTION`, `OCI_DIGEST_MISMATCH` (a stored plan that is out of date);
 * DiscoveryError `DISCOVERY_…` when an input cannot be used or two images claim one destination: all before anything
 * is written to the registry. The signal's reason while nothing has been copied yet.
 */
export async function sync(options: SyncOptions): Promise<SyncReport> {
  const startedAt = options.now ?? new Date();
  const copier = createCopier({ ...options, onEvent: (event) => options.onEvent?.({ type: 'copy', event }) });
  try {
    return await run(copier, { ...options, signal: scopedSignal(options.signal) }, startedAt);
  } finally {
    await copier.close();
  }
}
