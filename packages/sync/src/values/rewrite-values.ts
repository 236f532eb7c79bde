import type { RewriteValuesOptions, RewrittenValues } from './rewritten-values.js';

export type {
  MirroredImage,
  MirrorReference,
  OutputChange,
  RemainingImage,
  RenderedPlace,
  RewritableChart,
  RewriteValuesOptions,
  RewrittenValues,
  ValuesChange,
  ValuesPath,
  ValuesProof,
} from './rewritten-values.js';

/**
 * Points a chart's values at the mirror, and proves it by rendering the chart with them.
 *
 * Which value makes which image is found out by effect: values are changed, the chart is rendered, and the images
 * that change tell. Values of single images go before chart-wide ones.
 *
 * @throws HelmTemplateError when the chart does not render with the user's own values; `HELM_VALUES_INVALID`,
 * `HELM_VALUES_NOT_FOUND` for a values file that cannot be read; the signal's reason.
 */
export async function rewriteValues(options: RewriteValuesOptions): Promise<RewrittenValues> {
  options.signal?.throwIfAborted();
  throw new Error('values cannot be rewritten yet');
}
