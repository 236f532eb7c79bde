import { GoError } from '../go/go-error.js';
import { formatPlain } from '../go/format-value.js';
import { parseInteger } from '../go/number-parse.js';
import { GoInt, GoSlice, type GoValue } from '../go/value.js';
import type { FunctionContext } from '../template/function-table.js';
import { orElse, toFloat64, toInt64 } from './cast.js';
import { foldDecimals, type DecimalOperation } from './decimal.js';
import {
  ANY,
  anyAt,
  fixed,
  floatAt,
  goInt,
  intAt,
  stringAt,
  variadic,
  type FunctionEntries,
} from './define.js';

/** Conversions to numbers, integer and float arithmetic, number sequences. */
export const numberFunctions: FunctionEntries = [
  ['atoi', fixed(['string'], (args) => new GoInt('int', clampedInt(stringAt(args, 0))))],
  ['int', fixed([ANY], (args) => new GoInt('int', toInt64(anyAt(args, 0))))],
  ['int64', fixed([ANY], (args) => int64(toInt64(anyAt(args, 0))))],
  ['float64', fixed([ANY], (args) => toFloat64(anyAt(args, 0)))],
  [
    'toDecimal',
    fixed([ANY], (args) => int64(orElse(() => parseInteger(formatPlain(anyAt(args, 0)), 8), 0n))),
  ],

  ['add1', fixed([ANY], (args) => int64(toInt64(anyAt(args, 0)) + 1n))],
  [
    'add',
    variadic([ANY], (args) => int64(args.reduce<bigint>((total, value) => total + toInt64(value), 0n))),
  ],
  ['sub', fixed([ANY, ANY], (args) => int64(toInt64(anyAt(args, 0)) - toInt64(anyAt(args, 1))))],
  [
    'mul',
    variadic([ANY, ANY], (args) => int64(args.reduce<bigint>((total, value) => total * toInt64(value), 1n))),
  ],
  ['div', fixed([ANY, ANY], (args) => int64(toInt64(anyAt(args, 0)) / divisor(anyAt(args, 1))))],
  ['mod', fixed([ANY, ANY], (args) => int64(toInt64(anyAt(args, 0)) % divisor(anyAt(args, 1))))],
  ...(['max', 'biggest'] as const).map((name) => [name, extreme((a, b) => a > b)] as const),
  ['min', extreme((a, b) => a < b)],

  ['add1f', fixed([ANY], (args) => foldDecimals('add', toFloat64(anyAt(args, 0)), [1]))],
  ['addf', variadic([ANY], (args) => foldDecimals('add', 0, args.map(toFloat64)))],
  ['subf', decimal('subtract')],
  ['mulf', decimal('multiply')],
  ['divf', decimal('divide')],
  ['maxf', variadic([ANY, ANY], (args) => Math.max(...args.map(toFloat64)))],
  ['minf', variadic([ANY, ANY], (args) => Math.min(...args.map(toFloat64)))],
  ['floor', fixed([ANY], (args) => Math.floor(toFloat64(anyAt(args, 0))))],
  ['ceil', fixed([ANY], (args) => Math.ceil(toFloat64(anyAt(args, 0))))],
  [
    'round',
    variadic([ANY, 'int', 'float64'], (args) =>
      roundTo(toFloat64(anyAt(args, 0)), intAt(args, 1), args.length > 2 ? floatAt(args, 2) : 0.5),
    ),
  ],

  [
    'until',
    fixed(['int'], (args, context) => {
      const count = intAt(args, 0);
      return intSlice(range(0, count, count < 0 ? -1 : 1, context));
    }),
  ],
  [
    'untilStep',
    fixed(['int', 'int', 'int'], (args, context) =>
      intSlice(range(intAt(args, 0), intAt(args, 1), intAt(args, 2), context)),
    ),
  ],
  ['seq', variadic(['int'], (args, context) => sequence(args, context).join(' '))],
];

function int64(value: bigint): GoInt {
  return new GoInt('int64', BigInt.asIntN(64, value));
}

function intSlice(values: readonly number[]): GoSlice {
  return new GoSlice(values.map(goInt), '[]int');
}

/** `strconv.Atoi` with its error ignored: nothing readable is 0, a number out of range the nearest one in it. */
function clampedInt(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) return 0n;
  return orElse(() => parseInteger(text, 10), text.startsWith('-') ? -(2n ** 63n) : 2n ** 63n - 1n);
}

function divisor(value: GoValue): bigint {
  const number = toInt64(value);
  if (number === 0n) throw new GoError('runtime error: integer divide by zero');
  return number;
}

function extreme(isBetter: (candidate: bigint, best: bigint) => boolean) {
  return variadic([ANY, ANY], (args) =>
    int64(args.map(toInt64).reduce((best, candidate) => (isBetter(candidate, best) ? candidate : best))),
  );
}

function decimal(operation: DecimalOperation) {
  return variadic([ANY, ANY], (args) => {
    const [first = 0, ...rest] = args.map(toFloat64);
    return foldDecimals(operation, first, rest);
  });
}

/** Rounds at `places` digits when the digits cut off reach `roundOn`, which is what sprig does to negatives too. */
function roundTo(value: number, places: number, roundOn: number): number {
  const power = 10 ** places;
  const scaled = power * value;
  const fraction = scaled - Math.trunc(scaled);
  return (fraction >= roundOn ? Math.ceil(scaled) : Math.floor(scaled)) / power;
}

function range(start: number, stop: number, step: number, context: FunctionContext): number[] {
  const values: number[] = [];
  if (stop < start ? step >= 0 : step <= 0) return values;
  context.spend(Math.ceil((stop - start) / step));
  for (let value = start; stop < start ? value > stop : value < stop; value += step) values.push(value);
  return values;
}

/** The numbers of `seq END`, `seq START END` or `seq START STEP END`, both ends included. */
function sequence(args: readonly GoValue[], context: FunctionContext): number[] {
  if (args.length === 0 || args.length > 3) return [];
  const start = args.length === 1 ? 1 : intAt(args, 0);
  const end = intAt(args, args.length - 1);
  const direction = end < start ? -1 : 1;
  const step = args.length === 3 ? intAt(args, 1) : direction;
  if (args.length === 3 && end < start && step > 0) return [];
  return range(start, end + direction, step, context);
}
