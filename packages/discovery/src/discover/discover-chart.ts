import { mergeValues, prepareChart, type RenderOptions } from '@oci-sync/helm-template';
import { loadChartSource } from '../charts/load-chart-source.js';
import type { DependencyContext } from '../charts/complete-dependencies.js';
import {
  extractDeclared,
  extractFromRendering,
  extractFromValues,
  type ExtractedImages,
} from '../extract/extract-chart.js';
import { renderForceEnabled } from '../extract/force-enabled.js';
import type { DiscoveredImage, UnresolvedImage } from '../image/discovered-image.js';
import type { ChartInput } from './discover-options.js';
import type { DiscoveredChart } from './discovery.js';

/** Options of {@link discoverChart}. */
export interface DiscoverChartOptions {
  readonly context: DependencyContext;
  readonly devel?: boolean | undefined;
  /** Render once more with everything switched on. */
  readonly forceEnabled?: boolean | undefined;
}

/** A rendered chart and what it asks for. */
export interface ChartImages {
  readonly chart: DiscoveredChart;
  /** Rendered and declared. */
  readonly images: readonly DiscoveredImage[];
  /** Named by values, or rendered once everything is switched on, of repositories that `images` does not have. */
  readonly potential: readonly DiscoveredImage[];
  readonly unresolved: readonly UnresolvedImage[];
}

/**
 * Loads and renders a chart, and finds its images.
 * @throws what `loadChartSource` throws; HelmTemplateError of values and rendering.
 */
export async function discoverChart(input: ChartInput, options: DiscoverChartOptions): Promise<ChartImages> {
  const { context, devel } = options;
  const sources = input.values ?? {};
  const values = await mergeValues(sources, { signal: context.signal });
  const loaded = await loadChartSource(input.chart, { version: input.version, devel }, context);
  const prepared = prepareChart(loaded.chart);
  const renderOptions: RenderOptions = { ...input.render, signal: context.signal };
  const rendered = await prepared.render({ ...renderOptions, values });
  const declared = extractDeclared(input.chart, rendered);
  const found = extractFromRendering(input.chart, rendered);
  const images = [...found.images, ...declared.images.filter((image) => !isPotential(image))];
  const optional: ExtractedImages[] = [declared, extractFromValues(input.chart, rendered)];
  if (options.forceEnabled === true) {
    const more = await renderForceEnabled(prepared, rendered, renderOptions);
    if (more !== undefined) optional.push(extractFromRendering(input.chart, more));
  }
  const known = new Set(images.map(repositoryOf));
  const { name, version } = loaded.chart.metadata;
  return {
    chart: { input, name, version, location: loaded.location, prepared, values: sources, rendered },
    images,
    potential: optional
      .flatMap((extracted) => extracted.images)
      .filter((image) => !known.has(repositoryOf(image)))
      .map(asPotential),
    unresolved: [...found.unresolved, ...declared.unresolved],
  };
}

function isPotential({ provenance }: DiscoveredImage): boolean {
  return provenance.every((place) => place.kind === 'chart' && place.confidence === 'potential');
}

function asPotential(image: DiscoveredImage): DiscoveredImage {
  return {
    ...image,
    provenance: image.provenance.map((place) =>
      place.kind === 'chart' ? { ...place, confidence: 'potential' } : place,
    ),
  };
}

function repositoryOf({ reference: { registry, repository } }: DiscoveredImage): string {
  return `${registry}/${repository}`;
}
