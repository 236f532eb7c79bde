import { fromBytes, toBytes } from '../go/byte-string.js';
import { GoError } from '../go/go-error.js';
import { parseFloat64, parseInteger } from '../go/number-parse.js';
import { quote } from '../go/quote.js';
import type { NumberNode } from './node.js';

const simpleEscapes: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
  ['\\', 92],
]);

const escape = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/suy;

/**
 * strconv.Unquote of a `"..."` or `` `...` `` literal.
 *
 * @throws GoError `invalid syntax` for an escape that Go does not know.
 */
export function unquote(literal: string): string {
  const body = literal.slice(1, -1);
  if (literal.startsWith('`')) return body.replaceAll('\r', '');
  return body.includes('\\') ? unescape(body, '"') : body;
}

function unescape(body: string, mark: '"' | "'"): string {
  const pieces: Uint8Array[] = [];
  let index = 0;
  while (index < body.length) {
    const next = body.indexOf('\\', index);
    const end = next < 0 ? body.length : next;
    if (end > index) pieces.push(toBytes(body.slice(index, end)));
    index = end;
    if (next < 0) break;
    escape.lastIndex = index;
    const match = escape.exec(body);
    if (match === null) throw new GoError('invalid syntax');
    pieces.push(escapedBytes(match, mark));
    index = escape.lastIndex;
  }
  return fromBytes(Buffer.concat(pieces));
}

function escapedBytes(match: RegExpExecArray, mark: '"' | "'"): Uint8Array {
  const [, byte, short, long, octal, letter = ''] = match;
  if (byte !== undefined) return Uint8Array.of(Number.parseInt(byte, 16));
  const hexadecimal = short ?? long;
  if (hexadecimal !== undefined) {
    const rune = Number.parseInt(hexadecimal, 16);
    if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff)) throw new GoError('invalid syntax');
    return Buffer.from(String.fromCodePoint(rune), 'utf8');
  }
  if (octal !== undefined) {
    const value = Number.parseInt(octal, 8);
    if (value > 255) throw new GoError('invalid syntax');
    return Uint8Array.of(value);
  }
  const simple = letter === mark ? mark.charCodeAt(0) : simpleEscapes.get(letter);
  if (simple === undefined) throw new GoError('invalid syntax');
  return Uint8Array.of(simple);
}

/**
 * A number or character literal.
 *
 * @throws GoError when the text is no number, or an integer too large for 64 bits.
 */
export function parseNumber(text: string, position: number, isCharacter: boolean): NumberNode {
  if (isCharacter) return characterNumber(text, position);
  if (text.endsWith('i')) throw new GoError(`complex numbers are not supported: ${quote(text)}`);
  let int = attempt(() => parseInteger(text, 0, 'int64'));
  let uint = attempt(() => parseInteger(text, 0, 'uint64'));
  if (int === 0n) uint = 0n;
  let float: number | undefined;
  if (int !== undefined) float = Number(int);
  else if (uint !== undefined) float = Number(uint);
  else {
    float = attempt(() => parseFloat64(withoutUnderscores(text)));
    if (float !== undefined) {
      // Digits alone that do not fit 64 bits are not a float.
      if (!/[.eEpP]/.test(text)) throw new GoError(`integer overflow: ${quote(text)}`);
      if (Number.isInteger(float) && Math.abs(float) < 2 ** 63) int = BigInt(float);
      if (Number.isInteger(float) && float >= 0 && float < 2 ** 64) uint = BigInt(float);
    }
  }
  if (int === undefined && uint === undefined && float === undefined) {
    throw new GoError(`illegal number syntax: ${quote(text)}`);
  }
  return { type: 'number', position, text, int, uint, float };
}

/** A float literal may have underscores between its digits; ParseFloat itself takes them in hexadecimal only. */
function withoutUnderscores(text: string): string {
  return /^[+-]?[0-9]+(?:_[0-9]+)*(?:[.eE]|$)/.test(text) && !/_[^0-9]|[^0-9]_/.test(text)
    ? text.replaceAll('_', '')
    : text;
}

function characterNumber(text: string, position: number): NumberNode {
  const body = text.slice(1, -1);
  const decoded = body.startsWith('\\') ? singleEscape(body) : body.codePointAt(0);
  const length = body.startsWith('\\')
    ? body.length
    : decoded === undefined
      ? 0
      : String.fromCodePoint(decoded).length;
  if (decoded === undefined) throw new GoError('invalid syntax');
  if (length !== body.length) throw new GoError(`malformed character constant: ${text}`);
  const rune = decoded >= 0xdc80 && decoded <= 0xdcff ? 0xfffd : decoded;
  return { type: 'number', position, text, int: BigInt(rune), uint: BigInt(rune), float: rune };
}

function singleEscape(body: string): number {
  escape.lastIndex = 0;
  const match = escape.exec(body);
  if (match === null || match[0].length !== body.length)
    throw new GoError(`malformed character constant: '${body}'`);
  const bytes = escapedBytes(match, "'");
  const isByte = match[1] !== undefined || match[4] !== undefined;
  return isByte ? (bytes[0] ?? 0) : (fromBytes(bytes).codePointAt(0) ?? 0);
}

function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof GoError) return undefined;
    throw error;
  }
}
