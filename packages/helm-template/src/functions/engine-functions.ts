import { GoError } from '../go/go-error.js';
import { GoMap } from '../go/value.js';
import { ANY, anyAt, fixed, stringAt, type FunctionEntries } from './define.js';

/** What Helm adds to run templates from templates, to stop a render, and to look at a cluster (there is none). */
export const engineFunctions: FunctionEntries = [
  ['include', fixed(['string', ANY], (args, context) => context.include(stringAt(args, 0), anyAt(args, 1)))],
  ['tpl', fixed(['string', ANY], (args, context) => context.tpl(stringAt(args, 0), anyAt(args, 1)))],
  [
    'required',
    fixed(['string', ANY], (args) => {
      const value = anyAt(args, 1);
      if (value === null || value === '') throw new GoError(stringAt(args, 0));
      return value;
    }),
  ],
  [
    'fail',
    fixed(['string'], (args) => {
      throw new GoError(stringAt(args, 0));
    }),
  ],
  ['lookup', fixed(['string', 'string', 'string', 'string'], () => new GoMap())],
  // Helm resolves names only with --enable-dns.
  ['getHostByName', fixed(['string'], () => '')],
];
