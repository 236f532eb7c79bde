import type { RenderedChart, ResolvedChart } from '@oci-sync/helm-template';
import type { Setting } from './chart-probe.js';
import { valueAtPath } from './values-path.js';

/**
 * Switches without which a chart refuses images from elsewhere, by the word its templates have for them: charts
 * of Bitnami fail when an image is none of those they were released with.
 */
const switches = [
  { word: 'allowInsecureImages', path: ['global', 'security', 'allowInsecureImages'] },
] as const;

/** The switches that this chart, or a subchart, has and that are off. */
export function missingPermissions({ root }: RenderedChart): readonly Setting[] {
  return switches
    .filter(({ word, path }) => valueAtPath(root.values, path) !== true && mentions(root, word))
    .map(({ path }) => ({ path, value: true }));
}

function mentions({ chart, subcharts }: ResolvedChart, word: string): boolean {
  return (
    chart.templates.some(({ data }) => Buffer.from(data).includes(word)) ||
    // Library charts are no subcharts of a render, but their definitions count.
    chart.dependencies.some(({ templates }) =>
      templates.some(({ data }) => Buffer.from(data).includes(word)),
    ) ||
    subcharts.some((child) => mentions(child, word))
  );
}
