import { compareStrings, concatBytes } from '../go/byte-string.js';
import { deepEqual } from '../go/deep-equal.js';
import { GoError } from '../go/go-error.js';
import { kindOf } from '../go/kind.js';
import { GoSlice, type GoValue } from '../go/value.js';
import type { FunctionContext, TemplateFunction } from '../template/function-table.js';
import { toInt64 } from './cast.js';
import { isEmpty } from './defaults.js';
import {
  ANY,
  anyAt,
  asItems,
  fixed,
  intAt,
  stringAt,
  stringSlice,
  variadic,
  type FunctionEntries,
} from './define.js';
import { NilGoSlice } from '../go/nil-collections.js';
import { spendingOnArguments } from './spend-on.js';
import { toText, toTexts } from './to-text.js';

/** Lists: making, reading and rearranging them. None changes its argument. */
export const listFunctions: FunctionEntries = [
  ...named(
    ['list', 'tuple'],
    variadic([ANY], (args) => new GoSlice([...args])),
  ),
  ...named(
    ['append', 'push', 'mustAppend', 'mustPush'],
    fixed([ANY, ANY], (args) => new GoSlice([...items(args, 0, 'Cannot push on type'), anyAt(args, 1)])),
  ),
  ...named(
    ['prepend', 'mustPrepend'],
    fixed([ANY, ANY], (args) => new GoSlice([anyAt(args, 1), ...items(args, 0, 'Cannot prepend on type')])),
  ),
  ...named(
    ['first', 'mustFirst'],
    fixed([ANY], (args) => items(args, 0, 'Cannot find first on type')[0] ?? null),
  ),
  ...named(
    ['last', 'mustLast'],
    fixed([ANY], (args) => items(args, 0, 'Cannot find last on type').at(-1) ?? null),
  ),
  ...named(
    ['rest', 'mustRest'],
    fixed([ANY], (args) => partOf(items(args, 0, 'Cannot find rest on type'), 1)),
  ),
  ...named(
    ['initial', 'mustInitial'],
    fixed([ANY], (args) => partOf(items(args, 0, 'Cannot find initial on type'), 0, -1)),
  ),
  ...named(
    ['reverse', 'mustReverse'],
    fixed([ANY], (args) => new GoSlice(items(args, 0, 'Cannot find reverse on type').toReversed())),
  ),
  ...named(
    ['compact', 'mustCompact'],
    fixed(
      [ANY],
      (args) => new GoSlice(items(args, 0, 'Cannot compact on type').filter((item) => !isEmpty(item))),
    ),
  ),
  ...named(
    ['uniq', 'mustUniq'],
    spendingOnArguments(
      fixed([ANY], (args, context) => unique(items(args, 0, 'Cannot find uniq on type'), context)),
    ),
  ),
  ...named(
    ['without', 'mustWithout'],
    spendingOnArguments(
      variadic([ANY, ANY], (args) => {
        const unwanted = args.slice(1);
        const kept = items(args, 0, 'Cannot find without on type').filter(
          (item) => !includes(unwanted, item),
        );
        return new GoSlice(kept);
      }),
    ),
  ),
  ...named(
    ['has', 'mustHas'],
    spendingOnArguments(
      fixed(
        [ANY, ANY],
        (args) =>
          anyAt(args, 1) !== null && includes(items(args, 1, 'Cannot find has on type'), anyAt(args, 0)),
      ),
    ),
  ),
  ...named(['slice', 'mustSlice'], variadic([ANY, ANY], slice)),
  ...named(['chunk', 'mustChunk'], fixed(['int', ANY], chunk)),
  ['concat', variadic([ANY], concat)],
  ['sortAlpha', fixed([ANY], (args) => sortAlpha(anyAt(args, 0)))],
  [
    'join',
    spendingOnArguments(
      fixed(['string', ANY], (args) => concatBytes(toTexts(anyAt(args, 1)).join(stringAt(args, 0)))),
    ),
  ],
  ['toStrings', spendingOnArguments(fixed([ANY], (args) => stringSlice(toTexts(anyAt(args, 0)))))],
];

function named(names: readonly string[], fn: TemplateFunction): FunctionEntries {
  return names.map((name) => [name, copying(fn)] as const);
}

/** Charges the lists among the arguments, which most functions here copy. */
function copying(fn: TemplateFunction): TemplateFunction {
  return {
    ...fn,
    call: (args, context) => {
      for (const value of args) if (value instanceof GoSlice) context.spend(value.items.length / 8);
      return fn.call(args, context);
    },
  };
}

/** A list argument of any slice type; nil and other kinds are errors that name the kind. */
function items(args: readonly GoValue[], index: number, complaint: string): readonly GoValue[] {
  const value = anyAt(args, index);
  if (value === null) throw new GoError('runtime error: invalid memory address or nil pointer dereference');
  const found = asItems(value);
  if (found === undefined) throw new GoError(`${complaint} ${kindOf(value)}`);
  return found;
}

function partOf(list: readonly GoValue[], start: number, end?: number): GoSlice {
  return list.length === 0 ? new NilGoSlice() : new GoSlice(list.slice(start, end));
}

function includes(list: readonly GoValue[], wanted: GoValue): boolean {
  return list.some((item) => deepEqual(wanted, item));
}

function unique(list: readonly GoValue[], context: FunctionContext): GoSlice {
  const kept: GoValue[] = [];
  for (const item of list) {
    context.spend(1 + kept.length / 16);
    if (!includes(kept, item)) kept.push(item);
  }
  return new GoSlice(kept);
}

function slice(args: readonly GoValue[]): GoValue {
  const value = anyAt(args, 0);
  const list = items(args, 0, 'list should be type of slice or array but');
  if (list.length === 0) return null;
  const start = args.length > 1 ? Number(toInt64(anyAt(args, 1))) : 0;
  const end = args.length > 2 ? Number(toInt64(anyAt(args, 2))) : list.length;
  if (start < 0 || end < start || end > list.length) {
    throw new GoError('reflect.Value.Slice: slice index out of bounds');
  }
  if (value instanceof Uint8Array) return value.subarray(start, end);
  return new GoSlice(list.slice(start, end), value instanceof GoSlice ? value.typeName : undefined);
}

function chunk(args: readonly GoValue[]): GoSlice {
  const size = intAt(args, 0);
  const list = items(args, 1, 'Cannot chunk type');
  const count = Math.floor((list.length - 1) / size) + 1;
  if (!Number.isFinite(count) || count < 0) throw new GoError('reflect: makeslice: len out of range');
  const chunks: GoSlice[] = [];
  for (let index = 0; index < count; index++) {
    chunks.push(new GoSlice(list.slice(index * size, index === count - 1 ? undefined : (index + 1) * size)));
  }
  return new GoSlice(chunks, '[][]interface {}');
}

function concat(args: readonly GoValue[], context: FunctionContext): GoSlice {
  const all = args.flatMap((value, index) => {
    context.spend(asItems(value)?.length ?? 0);
    if (value !== null && asItems(value) === undefined) {
      throw new GoError(`Cannot concat type ${kindOf(value)} as list`);
    }
    return items(args, index, 'Cannot concat type');
  });
  return all.length === 0 ? new NilGoSlice() : new GoSlice(all);
}

/** A `[]string` is sorted in place, which is what sprig does to a variable too. */
function sortAlpha(value: GoValue): GoSlice {
  if (asItems(value) === undefined) return stringSlice([toText(value)]);
  const sorted = toTexts(value).sort(compareStrings);
  if (!(value instanceof GoSlice) || value.typeName !== '[]string') return stringSlice(sorted);
  value.items.splice(0, value.items.length, ...sorted);
  return value;
}
