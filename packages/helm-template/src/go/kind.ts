import { NamedGoInt } from './named-int.js';
import { GoInt, GoMap, GoSlice, type GoObject, type GoValue } from './value.js';

/** Whether the value is a struct (or a map or slice type with methods) of Go. */
export function isGoObject(value: GoValue | undefined): value is GoObject {
  return typeof value === 'object' && value !== null && 'goObject' in value;
}

/** reflect.Kind of a value as sprig's `kindOf` prints it: `map`, `slice`, `float64`, `invalid` for nil. */
export function kindOf(value: GoValue | undefined): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    default:
  }
  if (value === null || value === undefined) return 'invalid';
  if (value instanceof GoInt) return value.kind;
  if (value instanceof GoMap) return 'map';
  if (value instanceof GoSlice || value instanceof Uint8Array) return 'slice';
  return value.kind;
}

/** Go's name of the value's dynamic type, as `%T` prints it: `map[string]interface {}`, `<nil>` for nil. */
export function typeOf(value: GoValue | undefined): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    default:
  }
  if (value === null || value === undefined) return '<nil>';
  if (value instanceof NamedGoInt) return value.typeName;
  if (value instanceof GoInt) return value.kind;
  if (value instanceof Uint8Array) return '[]uint8';
  return value.typeName;
}
