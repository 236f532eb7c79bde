import { GoMap, GoSlice, type GoValue } from '@oci-sync/helm-template';
import type { ValuesPath } from './rewritten-values.js';

/** A path as text: `sub.image.tag`, `sidecars[0].image`; keys with other characters in brackets and quotes. */
export function formatKey(path: ValuesPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[\w$/-]+$/.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** What stands at a path, or `undefined`. */
export function valueAtPath(values: GoValue, path: ValuesPath): GoValue | undefined {
  let current: GoValue | undefined = values;
  for (const step of path) {
    if (current instanceof GoMap && typeof step === 'string') current = current.entries.get(step);
    else if (current instanceof GoSlice && typeof step === 'number') current = current.items[step];
    else return undefined;
  }
  return current;
}

/**
 * `values` with something else at the path; nothing is changed in place. Tables merge with the defaults when the chart is
 * rendered, lists don't: a list on the way that `values` does not have is taken from `coalesced`, whole.
 */
export function withValueAt(
  values: GoMap,
  coalesced: GoValue,
  path: ValuesPath,
  leaf: string | boolean,
): GoMap {
  const result = put(values, coalesced, path, leaf);
  return result instanceof GoMap ? result : values;
}

function put(
  values: GoValue | undefined,
  coalesced: GoValue | undefined,
  path: ValuesPath,
  leaf: string | boolean,
): GoValue {
  const [step, ...rest] = path;
  if (step === undefined) return leaf;
  if (typeof step === 'number') {
    const list =
      values instanceof GoSlice ? values : coalesced instanceof GoSlice ? coalesced : new GoSlice();
    const items = [...list.items];
    const below = coalesced instanceof GoSlice ? coalesced.items[step] : undefined;
    items[step] = put(items[step], below, rest, leaf);
    return new GoSlice(items);
  }
  const entries = new Map(values instanceof GoMap ? values.entries : []);
  const below = coalesced instanceof GoMap ? coalesced.entries.get(step) : undefined;
  // Inside a list everything is the user's: there are no defaults to merge with.
  entries.set(step, put(entries.get(step), below, rest, leaf));
  return new GoMap(entries);
}
