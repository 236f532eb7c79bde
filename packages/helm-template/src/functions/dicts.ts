import { compareStrings } from '../go/byte-string.js';
import { deepCopyValue } from '../go/deep-copy.js';
import { GoError } from '../go/go-error.js';
import { typeOf } from '../go/kind.js';
import { GoMap, GoSlice, type GoValue } from '../go/value.js';
import {
  ANY,
  anyAt,
  fixed,
  mapAt,
  STRING_MAP,
  stringAt,
  stringSlice,
  variadic,
  type FunctionEntries,
} from './define.js';
import { mergeMaps } from './merge-maps.js';
import { NilGoMap } from '../go/nil-collections.js';
import { spendingOnArguments, spendOn } from './spend-on.js';
import { toText } from './to-text.js';

/** Maps: making, reading, changing and merging them. */
export const dictFunctions: FunctionEntries = [
  ['dict', variadic([ANY], makeDict)],
  ['get', fixed([STRING_MAP, 'string'], (args) => entriesAt(args, 0).get(stringAt(args, 1)) ?? absent(args))],
  [
    'set',
    fixed([STRING_MAP, 'string', ANY], (args) => {
      writableAt(args, 0).entries.set(stringAt(args, 1), anyAt(args, 2));
      return resultMap(args);
    }),
  ],
  [
    'unset',
    fixed([STRING_MAP, 'string'], (args) => {
      mapAt(args, 0)?.entries.delete(stringAt(args, 1));
      return resultMap(args);
    }),
  ],
  ['hasKey', fixed([STRING_MAP, 'string'], (args) => entriesAt(args, 0).has(stringAt(args, 1)))],
  [
    'pluck',
    variadic(['string', STRING_MAP], (args) => {
      const key = stringAt(args, 0);
      const found = args.slice(1).flatMap((_, index) => {
        const entries = entriesAt(args, index + 1);
        return entries.has(key) ? [entries.get(key) ?? null] : [];
      });
      return new GoSlice(found);
    }),
  ],
  [
    'keys',
    variadic([STRING_MAP], (args) =>
      stringSlice(args.flatMap((_, index) => sortedKeys(entriesAt(args, index)))),
    ),
  ],
  [
    'values',
    fixed([STRING_MAP], (args) => {
      const entries = entriesAt(args, 0);
      return new GoSlice(sortedKeys(entries).map((key) => entries.get(key) ?? null));
    }),
  ],
  [
    'pick',
    variadic([STRING_MAP, 'string'], (args) => {
      const entries = entriesAt(args, 0);
      const wanted = args.slice(1).map((_, index) => stringAt(args, index + 1));
      return new GoMap(
        new Map(wanted.filter((key) => entries.has(key)).map((key) => [key, entries.get(key) ?? null])),
      );
    }),
  ],
  [
    'omit',
    variadic([STRING_MAP, 'string'], (args) => {
      const unwanted = new Set(args.slice(1));
      return new GoMap(new Map([...entriesAt(args, 0)].filter(([key]) => !unwanted.has(key))));
    }),
  ],
  ...(['merge', 'mustMerge'] as const).map((name) => [name, merge(false)] as const),
  ...(['mergeOverwrite', 'mustMergeOverwrite'] as const).map((name) => [name, merge(true)] as const),
  ...(['deepCopy', 'mustDeepCopy'] as const).map(
    (name) => [name, spendingOnArguments(fixed([ANY], (args) => deepCopyValue(presentAt(args, 0))))] as const,
  ),
  ['dig', variadic([ANY], dig)],
];

const NO_ENTRIES: ReadonlyMap<string, GoValue> = new Map();

function entriesAt(args: readonly GoValue[], index: number): ReadonlyMap<string, GoValue> {
  return mapAt(args, index)?.entries ?? NO_ENTRIES;
}

function writableAt(args: readonly GoValue[], index: number): GoMap {
  const map = mapAt(args, index);
  if (map === undefined || map instanceof NilGoMap) throw new GoError('assignment to entry in nil map');
  return map;
}

/** The first argument as the result: the same entries under the parameter's type. */
function resultMap(args: readonly GoValue[]): GoMap {
  const map = mapAt(args, 0) ?? new NilGoMap();
  return map.typeName === STRING_MAP ? map : new GoMap(map.entries);
}

/** `get` gives "" for a key that is not there, and nil for one whose value is nil. */
function absent(args: readonly GoValue[]): GoValue {
  return entriesAt(args, 0).has(stringAt(args, 1)) ? null : '';
}

/** Go's order of map keys is random; sorted is one of the orders it may have. */
function sortedKeys(entries: ReadonlyMap<string, GoValue>): string[] {
  return [...entries.keys()].sort(compareStrings);
}

function makeDict(args: readonly GoValue[]): GoMap {
  const dict = new GoMap();
  for (let index = 0; index < args.length; index += 2) {
    const value = index + 1 < args.length ? anyAt(args, index + 1) : '';
    dict.entries.set(toText(anyAt(args, index)), value);
  }
  return dict;
}

function merge(overwrite: boolean) {
  return variadic([STRING_MAP, STRING_MAP], (args, context) => {
    for (const source of args.slice(1)) spendOn(source, context);
    // A nil target becomes a new map, as sprig's local variable does.
    const given = resultMap(args);
    const target = given instanceof NilGoMap ? new GoMap() : given;
    for (let index = 1; index < args.length; index++) {
      const source = mapAt(args, index);
      if (source !== undefined && source.entries !== target.entries) mergeMaps(target, source, overwrite);
    }
    return target;
  });
}

function presentAt(args: readonly GoValue[], index: number): GoValue {
  const value = anyAt(args, index);
  if (value === null) throw new GoError('reflect: call of reflect.Value.Type on zero Value');
  return value;
}

function dig(args: readonly GoValue[]): GoValue {
  if (args.length < 3) throw new GoError('dig needs at least three arguments');
  let current = assertMap(anyAt(args, args.length - 1));
  const keys = args.slice(0, -2).map((key) => {
    if (typeof key !== 'string') throw badAssertion(key, 'string');
    return key;
  });
  for (const [index, key] of keys.entries()) {
    const step = current.entries.get(key);
    if (step === undefined) return anyAt(args, args.length - 2);
    if (index === keys.length - 1) return step;
    current = assertMap(step);
  }
  return anyAt(args, args.length - 2);
}

/** Go's type assertion: a map of another name, such as `.Values` itself, is refused. */
function assertMap(value: GoValue): GoMap {
  if (value instanceof GoMap && value.typeName === STRING_MAP) return value;
  throw badAssertion(value, STRING_MAP);
}

function badAssertion(value: GoValue, type: string): GoError {
  const found = value === null ? 'nil' : typeOf(value);
  return new GoError(`interface conversion: interface {} is ${found}, not ${type}`);
}
