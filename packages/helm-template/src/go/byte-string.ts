/**
 * Go strings are bytes; here they are JavaScript strings in which a byte that is not part of valid UTF-8 is the
 * lone low surrogate U+DC80..U+DCFF (Python's surrogateescape). Well-formed text has no lone surrogates, so the
 * two never meet, and both directions are lossless.
 */

const escapedByte = /[\uDC80-\uDCFF]/;
const nonAscii = /[^\u0000-\u007F]/;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether every character is one byte, so that byte and character offsets are the same. */
function isAscii(text: string): boolean {
  return !nonAscii.test(text);
}

/** The bytes of a Go string. */
export function toBytes(text: string): Uint8Array {
  if (!escapedByte.test(text)) return Buffer.from(text, 'utf8');
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00);
    else bytes.push(...Buffer.from(character, 'utf8'));
  }
  return Uint8Array.from(bytes);
}

/** The Go string with these bytes. */
export function fromBytes(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return decodeEscaping(bytes);
  }
}

function decodeEscaping(bytes: Uint8Array): string {
  let text = '';
  let index = 0;
  while (index < bytes.length) {
    const width = runeWidth(bytes, index);
    if (width === 0) {
      text += String.fromCharCode(0xdc00 + (bytes[index] ?? 0));
      index += 1;
    } else {
      text += Buffer.from(bytes.buffer, bytes.byteOffset + index, width).toString('utf8');
      index += width;
    }
  }
  return text;
}

/** The width of the valid UTF-8 sequence at `index`, or 0: no surrogates, no overlong forms, at most U+10FFFF. */
function runeWidth(bytes: Uint8Array, index: number): number {
  const first = bytes[index] ?? 0;
  if (first < 0x80) return 1;
  const width =
    first >= 0xc2 && first <= 0xdf
      ? 2
      : first >= 0xe0 && first <= 0xef
        ? 3
        : first >= 0xf0 && first <= 0xf4
          ? 4
          : 0;
  if (width === 0 || index + width > bytes.length) return 0;
  const second = bytes[index + 1] ?? 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let offset = 2; offset < width; offset++) {
    const next = bytes[index + offset] ?? 0;
    if (next < 0x80 || next > 0xbf) return 0;
  }
  return width;
}

/** Go's `len(s)`. */
export function byteLength(text: string): number {
  if (!escapedByte.test(text)) return Buffer.byteLength(text, 'utf8');
  return toBytes(text).length;
}

/** Go's `s[start:end]`; offsets count bytes and must lie within the string. */
export function byteSlice(text: string, start: number, end?: number): string {
  if (isAscii(text)) return text.slice(start, end);
  return fromBytes(toBytes(text).subarray(start, end));
}

/** Joins pieces as Go's `+` does: halves of one character that meet become that character again. */
export function concatBytes(...pieces: readonly string[]): string {
  const text = pieces.join('');
  return escapedByte.test(text) ? fromBytes(toBytes(text)) : text;
}

/**
 * What `for _, r := range s` and `[]rune(s)` see: code points, with U+FFFD for every byte that is not UTF-8.
 */
export function toRunes(text: string): number[] {
  const runes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    runes.push(code >= 0xdc80 && code <= 0xdcff ? 0xfffd : code);
  }
  return runes;
}

/** Go's `string(r)`: U+FFFD for what is no character. */
export function fromRune(rune: number): string {
  const valid = rune >= 0 && rune <= 0x10ffff && !(rune >= 0xd800 && rune <= 0xdfff);
  return valid ? String.fromCodePoint(rune) : '\uFFFD';
}

/** Go's string order (bytewise): negative, zero or positive. */
export function compareStrings(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a === b) continue;
    if (a < 0xd800 && b < 0xd800) return a - b;
    return Buffer.compare(toBytes(left), toBytes(right));
  }
  return left.length - right.length;
}
