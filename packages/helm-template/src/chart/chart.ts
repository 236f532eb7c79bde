import type { GoMap } from '../go/value.js';

/** One file of a chart: its path inside that chart, with `/` between the parts, and its bytes without a BOM. */
export interface ChartFile {
  readonly name: string;
  readonly data: Uint8Array;
}

/** A dependency that `Chart.yaml` (or `requirements.yaml`) declares. */
export interface ChartDependency {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
  readonly condition: string;
  readonly tags: readonly string[];
  readonly alias: string;
  /** Entries of `import-values`: a name below `exports`, or a pair of paths. */
  readonly importValues: readonly (string | { readonly child: string; readonly parent: string })[];
}

export interface ChartMaintainer {
  readonly name: string;
  readonly email: string;
  readonly url: string;
}

/** `Chart.yaml` after Helm's coercion; text that is absent is `''`. */
export interface ChartMetadata {
  readonly apiVersion: string;
  readonly name: string;
  readonly version: string;
  readonly kubeVersion: string;
  readonly description: string;
  readonly type: string;
  readonly keywords: readonly string[];
  readonly home: string;
  readonly sources: readonly string[];
  readonly icon: string;
  readonly appVersion: string;
  readonly deprecated: boolean;
  readonly condition: string;
  readonly tags: string;
  readonly annotations: ReadonlyMap<string, string>;
  readonly maintainers: readonly ChartMaintainer[];
  readonly dependencies: readonly ChartDependency[];
  /** The list is there, if only as `[]`: Helm then looks at the conditions of subcharts as well. */
  readonly declaresDependencies: boolean;
}

/**
 * A chart as loaded, never changed by rendering.
 *
 * `values` holds the chart's own defaults as Helm reads them (every number a float64); use `toJsonValue` to
 * get plain data. `dependencies` are the charts found in `charts/`, whether or not a condition enables them.
 */
export interface Chart {
  readonly metadata: ChartMetadata;
  readonly values: GoMap;
  /** Text of `values.yaml` as it is in the chart, `''` without one. */
  readonly valuesText: string;
  readonly schema: Uint8Array | undefined;
  /** `Chart.lock`, or `requirements.lock` of charts from Helm 2. */
  readonly lock: Uint8Array | undefined;
  /** Every file below `templates/`. */
  readonly templates: readonly ChartFile[];
  /** What templates see as `.Files`: all but metadata, values, templates and subcharts. `Images.lock` is here. */
  readonly files: readonly ChartFile[];
  readonly dependencies: readonly Chart[];
}
