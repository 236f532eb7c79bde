import { HelmTemplateError } from '@oci-sync/helm-template';
import { scopedSignal } from '@oci-sync/oci-client';
import { openChartCache } from '../charts/chart-cache.js';
import type { DependencyContext } from '../charts/complete-dependencies.js';
import { readRepositoriesFile } from '../charts/chart-repositories.js';
import { DiscoveryError, isDiscoveryError, messageOf } from '../errors.js';
import type { DiscoveredImage } from '../image/discovered-image.js';
import { mergeImages } from '../image/merge-images.js';
import type { Note } from '../image/note.js';
import { loadPreset } from '../preset/load-preset.js';
import type { Preset } from '../preset/preset.js';
import { discoverCatalog } from './discover-catalog.js';
import { discoverChart, type ChartImages } from './discover-chart.js';
import { discoverLists } from './discover-lists.js';
import { emptyFindings, type Findings } from './findings.js';
import type { CatalogInput, ChartInput, DiscoverOptions } from './discover-options.js';
import type { Discovery, Fallback } from './discovery.js';
import { staticImages } from './static-images.js';

/**
 * Finds out which images are wanted, from every source the options name, at the same time.
 *
 * A chart or catalog that cannot be fetched, rendered or read, or that names no image, is replaced by the preset's
 * static list and reported in `fallbacks`; without such a list it is reported in `failures`, and the other sources
 * count all the same. What the user got wrong is an error at once: a chart text or path that leads nowhere, a
 * values file or list that cannot be read.
 *
 * @throws DiscoveryError `DISCOVERY_CHART_NOT_FOUND` (path, unknown repository), `DISCOVERY_INPUT_INVALID`,
 * `DISCOVERY_FALLBACK_REFUSED` with `noFallback`; HelmTemplateError `HELM_VALUES_INVALID`,
 * `HELM_VALUES_NOT_FOUND` for the user's values; the signal's reason.
 */
export async function discoverImages(options: DiscoverOptions): Promise<Discovery> {
  const failure = new AbortController();
  const signal = scopedSignal(failure.signal, options.signal);
  const sources = await startSources({ ...options, signal });
  try {
    return summarize(await Promise.all(sources), options);
  } catch (error) {
    // What the other sources still do is for nothing.
    failure.abort();
    await Promise.allSettled(sources);
    options.signal?.throwIfAborted();
    throw error;
  }
}

async function startSources(options: DiscoverOptions): Promise<readonly Promise<Findings>[]> {
  const preset = options.preset ?? (await loadPreset('none'));
  const context = await dependencyContext(options, preset);
  const charts = options.charts ?? (preset.chart === undefined ? [] : [{ chart: preset.chart }]);
  const catalog = options.catalog ?? preset.catalog;
  const run: Run = { options, preset, context };
  // Lists come last: an image of a chart belongs to the chart, whoever else asks for it.
  return [
    ...charts.map((input) => fromChart(run, input)),
    ...(catalog === undefined || catalog.catalog === ''
      ? []
      : [fromCatalog(run, catalog, options.catalog === undefined)]),
    discoverLists(options),
  ];
}

function summarize(parts: readonly Findings[], { preset, allImages }: DiscoverOptions): Discovery {
  const found = parts.reduce(combine, emptyFindings);
  const potential = mergeImages(found.potential);
  const images = allImages === true ? [...found.images, ...potential] : found.images;
  const notes =
    potential.length > 0 && allImages !== true
      ? [...found.notes, potentialNote(potential.length)]
      : found.notes;
  const keys = preset?.helmKeys ?? {};
  return { ...found, images: mergeImages(images.map((image) => withHelmKey(image, keys))), potential, notes };
}

interface Run {
  readonly options: DiscoverOptions;
  readonly preset: Preset;
  readonly context: DependencyContext;
}

async function dependencyContext(options: DiscoverOptions, preset: Preset): Promise<DependencyContext> {
  const { open, fetchBytes, signal, helmRepositories = [], helmRepositoriesFile } = options;
  const own = helmRepositoriesFile === undefined ? [] : await readRepositoriesFile(helmRepositoriesFile);
  return {
    open,
    fetchBytes,
    signal,
    cache: openChartCache(options.cacheDirectory),
    indexes: new Map(),
    repositories: [...helmRepositories, ...own, ...preset.helmRepositories],
  };
}

async function fromChart(run: Run, input: ChartInput): Promise<Findings> {
  const { options } = run;
  if (input.chart === '') return fallBack(run, 'chart', 'asked', 'no chart was asked for');
  options.onEvent?.({ type: 'chart-loading', chart: input.chart });
  let found: ChartImages;
  try {
    found = await discoverChart(input, {
      context: run.context,
      devel: options.devel,
      forceEnabled: options.allImages,
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    if (isUserMistake(error) || !(error instanceof Error)) throw error;
    return failed(run, 'chart', input.chart, error);
  }
  const images = mergeImages(found.images);
  const { name, version } = found.chart;
  options.onEvent?.({ type: 'chart-rendered', chart: input.chart, name, version, images: images.length });
  const findings = {
    ...emptyFindings,
    images,
    potential: found.potential,
    unresolved: found.unresolved,
    charts: [found.chart],
  };
  if (images.length > 0) return findings;
  const reason = `chart ${input.chart} names no image`;
  return combine(findings, await fallBack(run, 'chart', 'empty', reason));
}

async function fromCatalog(run: Run, input: CatalogInput, isPreset: boolean): Promise<Findings> {
  const { options, preset } = run;
  const { catalog } = input;
  options.onEvent?.({ type: 'catalog-reading', catalog });
  try {
    const found = await discoverCatalog(isPreset ? { catalog } : input, {
      fetchBytes: options.fetchBytes,
      stdin: options.stdin,
      defaultBranch: preset.catalog?.branch,
      registryPrefix: preset.catalog?.registryPrefix,
      helmKey: preset.catalogHelmKey,
      signal: options.signal,
    });
    options.onEvent?.({ type: 'catalog-read', catalog, images: found.images.length });
    const findings = {
      ...emptyFindings,
      images: found.images,
      notes: found.notes,
      entriesWithoutImage: found.withoutImage.map((entry) => ({ catalog, entry })),
    };
    if (found.images.length > 0) return findings;
    return combine(findings, await fallBack(run, 'catalog', 'empty', `catalog ${catalog} names no image`));
  } catch (error) {
    options.signal?.throwIfAborted();
    if (isDiscoveryError(error, 'DISCOVERY_FALLBACK_REFUSED') || !(error instanceof Error)) throw error;
    return failed(run, 'catalog', catalog, error);
  }
}

/** A source that failed: its static list, or a failure on record where there is none. */
async function failed(run: Run, list: 'chart' | 'catalog', source: string, error: Error): Promise<Findings> {
  const hasList = run.preset.staticImages[list].length > 0;
  if (hasList || run.options.noFallback === true) {
    return fallBack(run, list, 'failed', messageOf(error), error);
  }
  return { ...emptyFindings, failures: [{ source, error }] };
}

async function fallBack(
  { options, preset }: Run,
  list: 'chart' | 'catalog',
  because: Fallback['because'],
  reason: string,
  cause?: Error,
): Promise<Findings> {
  if (options.noFallback === true && because !== 'asked') {
    throw new DiscoveryError(`${reason}, and --no-fallback is set`, {
      code: 'DISCOVERY_FALLBACK_REFUSED',
      hint: hintOf(cause) ?? 'leave out --no-fallback to use the static list',
      cause,
    });
  }
  const images = staticImages(preset, list, reason);
  const fallback: Fallback = { list, because, reason, images: images.length };
  options.onEvent?.({ type: 'fallback', list, reason });
  return { ...emptyFindings, images, fallbacks: [fallback], notes: [fallbackNote(fallback)] };
}

function fallbackNote({ list, because, reason, images }: Fallback): Note {
  const what = list === 'chart' ? 'chart' : 'CodeCollection';
  const message = `using the static ${what} list (${images} images): ${reason}`;
  return { level: because === 'asked' ? 'info' : 'warning', message };
}

function potentialNote(count: number): Note {
  return {
    level: 'info',
    message: `${count} more images are named by the chart's values, but nothing rendered uses them`,
    hint: 'add --all-images to copy them, too',
  };
}

/** What only the user can put right: falling back would hide it. */
function isUserMistake(error: unknown): boolean {
  return (
    isDiscoveryError(error, 'DISCOVERY_CHART_NOT_FOUND') ||
    isDiscoveryError(error, 'DISCOVERY_INPUT_INVALID') ||
    (error instanceof HelmTemplateError &&
      (error.code === 'HELM_VALUES_INVALID' ||
        error.code === 'HELM_VALUES_NOT_FOUND' ||
        error.code === 'HELM_OPTION_INVALID' ||
        error.code === 'HELM_CHART_NOT_FOUND'))
  );
}

function hintOf(error: Error | undefined): string | undefined {
  return error !== undefined && 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined;
}

function withHelmKey(image: DiscoveredImage, keys: Preset['helmKeys']): DiscoveredImage {
  if (image.helmKey !== undefined || image.group !== 'chart') return image;
  const { repository } = image.reference;
  const name = repository.slice(repository.lastIndexOf('/') + 1);
  const helmKey = Object.hasOwn(keys, name) ? keys[name] : undefined;
  return helmKey === undefined ? image : { ...image, helmKey };
}

function combine(a: Findings, b: Findings): Findings {
  return {
    images: [...a.images, ...b.images],
    potential: [...a.potential, ...b.potential],
    unresolved: [...a.unresolved, ...b.unresolved],
    fallbacks: [...a.fallbacks, ...b.fallbacks],
    failures: [...a.failures, ...b.failures],
    entriesWithoutImage: [...a.entriesWithoutImage, ...b.entriesWithoutImage],
    notes: [...a.notes, ...b.notes],
    charts: [...a.charts, ...b.charts],
  };
}
