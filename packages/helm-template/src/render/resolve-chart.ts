import type { Chart } from '../chart/chart.js';
import { HelmTemplateError } from '../errors.js';
import { GoMap } from '../go/value.js';
import { parseConstraint, satisfies } from '../semver/constraint.js';
import { parseVersion } from '../semver/version.js';
import { coalesceValues } from '../values/coalesce.js';
import { deepCopyMap } from '../go/deep-copy.js';
import { enableDependencies } from '../values/dependencies.js';
import { toTable } from '../values/merge-values.js';
import { validateValues } from '../schema/validate-values.js';
import type { KubeVersion } from './capabilities.js';
import { type PlacedChart, placeCharts } from './chart-data.js';
import type { ResolvedChart } from './rendered-chart.js';
import type { ResolveOptions } from './render-options.js';

/** Helm's rule for release names: a DNS subdomain of at most 53 characters. */
const RELEASE_NAME = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const MAX_RELEASE_NAME_LENGTH = 53;

/**
 * Everything Helm does before it runs templates: checks the chart, enables subcharts, merges and validates values.
 *
 * @throws HelmTemplateError
 */
export function placeChart(chart: Chart, options: ResolveOptions): PlacedChart {
  const { releaseName } = options;
  if (
    releaseName !== undefined &&
    !(releaseName.length <= MAX_RELEASE_NAME_LENGTH && RELEASE_NAME.test(releaseName))
  ) {
    throw new HelmTemplateError('HELM_OPTION_INVALID', `release name "${releaseName}" is invalid`, {
      hint: `use lower case letters, digits, "-" and ".", at most ${MAX_RELEASE_NAME_LENGTH} characters`,
    });
  }
  checkInstallable(chart);
  const userValues = toTable(options.values ?? new GoMap());
  const enabled = enableDependencies(chart, userValues);
  const values = coalesceValues(enabled, userValues, 'coalesce');
  if (options.skipSchemaValidation !== true) validateValues(enabled, values);
  return placeCharts(enabled, values);
}

/**
 * The tree as callers see it. Values are copies: templates may change theirs.
 */
export function toResolvedChart(placed: PlacedChart): ResolvedChart {
  return resolved(placed, deepCopyMap(placed.values), []);
}

function resolved(placed: PlacedChart, values: GoMap, valuesPath: readonly string[]): ResolvedChart {
  return {
    path: placed.path,
    name: placed.enabled.name,
    valuesPath,
    chart: placed.enabled.chart,
    values,
    subcharts: placed.subcharts.map((subchart) => {
      const { name } = subchart.enabled;
      const table = values.entries.get(name);
      return resolved(subchart, table instanceof GoMap ? table : new GoMap(), [...valuesPath, name]);
    }),
  };
}

/**
 * Checks the root chart's `kubeVersion`.
 *
 * @throws HelmTemplateError `HELM_KUBE_VERSION_MISMATCH`
 */
export function checkKubeVersion(chart: Chart, cluster: KubeVersion): void {
  const { kubeVersion, name } = chart.metadata;
  if (kubeVersion === '' || isCompatible(kubeVersion, cluster.normalized)) return;
  throw new HelmTemplateError(
    'HELM_KUBE_VERSION_MISMATCH',
    `chart requires kubeVersion: ${kubeVersion} which is incompatible with Kubernetes ${cluster.normalized}`,
    { chart: name, hint: 'set the version of the cluster (--kube-version)' },
  );
}

function isCompatible(constraint: string, version: string): boolean {
  try {
    return satisfies(parseVersion(version), parseConstraint(constraint));
  } catch {
    // Helm takes an unreadable range for one that doesn't match.
    return false;
  }
}

function checkInstallable({ metadata, dependencies }: Chart): void {
  const { name, type } = metadata;
  if (type !== '' && type !== 'application') {
    throw new HelmTemplateError('HELM_CHART_INVALID', `${type} charts are not installable`, { chart: name });
  }
  const present = new Set(dependencies.map((dependency) => dependency.metadata.name));
  const missing = metadata.dependencies.filter((dependency) => !present.has(dependency.name));
  if (missing.length > 0) {
    const names = missing.map((dependency) => dependency.name).join(', ');
    throw new HelmTemplateError(
      'HELM_DEPENDENCY_MISSING',
      `found in Chart.yaml, but missing in charts/ directory: ${names}`,
      { chart: name, hint: 'fetch the dependencies into charts/ first' },
    );
  }
}
