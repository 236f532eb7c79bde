import type { Chart } from '../chart/chart.js';
import type { RenderedChart, ResolvedChart } from './rendered-chart.js';
import type { RenderOptions, ResolveOptions } from './render-options.js';

/**
 * A chart to be rendered many times: each template is parsed once, whatever values it is rendered with.
 * Renders don't influence each other.
 */
export interface PreparedChart {
  readonly chart: Chart;
  /**
   * Decides which subcharts are enabled and merges the values, without running a template.
   *
   * @throws HelmTemplateError `HELM_VALUES_INVALID`, `HELM_SCHEMA_VIOLATION`, `HELM_DEPENDENCY_MISSING`,
   *   `HELM_OPTION_INVALID`
   */
  resolve(options?: ResolveOptions): ResolvedChart;
  /**
   * Renders as `helm template` does. It gives way to other work between files.
   *
   * @throws HelmTemplateError with any code but those of loading; `signal.reason` once the signal aborts
   */
  render(options?: RenderOptions): Promise<RenderedChart>;
}
