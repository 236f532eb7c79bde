import { GoInt, GoMap, GoSlice, type GoValue } from '../go/value.js';
import { encodeJson } from './json-encode.js';
import type { JsonObject, JsonValue } from './json-value.js';

/**
 * Plain JSON data as Go values: every number a float64, as Helm has values that were read from a file.
 *
 * @throws TypeError for what is no JSON (undefined, functions, symbols)
 */
export function fromJsonValue(value: JsonValue): GoValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return value;
  if (isJsonArray(value)) return new GoSlice(value.map(fromJsonValue));
  if (typeof value !== 'object') throw new TypeError(`a value of type ${typeof value} is no JSON`);
  return new GoMap(new Map(Object.entries(value).map(([key, item]) => [key, fromJsonValue(item)])));
}

/**
 * Go values as plain JSON data. Integers become numbers, byte slices base64 text, Go structs what Helm's `toJson`
 * would write.
 */
export function toJsonValue(value: GoMap): JsonObject;
export function toJsonValue(value: GoValue): JsonValue;
export function toJsonValue(value: GoValue): JsonValue {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof GoInt) return Number(value.value);
  if (value instanceof GoSlice) return value.items.map((item) => toJsonValue(item));
  if (value instanceof GoMap) {
    const object: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
    for (const [key, item] of value.entries) object[key] = toJsonValue(item);
    return object;
  }
  return JSON.parse(encodeJson(value)) as JsonValue;
}

function isJsonArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
