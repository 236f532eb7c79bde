import { NilGoMap, NilGoSlice } from './nil-collections.js';
import { GoMap, GoSlice, type GoValue } from './value.js';

/** A copy that shares no map and no slice with the original. Structs are shared; nothing changes them. */
export function deepCopyValue(value: GoValue): GoValue {
  if (value instanceof NilGoMap || value instanceof NilGoSlice) return value;
  if (value instanceof GoMap) return deepCopyMap(value);
  if (value instanceof GoSlice) return new GoSlice(value.items.map(deepCopyValue), value.typeName);
  return value instanceof Uint8Array ? value.slice() : value;
}

/** {@link deepCopyValue} of a map. */
export function deepCopyMap(map: GoMap): GoMap {
  const entries = new Map<string, GoValue>();
  for (const [key, value] of map.entries) entries.set(key, deepCopyValue(value));
  return new GoMap(entries, map.typeName);
}
