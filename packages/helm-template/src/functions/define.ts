import { GoError } from '../go/go-error.js';
import { isGoObject } from '../go/kind.js';
import { GoInt, GoMap, GoSlice, type GoValue } from '../go/value.js';
import type { FunctionContext, TemplateFunction } from '../template/function-table.js';

/** Go's names of the parameter types that functions here have. */
export const ANY = 'interface {}';
export const STRING_MAP = 'map[string]interface {}';
export const ANY_SLICE = '[]interface {}';

/** Entries of a function table, one group of functions each. */
export type FunctionEntries = readonly (readonly [name: string, fn: TemplateFunction])[];

type Call = (args: readonly GoValue[], context: FunctionContext) => GoValue;

/** A function with a fixed number of arguments. */
export function fixed(parameters: readonly string[], call: Call): TemplateFunction {
  return { parameters, call };
}

/** A function whose last parameter may be given any number of times. */
export function variadic(parameters: readonly string[], call: Call): TemplateFunction {
  return { parameters, variadic: true, call };
}

/** An argument of type `interface {}`; `null` beyond the last one. */
export function anyAt(args: readonly GoValue[], index: number): GoValue {
  return args[index] ?? null;
}

/** An argument whose parameter is `string`. */
export function stringAt(args: readonly GoValue[], index: number): string {
  const value = args[index];
  if (typeof value !== 'string') throw mismatch(index, 'string');
  return value;
}

/** An argument whose parameter is `bool`. */
export function boolAt(args: readonly GoValue[], index: number): boolean {
  const value = args[index];
  if (typeof value !== 'boolean') throw mismatch(index, 'bool');
  return value;
}

/** An argument whose parameter is `float64`. */
export function floatAt(args: readonly GoValue[], index: number): number {
  const value = args[index];
  if (typeof value !== 'number') throw mismatch(index, 'float64');
  return value;
}

/** An argument whose parameter is an integer kind. Sizes and counts beyond 2^53 lose digits, which no use notices. */
export function intAt(args: readonly GoValue[], index: number): number {
  const value = args[index];
  if (!(value instanceof GoInt)) throw mismatch(index, 'int');
  return Number(value.value);
}

/** An argument whose parameter is `map[string]interface {}`; `undefined` for a nil map. */
export function mapAt(args: readonly GoValue[], index: number): GoMap | undefined {
  const value = args[index] ?? null;
  if (value === null) return undefined;
  const map = asMap(value);
  if (map === undefined) throw mismatch(index, STRING_MAP);
  return map;
}

/** The value as a map, also where it is a Go type with methods. */
export function asMap(value: GoValue): GoMap | undefined {
  if (value instanceof GoMap) return value;
  return isGoObject(value) && value.elements instanceof GoMap ? value.elements : undefined;
}

/** The elements of a slice of any type, or `undefined` for other kinds. */
export function asItems(value: GoValue): readonly GoValue[] | undefined {
  if (value instanceof GoSlice) return value.items;
  if (value instanceof Uint8Array) return Array.from(value, (byte) => new GoInt('uint8', BigInt(byte)));
  return isGoObject(value) && value.elements instanceof GoSlice ? value.elements.items : undefined;
}

/** An `int`. */
export function goInt(value: number): GoInt {
  return new GoInt('int', BigInt(value));
}

/** A `[]string`. */
export function stringSlice(items: string[]): GoSlice {
  return new GoSlice(items, '[]string');
}

function mismatch(index: number, type: string): GoError {
  return new GoError(`wrong type for argument ${index + 1}; expected ${type}`);
}
