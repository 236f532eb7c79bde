import {
  GoInt,
  GoMap,
  GoSlice,
  type GoValue,
  type RenderedChart,
  type ResolvedChart,
} from '@oci-sync/helm-template';
import type { ValuesPath } from './rewritten-values.js';
import { formatKey, valueAtPath } from './values-path.js';

/** A value that could make part of an image. */
export interface ValuesLeaf {
  readonly path: ValuesPath;
  /** As a template prints it; `''` for empty text, null, and what is not there. */
  readonly text: string;
  /** Key it stands at; that of the list for elements of lists. */
  readonly key: string;
}

/** Deepest tables that are opened. */
const deepest = 40;

const partKeys = ['registry', 'tag', 'digest'] as const;

/** Keys by which charts call images and their parts. */
const imageWord = /image|registr|repositor|tag|digest|version|hub|name|path|(?:^|[._-])sha(?:256)?$/i;

/** Whether a key, or the key of a table it stands in, speaks of images. */
export function speaksOfImages({ path }: ValuesLeaf): boolean {
  return path.slice(-2).some((step) => typeof step === 'string' && imageWord.test(step));
}

/**
 * Every string, number and empty value a chart is rendered with, subcharts included, and those that are not there
 * but could be: parts beside the parts of an image, and what templates read by name. Subcharts' copies of globals
 * are left out where the global can be set at the top.
 */
export function valuesLeaves(rendered: RenderedChart): readonly ValuesLeaf[] {
  const { root } = rendered;
  const leaves = new Map<string, ValuesLeaf>();
  const add = (leaf: ValuesLeaf): void => {
    const key = formatKey(leaf.path);
    if (!leaves.has(key)) leaves.set(key, leaf);
  };
  const charts = allCharts(root);
  const prefixes = new Set(charts.map(({ valuesPath }) => formatKey([...valuesPath, 'global'])));
  const isCopy = (path: ValuesPath): boolean => {
    const at = path.indexOf('global');
    return (
      at > 0 &&
      prefixes.has(formatKey(path.slice(0, at + 1))) &&
      valueAtPath(root.values, path.slice(at)) !== undefined
    );
  };
  visit(root.values, [], '', (leaf) => {
    if (!isCopy(leaf.path)) add(leaf);
  });
  for (const chart of charts) {
    for (const path of namedByTemplates(chart)) {
      if (valueAtPath(root.values, path) === undefined && canHold(root.values, path)) {
        add({ path, text: '', key: String(path.at(-1)) });
      }
    }
  }
  return [...leaves.values()];
}

function visit(value: GoValue, path: ValuesPath, key: string, add: (leaf: ValuesLeaf) => void): void {
  if (path.length > deepest) return;
  if (value instanceof GoMap) {
    for (const [name, item] of value.entries) visit(item, [...path, name], name, add);
    for (const name of isImageTable(value) ? partKeys : []) {
      if (!value.entries.has(name)) add({ path: [...path, name], text: '', key: name });
    }
  } else if (value instanceof GoSlice) {
    for (const [index, item] of value.items.entries()) visit(item, [...path, index], key, add);
  } else {
    const text = printed(value);
    if (text !== undefined) add({ path, text, key });
  }
}

function isImageTable({ entries }: GoMap): boolean {
  return entries.has('repository') || (entries.has('image') && entries.has('tag'));
}

function printed(value: GoValue): string | undefined {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return value instanceof GoInt ? String(value.value) : undefined;
}

function allCharts(chart: ResolvedChart): readonly ResolvedChart[] {
  return [chart, ...chart.subcharts.flatMap(allCharts)];
}

const valuesField = /\.Values\)?((?:\.\w+\)?)+)/g;

/** Paths of values that a chart's templates read and whose names speak of images. */
function namedByTemplates({ chart, valuesPath }: ResolvedChart): readonly ValuesPath[] {
  const paths: ValuesPath[] = [];
  for (const { data } of chart.templates) {
    for (const [, fields = ''] of Buffer.from(data).toString('utf8').matchAll(valuesField)) {
      const steps = fields.replaceAll(')', '').slice(1).split('.');
      if (!imageWord.test(steps.at(-1) ?? '')) continue;
      // A global is handed down from the top.
      paths.push(steps[0] === 'global' ? steps : [...valuesPath, ...steps]);
    }
  }
  return paths;
}

/** Whether nothing but tables, or nothing at all, is on the way. */
function canHold(values: GoMap, path: ValuesPath): boolean {
  for (let length = 1; length < path.length; length += 1) {
    const value = valueAtPath(values, path.slice(0, length));
    if (value !== undefined && value !== null && !(value instanceof GoMap)) return false;
  }
  return true;
}
