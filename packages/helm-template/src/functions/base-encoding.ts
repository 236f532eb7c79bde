import { GoError } from '../go/go-error.js';

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const LINE_BREAKS = /^[\r\n]$/;

/**
 * Decodes padded standard base64 as Go does: line breaks are skipped, everything else must be right.
 *
 * @param text - one character for each byte.
 * @throws GoError `illegal base64 data at input byte N`
 */
export function decodeBase64(text: string): Uint8Array {
  const fail = (offset: number): GoError => new GoError(`illegal base64 data at input byte ${offset}`);
  let inQuantum = 0;
  let index = 0;
  const skipBreaks = (): void => {
    while (LINE_BREAKS.test(text.charAt(index))) index += 1;
  };
  while (index < text.length) {
    const character = text.charAt(index);
    index += 1;
    if (BASE64.includes(character)) {
      inQuantum = (inQuantum + 1) % 4;
    } else if (character === '=') {
      if (inQuantum < 2) throw fail(index - 1);
      skipBreaks();
      if (inQuantum === 2) {
        if (index === text.length) throw fail(text.length);
        if (text.charAt(index) !== '=') throw fail(index);
        index += 1;
        skipBreaks();
      }
      if (index < text.length) throw fail(index);
      inQuantum = 0;
    } else if (!LINE_BREAKS.test(character)) {
      throw fail(index - 1);
    }
  }
  if (inQuantum > 0) throw fail(text.length - inQuantum);
  return Buffer.from(text, 'base64');
}

/** Encodes bytes as padded base32 (RFC 4648). */
export function encodeBase32(bytes: Uint8Array): string {
  let output = '';
  for (let start = 0; start < bytes.length; start += 5) {
    const group = bytes.subarray(start, start + 5);
    let bits = '';
    for (const byte of group) bits += byte.toString(2).padStart(8, '0');
    const length = Math.ceil(bits.length / 5);
    bits = bits.padEnd(length * 5, '0');
    for (let digit = 0; digit < length; digit++) {
      output += BASE32.charAt(Number.parseInt(bits.slice(digit * 5, digit * 5 + 5), 2));
    }
    output += '='.repeat(8 - length);
  }
  return output;
}

/**
 * Decodes padded base32 as Go does, line breaks removed first (offsets count without them).
 *
 * @throws GoError `illegal base32 data at input byte N`
 */
export function decodeBase32(text: string): Uint8Array {
  const source = text.replace(/[\r\n]/g, '');
  const fail = (offset: number): GoError => new GoError(`illegal base32 data at input byte ${offset}`);
  let bits = '';
  let index = 0;
  while (index < source.length) {
    let inQuantum = 0;
    for (; inQuantum < 8; inQuantum++) {
      if (index === source.length) throw fail(source.length - inQuantum);
      const character = source.charAt(index);
      index += 1;
      const left = source.length - index;
      if (character === '=' && inQuantum >= 2 && left < 8) {
        if (left + inQuantum < 7) throw fail(source.length);
        const stray = /[^=]/.exec(source.slice(index, index + 7 - inQuantum));
        if (stray !== null) throw fail(index + stray.index - 1);
        if (inQuantum === 3 || inQuantum === 6) throw fail(index - 1);
        return packBits(bits);
      }
      const value = BASE32.indexOf(character);
      if (value < 0) throw fail(index - 1);
      bits += value.toString(2).padStart(5, '0');
    }
  }
  return packBits(bits);
}

function packBits(bits: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor(bits.length / 8));
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = Number.parseInt(bits.slice(index * 8, index * 8 + 8), 2);
  }
  return bytes;
}
