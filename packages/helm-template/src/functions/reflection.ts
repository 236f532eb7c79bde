import { deepEqual } from '../go/deep-equal.js';
import { kindOf, typeOf } from '../go/kind.js';
import { ANY, anyAt, fixed, stringAt, type FunctionEntries } from './define.js';
import { spendingOnArguments } from './spend-on.js';

/** What type a value has. */
export const reflectionFunctions: FunctionEntries = [
  ['typeOf', fixed([ANY], (args) => typeOf(anyAt(args, 0)))],
  ['typeIs', fixed(['string', ANY], (args) => stringAt(args, 0) === typeOf(anyAt(args, 1)))],
  [
    'typeIsLike',
    fixed(['string', ANY], (args) => {
      const type = typeOf(anyAt(args, 1));
      return stringAt(args, 0) === type || `*${stringAt(args, 0)}` === type;
    }),
  ],
  ['kindOf', fixed([ANY], (args) => kindOf(anyAt(args, 0)))],
  ['kindIs', fixed(['string', ANY], (args) => stringAt(args, 0) === kindOf(anyAt(args, 1)))],
  ['deepEqual', spendingOnArguments(fixed([ANY, ANY], (args) => deepEqual(anyAt(args, 0), anyAt(args, 1))))],
];
