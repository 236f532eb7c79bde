import { GoInt, GoMap, GoSlice, type GoValue } from './value.js';

/**
 * Truth as text/template sees it: false are nil, false, 0, "" and empty maps and slices; a struct or a non-nil
 * pointer is always true.
 */
export function isTrue(value: GoValue | undefined): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return value !== '';
    case 'number':
      return value !== 0;
    default:
  }
  if (value === null || value === undefined) return false;
  if (value instanceof GoInt) return value.value !== 0n;
  if (value instanceof GoMap) return value.entries.size > 0;
  if (value instanceof GoSlice) return value.items.length > 0;
  if (value instanceof Uint8Array) return value.length > 0;
  if (value.elements !== undefined) return isTrue(value.elements);
  return true;
}
