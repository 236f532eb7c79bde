import { GoInt, type GoValue } from '../go/value.js';
import { encodeJson } from '../yaml/json-encode.js';

/** A number of either kind as a float64; NaN for what is no number. */
export function toNumber(value: GoValue): number {
  if (typeof value === 'number') return value;
  return value instanceof GoInt ? Number(value.value) : Number.NaN;
}

/** Equality of JSON: 1 is 1.0, objects have no order. */
export function isSame(a: GoValue, b: GoValue): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: GoValue): string {
  return encodeJson(value, { escapeHtml: false });
}

/** Whether two items are the same JSON. */
export function hasDuplicates(items: readonly GoValue[]): boolean {
  return new Set(items.map(canonical)).size < items.length;
}
