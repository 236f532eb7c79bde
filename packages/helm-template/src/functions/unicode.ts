import { fromRune, toRunes } from '../go/byte-string.js';

/** Characters for which `unicode.IsSpace` is true, for use inside a regular expression's class. */
const SPACE_CLASS = '\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const SPACE = new RegExp(`^[${SPACE_CLASS}]$`);
const OUTER_SPACE = new RegExp(`^[${SPACE_CLASS}]+|[${SPACE_CLASS}]+$`, 'g');

/** `unicode.IsSpace`. */
export function isSpace(rune: number): boolean {
  return SPACE.test(String.fromCodePoint(rune));
}

/** `strings.TrimSpace`. */
export function trimSpace(text: string): string {
  return text.replace(OUTER_SPACE, '');
}

/** Whether a rune has a Unicode property, such as `Lu` or `P`. */
export function hasProperty(rune: number, pattern: RegExp): boolean {
  return pattern.test(fromRune(rune));
}

/** `unicode.ToUpper`: one rune for one rune, so `ß` stays. */
export function upperRune(rune: number): number {
  // Full case mapping gives these two letters; the simple mapping is the letter with iota subscript.
  if ((rune >= 0x1f80 && rune <= 0x1f87) || (rune >= 0x1f90 && rune <= 0x1f97)) return rune + 8;
  if (rune >= 0x1fa0 && rune <= 0x1fa7) return rune + 8;
  if (rune === 0x1fb3 || rune === 0x1fc3 || rune === 0x1ff3) return rune + 9;
  return singleRune(fromRune(rune).toUpperCase(), rune);
}

/** `unicode.ToLower`. */
export function lowerRune(rune: number): number {
  // Its full mapping is an i and a combining dot, the simple one the i alone.
  return rune === 0x130 ? 0x69 : singleRune(fromRune(rune).toLowerCase(), rune);
}

/** `unicode.ToTitle`: as {@link upperRune} but for letters that have a title form of their own. */
export function titleRune(rune: number): number {
  if (rune >= 0x1c4 && rune <= 0x1cc) return 0x1c5 + 3 * Math.floor((rune - 0x1c4) / 3);
  if (rune >= 0x1f1 && rune <= 0x1f3) return 0x1f2;
  // Georgian has capitals but is not written with them at the beginning of words.
  if (rune >= 0x10d0 && rune <= 0x10ff) return rune;
  return upperRune(rune);
}

/** Applies a mapping to every rune; a byte that is not UTF-8 becomes U+FFFD. */
export function mapRunes(text: string, mapping: (rune: number) => number): string {
  return toRunes(text)
    .map((rune) => fromRune(mapping(rune)))
    .join('');
}

function singleRune(mapped: string, original: number): number {
  const rune = mapped.codePointAt(0) ?? original;
  return fromRune(rune).length === mapped.length ? rune : original;
}
