import { GoError } from '../go/go-error.js';
import { isGoObject, kindOf, typeOf } from '../go/kind.js';
import { byteLength, fromBytes, toBytes } from '../go/byte-string.js';
import { GoInt, GoMap, GoSlice, type GoValue } from '../go/value.js';

/**
 * A value as the executor handles it: `undefined` is an invalid reflect.Value (nothing at all, prints
 * `<no value>`), `null` a nil interface (a key that is there or missing, but holds nothing).
 */
export type Value = GoValue | undefined;

/** Go's zero value of a type by name: what a missing map entry yields under `missingkey=zero`. */
function zeroOf(typeName: string): GoValue {
  switch (typeName) {
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'float64':
      return 0;
    case 'int':
    case 'int64':
      return new GoInt(typeName, 0n);
    case '[]uint8':
      return new Uint8Array();
    default:
      return typeName.startsWith('[]') ? new GoSlice([], typeName) : null;
  }
}

/** The type of a map's values, by the map's type name; a named map type has interface values. */
export function elementType(map: GoMap): string {
  return map.typeName.startsWith('map[string]') ? map.typeName.slice('map[string]'.length) : 'interface {}';
}

/** A map's entry, or the zero value of its element type. */
export function mapEntry(map: GoMap, key: string): GoValue {
  return (
    map.entries.get(key) ?? (map.typeName === 'map[string]interface {}' ? null : zeroOf(elementType(map)))
  );
}

/** What `range`, `index` and `len` work on: the elements of a map or slice type with methods, else the value. */
export function contents(value: GoValue): GoValue {
  return isGoObject(value) && value.elements !== undefined ? value.elements : value;
}

/**
 * The built-in `index`.
 *
 * @throws GoError when there is nothing to index, the index has the wrong type or is out of range.
 */
export function indexValue(item: Value, indexes: readonly Value[]): Value {
  if (item === undefined || item === null) throw new GoError('index of untyped nil');
  let current: GoValue = item;
  for (const index of indexes) current = indexOnce(current, index);
  return current;
}

function indexOnce(item: GoValue, index: Value): GoValue {
  if (item === null) throw new GoError('index of nil pointer');
  const container = contents(item);
  if (container instanceof GoMap) {
    if (index === undefined || index === null) throw new GoError('value is nil; should be of type string');
    if (typeof index !== 'string') throw new GoError(`value has type ${typeOf(index)}; should be string`);
    return mapEntry(container, index);
  }
  if (container instanceof GoSlice)
    return container.items[checkIndex(index, container.items.length, false)] ?? null;
  if (container instanceof Uint8Array || typeof container === 'string') {
    const bytes = typeof container === 'string' ? toBytes(container) : container;
    const byte = bytes[checkIndex(index, bytes.length, false)] ?? 0;
    return new GoInt('uint8', BigInt(byte));
  }
  throw new GoError(`can't index item of type ${typeOf(item)}`);
}

function checkIndex(index: Value, length: number, forSlice: boolean): number {
  if (index === undefined || index === null) throw new GoError('cannot index slice/array with nil');
  if (!(index instanceof GoInt)) throw new GoError(`cannot index slice/array with type ${typeOf(index)}`);
  const position = Number(index.value);
  if (position < 0 || position > length || (position === length && !forSlice)) {
    throw new GoError(`index out of range: ${index.value}`);
  }
  return position;
}

/**
 * The built-in `slice`: `x[i:j]` of a slice or string.
 *
 * @throws GoError when it is neither or an index does not fit.
 */
export function sliceValue(item: Value, indexes: readonly Value[]): Value {
  if (item === undefined) throw new GoError('slice of untyped nil');
  if (indexes.length > 3) throw new GoError(`too many slice indexes: ${indexes.length}`);
  const container = item === null ? item : contents(item);
  const isString = typeof container === 'string';
  if (isString && indexes.length === 3) throw new GoError('cannot 3-index slice a string');
  if (!isString && !(container instanceof GoSlice) && !(container instanceof Uint8Array)) {
    throw new GoError(`can't slice item of type ${typeOf(item)}`);
  }
  const bytes = isString ? toBytes(container) : container;
  const length = bytes instanceof GoSlice ? bytes.items.length : bytes.length;
  const [start = 0, end = length] = indexes.map((index) => checkIndex(index, length, true));
  if (start > end) throw new GoError(`invalid slice index: ${start} > ${end}`);
  if (bytes instanceof GoSlice) return new GoSlice(bytes.items.slice(start, end), bytes.typeName);
  return isString ? fromBytes(bytes.subarray(start, end)) : bytes.subarray(start, end);
}

/**
 * The built-in `len`, in bytes for strings.
 *
 * @throws GoError for a value without a length.
 */
export function lengthOf(item: Value): number {
  if (item === undefined) throw new GoError('reflect: call of reflect.Value.Type on zero Value');
  if (item === null) throw new GoError('len of nil pointer');
  const container = contents(item);
  if (typeof container === 'string') return byteLength(container);
  if (container instanceof GoMap) return container.entries.size;
  if (container instanceof GoSlice) return container.items.length;
  if (container instanceof Uint8Array) return container.length;
  throw new GoError(`len of type ${typeOf(item)}`);
}

/** Whether nil can be passed where the type is asked for. */
export function isNilable(typeName: string): boolean {
  return /^(?:interface \{\}|error|reflect\.Value|map\[|\[\]|\*|func\(|fmt\.Stringer)/.test(typeName);
}

/** Whether a value may be passed where the type is asked for, as reflect's AssignableTo. */
export function isAssignable(value: GoValue, typeName: string): boolean {
  const actual = typeOf(value);
  if (actual === typeName) return true;
  if (value instanceof GoMap) return isNamed(actual) && typeName === 'map[string]interface {}';
  if (!isGoObject(value)) return false;
  if (value.elements !== undefined && isNamed(actual)) return typeOf(value.elements) === typeName;
  if (kindOf(value) === 'ptr' && actual === `*${typeName}`) return true;
  return typeName === 'fmt.Stringer' && value.toGoString !== undefined;
}

function isNamed(typeName: string): boolean {
  return !/^(?:map\[|\[\]|\*)/.test(typeName);
}
