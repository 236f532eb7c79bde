import { GoError } from './go-error.js';
import { fitsInt, isUnsignedKind } from './integer.js';
import { quote } from './quote.js';
import type { GoIntKind } from './value.js';

const digitPattern: Readonly<Record<number, RegExp>> = {
  2: /^[01]+$/,
  8: /^[0-7]+$/,
  10: /^[0-9]+$/,
  16: /^[0-9a-f]+$/,
};

/** `1_000`: underscores only between digits, or between a base prefix and a digit. */
const underscoresInPlace = /^[+-]?(?:0[box]_?[0-9a-f]+(?:_[0-9a-f]+)*|[0-9]+(?:_[0-9]+)*)$/i;

/**
 * strconv.ParseInt and ParseUint.
 *
 * @param base - 2, 8, 10, 16, or 0 to go by the prefix (`0x`, `0b`, `0o`, `0`) and to allow underscores.
 * @param kind - decides the range; an unsigned kind takes no sign (then the text is an error).
 * @throws GoError with strconv's text, such as `strconv.ParseInt: parsing "x": invalid syntax`.
 */
export function parseInteger(text: string, base: 0 | 2 | 8 | 10 | 16, kind: GoIntKind = 'int64'): bigint {
  const unsigned = isUnsignedKind(kind);
  const fail = (reason: string): GoError =>
    new GoError(`strconv.${unsigned ? 'ParseUint' : 'ParseInt'}: parsing ${quote(text)}: ${reason}`);
  const signed = /^[+-]/.test(text) && !unsigned;
  let body = (signed ? text.slice(1) : text).toLowerCase();
  let radix: number = base;
  if (base === 0) {
    if (body.includes('_')) {
      if (!underscoresInPlace.test(body)) throw fail('invalid syntax');
      body = body.replaceAll('_', '');
    }
    const prefixed = /^0([xbo])/.exec(body)?.[1];
    if (prefixed === undefined) radix = /^0./.test(body) ? 8 : 10;
    else {
      radix = prefixed === 'x' ? 16 : prefixed === 'b' ? 2 : 8;
      body = body.slice(2);
    }
  }
  if (digitPattern[radix]?.test(body) !== true) throw fail('invalid syntax');
  if (body.length > 70) body = body.replace(/^0+(?=.)/, '');
  if (body.length > 70) throw fail('value out of range');
  const prefix = radix === 10 ? '' : radix === 16 ? '0x' : radix === 8 ? '0o' : '0b';
  const magnitude = BigInt(prefix + body);
  const value = signed && text.startsWith('-') ? -magnitude : magnitude;
  if (!fitsInt(kind, value)) throw fail('value out of range');
  return value;
}

const decimalFloat = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i;
const hexFloat = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?[0-9]+)$/i;
const specialFloats: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['+inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
  ['+infinity', Number.POSITIVE_INFINITY],
  ['-infinity', Number.NEGATIVE_INFINITY],
]);

/**
 * strconv.ParseFloat for 64 bits: decimal and hexadecimal floats, `inf`, `nan`, underscores as in Go literals.
 *
 * @throws GoError with strconv's text: `invalid syntax` or `value out of range`.
 */
export function parseFloat64(text: string): number {
  const fail = (reason: string): GoError =>
    new GoError(`strconv.ParseFloat: parsing ${quote(text)}: ${reason}`);
  const special = specialFloats.get(text.toLowerCase());
  if (special !== undefined) return special;
  let body = text;
  if (body.includes('_')) {
    const digit = /^[+-]?0x/i.test(body) ? '[0-9a-fx]' : '[0-9]';
    // An underscore stands between digits, or after the base prefix.
    if (new RegExp(`(?<!${digit})_|_(?!${digit})`, 'i').test(body)) throw fail('invalid syntax');
    body = body.replaceAll('_', '');
  }
  const value = decimalFloat.test(body) ? Number(body) : parseHexFloat(body);
  if (value === undefined) throw fail('invalid syntax');
  if (!Number.isFinite(value)) throw fail('value out of range');
  return value;
}

function parseHexFloat(text: string): number | undefined {
  const match = hexFloat.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole + fraction === '') return undefined;
  const mantissa = Number(`0x${whole}${fraction}`);
  const value = mantissa * 2 ** (Number(exponent) - fraction.length * 4);
  return sign === '-' ? -value : value;
}
