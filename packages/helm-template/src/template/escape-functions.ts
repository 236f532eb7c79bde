import { toBytes } from '../go/byte-string.js';
import { isPrintRune } from '../go/quote.js';

const htmlEscapes: ReadonlyMap<string, string> = new Map([
  ['\0', '\uFFFD'],
  ['"', '&#34;'],
  ["'", '&#39;'],
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);

/** template.HTMLEscapeString. */
export function htmlEscape(text: string): string {
  return text.replace(/[\0"'&<>]/g, (character) => htmlEscapes.get(character) ?? character);
}

const jsEscapes: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ["'", "\\'"],
  ['"', '\\"'],
]);

/** template.JSEscapeString. */
export function jsEscape(text: string): string {
  return text.replace(/[\0-\x1F\\'"<>&=]|[^\0-\x7E]/gu, (character) => {
    const known = jsEscapes.get(character);
    if (known !== undefined) return known;
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0x80 && isPrintRune(code)) return character;
    const rune = code >= 0xdc80 && code <= 0xdcff ? 0xfffd : code;
    return `\\u${rune.toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

/** url.QueryEscape: everything but letters, digits and `-_.~` as %XX, a space as `+`. */
export function queryEscape(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text;
  let escaped = '';
  for (const byte of toBytes(text)) {
    const character = String.fromCharCode(byte);
    if (/[\w.~-]/.test(character)) escaped += character;
    else escaped += byte === 0x20 ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}
