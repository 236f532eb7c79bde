import { GoMap, type GoValue } from '../go/value.js';
import { HelmTemplateError } from '../errors.js';
import { deepCopyMap } from '../go/deep-copy.js';

/** What coalescing has to know of a chart. `name` is the alias, where there is one. */
export interface ChartWithValues {
  readonly name: string;
  readonly values: GoMap;
  readonly dependencies: readonly ChartWithValues[];
}

/**
 * `coalesce` deletes a default where the user's value is null; `merge` keeps the null, for a later coalescing to act
 * on.
 */
export type NullRule = 'coalesce' | 'merge';

/**
 * The user's values over a chart's defaults and those of its subcharts, globals handed down, by the rules of Helm
 * 4.1.4. Neither argument is changed.
 *
 * @throws HelmTemplateError `HELM_VALUES_INVALID` where a subchart's values are no table
 */
export function coalesceValues(chart: ChartWithValues, values: GoMap, nulls: NullRule): GoMap {
  const result = deepCopyMap(values);
  coalesceChart(chart, result, nulls);
  return result;
}

function coalesceChart(chart: ChartWithValues, destination: GoMap, nulls: NullRule): void {
  coalesceDefaults(chart, destination, nulls);
  for (const subchart of chart.dependencies) {
    const existing = destination.entries.get(subchart.name);
    const table = existing === undefined ? new GoMap() : existing;
    if (!(table instanceof GoMap)) {
      throw new HelmTemplateError(
        'HELM_VALUES_INVALID',
        `the values for subchart ${subchart.name} of chart ${chart.name} are no table`,
        { chart: chart.name, hint: `make ${subchart.name} a map` },
      );
    }
    destination.entries.set(subchart.name, table);
    handDownGlobals(table, destination);
    coalesceChart(subchart, table, nulls);
  }
}

function coalesceDefaults(chart: ChartWithValues, destination: GoMap, nulls: NullRule): void {
  for (const [key, value] of deepCopyMap(chart.values).entries) {
    const existing = destination.entries.get(key);
    if (existing === undefined) {
      destination.entries.set(key, value);
    } else if (existing === null && nulls === 'coalesce') {
      destination.entries.delete(key);
    } else if (existing instanceof GoMap && value instanceof GoMap) {
      // A child's table goes through its own coalescing later, which needs the nulls.
      const isChild = chart.dependencies.some(({ name }) => name === key);
      mergeTables(existing, value, isChild ? 'merge' : nulls);
    }
  }
}

/**
 * Fills `destination` with what `source` has and it hasn't; both are changed. A scalar never replaces a table or the
 * other way round.
 */
export function mergeTables(destination: GoMap, source: GoMap, nulls: NullRule): void {
  const setInSource = new Set<string>();
  for (const [key, value] of source.entries) if (value !== null) setInSource.add(key);
  for (const [key, value] of destination.entries) if (value === null) source.entries.set(key, null);
  for (const [key, value] of source.entries) {
    const existing: GoValue | undefined = destination.entries.get(key);
    if (existing === undefined) destination.entries.set(key, value);
    else if (existing === null && nulls === 'coalesce' && setInSource.has(key))
      destination.entries.delete(key);
    else if (existing instanceof GoMap && value instanceof GoMap) mergeTables(existing, value, nulls);
  }
}

/** The parent's `global` over the child's: tables merge, the parent's scalars win. */
function handDownGlobals(child: GoMap, parent: GoMap): void {
  const childGlobals = child.entries.get('global') ?? (child.entries.has('global') ? null : new GoMap());
  const parentGlobals = parent.entries.get('global') ?? (parent.entries.has('global') ? null : new GoMap());
  if (!(childGlobals instanceof GoMap) || !(parentGlobals instanceof GoMap)) return;
  for (const [key, value] of parentGlobals.entries) {
    const existing = childGlobals.entries.get(key);
    if (value instanceof GoMap) {
      const copy = new GoMap(new Map(value.entries));
      if (existing === undefined) {
        childGlobals.entries.set(key, copy);
      } else if (existing instanceof GoMap) {
        mergeTables(copy, existing, 'merge');
        childGlobals.entries.set(key, copy);
      }
    } else if (!(existing instanceof GoMap)) {
      childGlobals.entries.set(key, value);
    }
  }
  child.entries.set('global', childGlobals);
}

/** The table at a dotted path, or `undefined`. */
export function tableAt(values: GoMap, path: string): GoMap | undefined {
  let table = values;
  for (const name of path.split('.')) {
    const next = table.entries.get(name);
    if (!(next instanceof GoMap)) return undefined;
    table = next;
  }
  return table;
}

/** The value at a dotted path, or `undefined` where there is none or a table. */
export function valueAt(values: GoMap, path: string): GoValue | undefined {
  const cut = path.lastIndexOf('.');
  const table = cut === -1 ? values : tableAt(values, path.slice(0, cut));
  const value = table?.entries.get(path.slice(cut + 1));
  return value instanceof GoMap ? undefined : value;
}
