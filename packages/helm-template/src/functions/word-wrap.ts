/** Offsets below count bytes; with one character for each byte, string indexes are byte offsets. */

import { fromBytes, toBytes } from '../go/byte-string.js';

/**
 * Breaks a text at spaces so that lines have at most `width` bytes, as sprig's `wrap` and `wrapWith`.
 *
 * @param breakLongWords - cut words that are longer than a line; otherwise they stay whole.
 */
export function wrapText(text: string, width: number, newline: string, breakLongWords: boolean): string {
  const source = toBinary(text);
  const size = Math.max(1, width);
  const separator = toBinary(newline === '' ? '\n' : newline);
  let output = '';
  let offset = 0;
  while (source.length - offset > size) {
    if (source.charAt(offset) === ' ') {
      offset += 1;
      continue;
    }
    const space = source.slice(offset, offset + size + 1).lastIndexOf(' ');
    const longWordEnd = source.indexOf(' ', offset + size);
    if (space >= 0) {
      output += source.slice(offset, offset + space) + separator;
      offset += space + 1;
    } else if (breakLongWords) {
      output += source.slice(offset, offset + size) + separator;
      offset += size;
    } else if (longWordEnd < 0) {
      output += source.slice(offset);
      offset = source.length;
    } else {
      output += source.slice(offset, longWordEnd) + separator;
      offset = longWordEnd + 1;
    }
  }
  return fromBinary(output + source.slice(offset));
}

/**
 * Shortens a text to `width` bytes, an ellipsis included; with an `offset` the text around it is kept, as
 * sprig's `abbrev` and `abbrevboth`. A width that has no room for the ellipses gives "".
 */
export function abbreviate(text: string, offset: number, width: number): string {
  return fromBinary(abbreviateBytes(toBinary(text), offset, width));
}

function abbreviateBytes(source: string, offset: number, width: number): string {
  if (source === '' || width < 4) return '';
  if (source.length <= width) return source;
  const kept = width - 3;
  const start = Math.min(offset, source.length, Math.max(source.length - kept, 0));
  if (start <= 4) return `${source.slice(0, kept)}...`;
  if (width < 7) return '';
  if (start + kept < source.length) return `...${abbreviateBytes(source.slice(start), 0, kept)}`;
  return `...${source.slice(source.length - kept)}`;
}

function toBinary(text: string): string {
  return Buffer.from(toBytes(text)).toString('latin1');
}

function fromBinary(binary: string): string {
  return fromBytes(Buffer.from(binary, 'latin1'));
}
