import { isGoObject } from '../go/kind.js';
import { isTrue } from '../go/truth.js';
import type { GoValue } from '../go/value.js';
import { ANY, anyAt, boolAt, fixed, variadic, type FunctionEntries } from './define.js';

/** Values that stand in for empty ones, and questions about emptiness. */
export const defaultFunctions: FunctionEntries = [
  [
    'default',
    variadic([ANY, ANY], (args) =>
      args.length < 2 || isEmpty(anyAt(args, 1)) ? anyAt(args, 0) : anyAt(args, 1),
    ),
  ],
  ['empty', fixed([ANY], (args) => isEmpty(anyAt(args, 0)))],
  ['coalesce', variadic([ANY], (args) => args.find((value) => !isEmpty(value)) ?? null)],
  ['all', variadic([ANY], (args) => args.every((value) => !isEmpty(value)))],
  ['any', variadic([ANY], (args) => args.some((value) => !isEmpty(value)))],
  ['ternary', fixed([ANY, ANY, 'bool'], (args) => anyAt(args, boolAt(args, 2) ? 0 : 1))],
];

/** sprig's emptiness: nil, "", 0, false, no elements. A struct is never empty. */
export function isEmpty(value: GoValue): boolean {
  return isGoObject(value) && value.elements === undefined ? false : !isTrue(value);
}
