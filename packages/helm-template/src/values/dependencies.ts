import type { Chart, ChartDependency } from '../chart/chart.js';
import { GoMap, type GoValue } from '../go/value.js';
import { parseConstraint, satisfies } from '../semver/constraint.js';
import { parseVersion } from '../semver/version.js';
import { type ChartWithValues, coalesceValues, mergeTables, tableAt, valueAt } from './coalesce.js';
import { deepCopyMap } from '../go/deep-copy.js';

/** A chart of the tree to render: the root or an enabled subchart, with imported values among its defaults. */
export interface EnabledChart extends ChartWithValues {
  readonly chart: Chart;
  readonly dependencies: readonly EnabledChart[];
  /** What `.Chart.Dependencies` shows: the enabled ones, named by their alias. */
  readonly declared: readonly ChartDependency[];
}

interface Node extends EnabledChart {
  values: GoMap;
  dependencies: Node[];
  /** `undefined` where Chart.yaml has no `dependencies` at all, or none is left. */
  requirements: ChartDependency[] | undefined;
  declared: readonly ChartDependency[];
}

/**
 * Which subcharts take part: aliases, version ranges, tags and conditions, then `import-values`, by the rules of
 * Helm 4.1.4.
 *
 * @throws HelmTemplateError `HELM_VALUES_INVALID`
 */
export function enableDependencies(chart: Chart, values: GoMap): EnabledChart {
  const root = toNode(chart, chart.metadata.name);
  processEnabled(root, values, '');
  processImports(root);
  return root;
}

function toNode(chart: Chart, name: string): Node {
  const { declaresDependencies, dependencies } = chart.metadata;
  return {
    chart,
    name,
    values: chart.values,
    dependencies: chart.dependencies.map((dependency) => toNode(dependency, dependency.metadata.name)),
    requirements: declaresDependencies ? [...dependencies] : undefined,
    declared: dependencies,
  };
}

function processEnabled(node: Node, values: GoMap, path: string): void {
  if (node.requirements === undefined) return;
  const requirements = node.requirements;
  const undeclared = node.dependencies.filter(
    ({ chart }) => !requirements.some((requirement) => isChartFor(chart, requirement)),
  );
  const declared = requirements.flatMap((requirement) => {
    const found = node.dependencies.find(({ chart }) => isChartFor(chart, requirement));
    return found === undefined ? [] : [toNode(found.chart, requirement.alias || found.chart.metadata.name)];
  });
  const named = requirements.map((requirement) => ({
    ...requirement,
    name: requirement.alias || requirement.name,
  }));
  node.dependencies = [...undeclared, ...declared];

  const coalesced = coalesceValues(node, values, 'coalesce');
  const disabled = new Set(named.filter((each) => !isEnabled(each, coalesced, path)).map(({ name }) => name));
  node.dependencies = node.dependencies.filter(({ name }) => !disabled.has(name));
  const left = named.filter(({ name }) => !disabled.has(name));
  for (const dependency of node.dependencies)
    processEnabled(dependency, coalesced, `${path}${dependency.name}.`);
  node.requirements = left.length === 0 ? undefined : left;
  node.declared = left;
}

function isChartFor(chart: Chart, requirement: ChartDependency): boolean {
  if (chart.metadata.name !== requirement.name) return false;
  try {
    return satisfies(parseVersion(chart.metadata.version), parseConstraint(requirement.version));
  } catch {
    // Helm takes an unreadable range for one that doesn't match.
    return false;
  }
}

function isEnabled(requirement: ChartDependency, values: GoMap, path: string): boolean {
  for (const condition of requirement.condition.trim().split(',')) {
    if (condition === '') continue;
    const value = valueAt(values, path + condition);
    if (typeof value === 'boolean') return value;
  }
  const tags = tableAt(values, 'tags');
  const set = requirement.tags
    .map((tag) => tags?.entries.get(tag))
    .filter((value) => typeof value === 'boolean');
  return set.length === 0 || set.includes(true);
}

function processImports(node: Node): void {
  for (const dependency of node.dependencies) processImports(dependency);
  if (node.requirements === undefined) return;
  const values = coalesceValues(node, new GoMap(), 'merge');
  const imported = new GoMap();
  for (const requirement of node.requirements) {
    for (const entry of requirement.importValues) {
      const { child, parent } =
        typeof entry === 'string' ? { child: `exports.${entry}`, parent: '.' } : entry;
      const table = tableAt(values, `${requirement.name}.${child}`);
      if (table !== undefined) mergeTables(imported, tableBelow(parent, table), 'merge');
    }
  }
  const merged = deepCopyMap(values);
  mergeTables(merged, deepCopyMap(imported), 'merge');
  node.values = merged;
}

function tableBelow(path: string, table: GoMap): GoMap {
  if (path === '.') return deepCopyMap(table);
  let value: GoValue = deepCopyMap(table);
  for (const name of path.split('.').toReversed()) value = new GoMap(new Map([[name, value]]));
  return value instanceof GoMap ? value : table;
}
