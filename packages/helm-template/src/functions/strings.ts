import { byteLength, byteSlice, concatBytes, toBytes } from '../go/byte-string.js';
import { formatPlain } from '../go/format-value.js';
import { GoError } from '../go/go-error.js';
import { quote } from '../go/quote.js';
import { GoMap, type GoValue } from '../go/value.js';
import type { FunctionContext } from '../template/function-table.js';
import { ANY, anyAt, fixed, intAt, stringAt, stringSlice, variadic, type FunctionEntries } from './define.js';
import { spendingOnArguments } from './spend-on.js';
import { toText } from './to-text.js';
import { isSpace, lowerRune, mapRunes, trimSpace, upperRune } from './unicode.js';
import { camelCase, delimitedCase, swapCase, titleCase, untitleCase } from './word-case.js';
import { abbreviate, wrapText } from './word-wrap.js';

/** Text: case, trimming, searching, cutting, quoting, indentation. Lengths and offsets count bytes, as in Go. */
export const stringFunctions: FunctionEntries = [
  ['upper', mapped((text) => mapRunes(text, upperRune))],
  ['lower', mapped((text) => mapRunes(text, lowerRune))],
  ['title', mapped(titleCase)],
  ['untitle', mapped(untitleCase)],
  ['swapcase', mapped(swapCase)],
  ['camelcase', mapped(camelCase)],
  ['snakecase', mapped((text) => delimitedCase(text, '_'))],
  ['kebabcase', mapped((text) => delimitedCase(text, '-'))],
  ['initials', mapped(initials)],
  ['nospace', mapped(withoutSpaces)],
  ['hello', fixed([], () => 'Hello!')],

  ['trim', mapped(trimSpace)],
  ...(['trimAll', 'trimall'] as const).map(
    (name) =>
      [
        name,
        fixed(['string', 'string'], (args) => trimCharacters(stringAt(args, 1), stringAt(args, 0))),
      ] as const,
  ),
  ['trimPrefix', twoStrings((prefix, text) => (text.startsWith(prefix) ? text.slice(prefix.length) : text))],
  [
    'trimSuffix',
    twoStrings((suffix, text) => (text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text)),
  ],
  ['contains', twoStrings((part, text) => text.includes(part))],
  ['hasPrefix', twoStrings((prefix, text) => text.startsWith(prefix))],
  ['hasSuffix', twoStrings((suffix, text) => text.endsWith(suffix))],
  [
    'replace',
    fixed(['string', 'string', 'string'], (args, context) =>
      replace(stringAt(args, 2), stringAt(args, 0), stringAt(args, 1), context),
    ),
  ],
  ['repeat', fixed(['int', 'string'], (args, context) => repeat(stringAt(args, 1), intAt(args, 0), context))],
  ['trunc', fixed(['int', 'string'], (args) => truncate(stringAt(args, 1), intAt(args, 0)))],
  [
    'substr',
    fixed(['int', 'int', 'string'], (args) => substring(stringAt(args, 2), intAt(args, 0), intAt(args, 1))),
  ],
  ['plural', fixed(['string', 'string', 'int'], (args) => stringAt(args, intAt(args, 2) === 1 ? 0 : 1))],
  [
    'abbrev',
    fixed(['int', 'string'], (args) =>
      intAt(args, 0) < 4 ? stringAt(args, 1) : abbreviate(stringAt(args, 1), 0, intAt(args, 0)),
    ),
  ],
  [
    'abbrevboth',
    fixed(['int', 'int', 'string'], (args) => {
      const [left, right, text] = [intAt(args, 0), intAt(args, 1), stringAt(args, 2)];
      return right < 4 || (left > 0 && right < 7) ? text : abbreviate(text, left, right);
    }),
  ],
  ['wrap', fixed(['int', 'string'], (args) => wrapText(stringAt(args, 1), intAt(args, 0), '', false))],
  [
    'wrapWith',
    fixed(['int', 'string', 'string'], (args) =>
      wrapText(stringAt(args, 2), intAt(args, 0), stringAt(args, 1), true),
    ),
  ],
  ['indent', fixed(['int', 'string'], (args, context) => indent(stringAt(args, 1), intAt(args, 0), context))],
  [
    'nindent',
    fixed(['int', 'string'], (args, context) => `\n${indent(stringAt(args, 1), intAt(args, 0), context)}`),
  ],

  ['toString', spendingOnArguments(fixed([ANY], (args) => toText(anyAt(args, 0))))],
  [
    'quote',
    spendingOnArguments(
      variadic([ANY], (args) =>
        withoutNil(args)
          .map((value) => quote(toText(value)))
          .join(' '),
      ),
    ),
  ],
  [
    'squote',
    spendingOnArguments(
      variadic([ANY], (args) =>
        withoutNil(args)
          .map((value) => `'${formatPlain(value)}'`)
          .join(' '),
      ),
    ),
  ],
  ['cat', spendingOnArguments(variadic([ANY], (args) => withoutNil(args).map(formatPlain).join(' ')))],

  ['splitList', twoStrings((separator, text) => stringSlice(split(text, separator)))],
  ['split', twoStrings((separator, text) => numbered(split(text, separator)))],
  [
    'splitn',
    fixed(['string', 'int', 'string'], (args) =>
      numbered(split(stringAt(args, 2), stringAt(args, 0), intAt(args, 1))),
    ),
  ],
];

function mapped(change: (text: string) => string) {
  return fixed(['string'], (args) => change(stringAt(args, 0)));
}

function twoStrings(call: (first: string, second: string) => GoValue) {
  return fixed(['string', 'string'], (args) => call(stringAt(args, 0), stringAt(args, 1)));
}

function withoutNil(args: readonly GoValue[]): readonly GoValue[] {
  return args.filter((value) => value !== null);
}

/** sprig reads these texts byte by byte, so what is not ASCII comes out as Latin-1 in UTF-8. */
function initials(text: string): string {
  let afterSpace = true;
  let output = '';
  for (const byte of toBytes(text)) {
    if (!isSpace(byte) && afterSpace) output += String.fromCharCode(byte);
    afterSpace = isSpace(byte);
  }
  return output;
}

function withoutSpaces(text: string): string {
  const bytes = toBytes(text);
  const kept = bytes.filter((byte) => !isSpace(byte));
  return kept.length === bytes.length ? text : String.fromCharCode(...kept);
}

function trimCharacters(text: string, characters: string): string {
  const unwanted = new Set(characters);
  const kept = Array.from(text);
  const start = kept.findIndex((character) => !unwanted.has(character));
  if (start < 0) return '';
  const end = kept.findLastIndex((character) => !unwanted.has(character));
  return kept.slice(start, end + 1).join('');
}

/** Replaces every occurrence; an empty `old` is found before every character and at the end. */
function replace(text: string, old: string, replacement: string, context: FunctionContext): string {
  context.spend(text.length / BYTES_PER_STEP);
  if (old !== '') return concatBytes(text.split(old).join(replacement));
  return `${replacement}${Array.from(text)
    .map((character) => character + replacement)
    .join('')}`;
}

function repeat(text: string, count: number, context: FunctionContext): string {
  if (count < 0) throw new GoError('strings: negative Repeat count');
  context.spend((text.length * count) / BYTES_PER_STEP);
  return text.repeat(count);
}

/** What a step of the budget buys where a function makes text; keeps a render's memory within its step limit. */
const BYTES_PER_STEP = 8;

function indent(text: string, spaces: number, context: FunctionContext): string {
  const padding = repeat(' ', spaces, context);
  if (spaces > 1000) context.spend((spaces * text.split('\n').length) / BYTES_PER_STEP);
  return padding + text.replaceAll('\n', `\n${padding}`);
}

function truncate(text: string, count: number): string {
  const length = byteLength(text);
  if (count < 0 && length + count > 0) return byteSlice(text, length + count);
  return count >= 0 && length > count ? byteSlice(text, 0, count) : text;
}

function substring(text: string, start: number, end: number): string {
  const length = byteLength(text);
  if (start < 0) return cut(text, 0, end, length);
  return cut(text, start, end < 0 || end > length ? length : end, length);
}

function cut(text: string, start: number, end: number, length: number): string {
  if (end < 0 || end > length) {
    throw new GoError(
      `runtime error: slice bounds out of range [:${end}]${end < 0 ? '' : ` with length ${length}`}`,
    );
  }
  if (start > end) throw new GoError(`runtime error: slice bounds out of range [${start}:${end}]`);
  return byteSlice(text, start, end);
}

/** `strings.SplitN`: at most `limit` parts, the last with the rest; a negative limit is none. */
function split(text: string, separator: string, limit = -1): string[] {
  if (limit === 0) return [];
  const parts = separator === '' ? Array.from(text) : text.split(separator);
  if (limit < 0 || parts.length <= limit) return parts;
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}

/** The parts under the keys `_0`, `_1`, … */
function numbered(parts: readonly string[]): GoMap {
  return new GoMap(new Map(parts.map((part, index) => [`_${index}`, part])), 'map[string]string');
}
