import { fromRune } from './byte-string.js';

const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

const shortEscapes: ReadonlyMap<number, string> = new Map([
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x0c, '\\f'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x09, '\\t'],
  [0x0b, '\\v'],
  [0x5c, '\\\\'],
]);

/** strconv.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space. */
export function isPrintRune(rune: number): boolean {
  if (rune < 0x7f) return rune >= 0x20;
  if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff)) return false;
  return printable.test(String.fromCodePoint(rune));
}

/** strconv.Quote: a double-quoted Go literal; printable Unicode stays as it is. */
export function quote(text: string): string {
  return quoteWith(text, '"', false);
}

/** strconv.QuoteToASCII: as {@link quote}, everything that is not ASCII escaped. */
export function quoteToAscii(text: string): string {
  return quoteWith(text, '"', true);
}

/** strconv.QuoteRune and QuoteRuneToASCII: a single-quoted Go character literal. */
export function quoteRune(rune: number, asciiOnly = false): string {
  return quoteWith(fromRune(rune), "'", asciiOnly);
}

/** strconv.CanBackquote: whether the text can stand between back quotes on one line. */
export function canBackquote(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff) return false;
    if (code === 0xfeff || code === 0x60 || code === 0x7f) return false;
    if (code < 0x20 && code !== 0x09) return false;
  }
  return true;
}

const plainAscii = /^[ !#-&(-[\]-~]*$/;

function quoteWith(text: string, mark: '"' | "'", asciiOnly: boolean): string {
  if (plainAscii.test(text)) return mark + text + mark;
  let quoted: string = mark;
  for (const character of text) quoted += escapeCharacter(character, mark, asciiOnly);
  return quoted + mark;
}

function escapeCharacter(character: string, mark: string, asciiOnly: boolean): string {
  if (character === mark) return `\\${mark}`;
  const code = character.codePointAt(0) ?? 0;
  const short = shortEscapes.get(code);
  if (short !== undefined) return short;
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${hex(code - 0xdc00, 2)}`;
  if (isPrintRune(code) && (code < 0x80 || !asciiOnly)) return character;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
