import { fromBytes } from '../go/byte-string.js';
import { formatPlain } from '../go/format-value.js';
import { isGoObject } from '../go/kind.js';
import type { GoValue } from '../go/value.js';
import { asItems } from './define.js';

/** Any value as a string, as sprig's `toString`, `quote`, `join` and `dict` keys see it. */
export function toText(value: GoValue): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return fromBytes(value);
  if (isGoObject(value) && value.toGoString !== undefined) return value.toGoString();
  return formatPlain(value);
}

/** A list as strings without its nils; a single value is a list of one, nil an empty one. */
export function toTexts(value: GoValue): string[] {
  const items = asItems(value) ?? [value];
  return items.filter((item) => item !== null).map(toText);
}
