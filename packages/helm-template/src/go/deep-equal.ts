import { isGoObject, typeOf } from './kind.js';
import { NilGoMap, NilGoSlice } from './nil-collections.js';
import { GoInt, GoMap, GoSlice, type GoValue } from './value.js';

/**
 * reflect.DeepEqual: types must be the same (`1` and `1.0` differ, so do `[]string` and `[]interface {}`), NaN is
 * not equal to itself, and the same map or slice is equal to itself.
 */
export function deepEqual(left: GoValue, right: GoValue): boolean {
  if (left === right) return true;
  if (left === null || right === null) return false;
  if (left instanceof GoInt)
    return right instanceof GoInt && left.kind === right.kind && left.value === right.value;
  if (typeOf(left) !== typeOf(right)) return false;
  if (left instanceof Uint8Array) return right instanceof Uint8Array && Buffer.compare(left, right) === 0;
  if (left instanceof NilGoSlice !== right instanceof NilGoSlice) return false;
  if (left instanceof NilGoMap !== right instanceof NilGoMap) return false;
  if (left instanceof GoMap) return right instanceof GoMap && equalEntries(left.entries, right.entries);
  if (left instanceof GoSlice) return right instanceof GoSlice && equalItems(left.items, right.items);
  if (!isGoObject(left) || !isGoObject(right)) return false;
  if (!deepEqual(left.elements ?? null, right.elements ?? null)) return false;
  return equalEntries(left.fields, right.fields);
}

function equalEntries(left: ReadonlyMap<string, GoValue>, right: ReadonlyMap<string, GoValue>): boolean {
  if (left === right) return true;
  if (left.size !== right.size) return false;
  for (const [key, value] of left) {
    const other = right.get(key);
    if (other === undefined || !deepEqual(value, other)) return false;
  }
  return true;
}

function equalItems(left: readonly GoValue[], right: readonly GoValue[]): boolean {
  if (left === right) return true;
  return left.length === right.length && left.every((item, index) => deepEqual(item, right[index] ?? null));
}
