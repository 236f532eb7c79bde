import { GoMap, GoSlice, type GoValue } from '../go/value.js';

/** A copy that shares no map and no slice with the original. */
export function deepCopyValue(value: GoValue): GoValue {
  if (value instanceof GoMap) return deepCopyMap(value);
  if (value instanceof GoSlice) return new GoSlice(value.items.map(deepCopyValue), value.typeName);
  return value;
}

/** {@link deepCopyValue} of a map. */
export function deepCopyMap(map: GoMap): GoMap {
  const entries = new Map<string, GoValue>();
  for (const [key, value] of map.entries) entries.set(key, deepCopyValue(value));
  return new GoMap(entries, map.typeName);
}
