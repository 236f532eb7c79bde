import type { Chart } from '../chart/chart.js';
import type { GoMap } from '../go/value.js';
import type { JsonValue } from '../yaml/json-value.js';

/** One YAML document of a rendered chart. */
export interface RenderedDocument {
  /** Path of the owning chart: `root`, `root/charts/alias`. Equals {@link ResolvedChart.path}. */
  readonly chartPath: string;
  /** File that made it, as in Helm's `# Source:` line: `root/charts/alias/templates/x.yaml`. */
  readonly template: string;
  readonly role: 'crd' | 'manifest' | 'hook';
  /** Values of the annotation `helm.sh/hook` that Helm knows; empty unless `role` is `hook`. */
  readonly hookEvents: readonly string[];
  /** A hook of the event `test`. */
  readonly isTest: boolean;
  /** `''` where the document has none. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** The document as the template wrote it. */
  readonly text: string;
  /** The document as read by Helm's YAML 1.1 rules, parsed at the first use; `null` for comments only. */
  readonly object: JsonValue;
}

/** A chart that takes part in a render: the root or an enabled subchart, once for each alias. */
export interface ResolvedChart {
  /** `root`, `root/charts/alias`, … */
  readonly path: string;
  /** Alias, or the chart's own name. */
  readonly name: string;
  /** Keys from the root values to this chart's values: `[]` for the root, `['alias']`, `['alias', 'sub']`. */
  readonly valuesPath: readonly string[];
  /** The chart as loaded (its metadata.name is the chart's own name, not the alias). */
  readonly chart: Chart;
  /** The values its templates start from: defaults, parents' overrides, user values and globals merged. */
  readonly values: GoMap;
  readonly subcharts: readonly ResolvedChart[];
}

/** What rendering a chart gives. */
export interface RenderedChart {
  /** In the order in which `helm template` prints them: CRDs, manifests by install order, hooks. */
  readonly documents: readonly RenderedDocument[];
  /** The root chart's rendered NOTES.txt, `''` without one. */
  readonly notes: string;
  /** What `helm template` prints for these documents, `# Source:` lines included. */
  readonly text: string;
  readonly root: ResolvedChart;
}
