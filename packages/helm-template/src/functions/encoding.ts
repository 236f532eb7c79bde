import { createHash } from 'node:crypto';
import { fromBytes, toBytes } from '../go/byte-string.js';
import { decodeBase32, decodeBase64, encodeBase32 } from './base-encoding.js';
import { fixed, stringAt, type FunctionEntries } from './define.js';
import { GoError } from '../go/go-error.js';

/** Base64, base32 and checksums. A text that does not decode gives the error's text instead. */
export const encodingFunctions: FunctionEntries = [
  ['b64enc', ofBytes((bytes) => Buffer.from(bytes).toString('base64'))],
  ['b64dec', ofBytes((bytes) => decoded(() => decodeBase64(Buffer.from(bytes).toString('latin1'))))],
  ['b32enc', ofBytes(encodeBase32)],
  ['b32dec', ofBytes((bytes) => decoded(() => decodeBase32(Buffer.from(bytes).toString('latin1'))))],
  ['sha1sum', ofBytes((bytes) => createHash('sha1').update(bytes).digest('hex'))],
  ['sha256sum', ofBytes((bytes) => createHash('sha256').update(bytes).digest('hex'))],
  ['sha512sum', ofBytes((bytes) => createHash('sha512').update(bytes).digest('hex'))],
  ['adler32sum', ofBytes((bytes) => String(adler32(bytes)))],
];

function ofBytes(call: (bytes: Uint8Array) => string) {
  return fixed(['string'], (args) => call(toBytes(stringAt(args, 0))));
}

function decoded(decode: () => Uint8Array): string {
  try {
    return fromBytes(decode());
  } catch (error) {
    if (error instanceof GoError) return error.message;
    throw error;
  }
}

function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return high * 65_536 + low;
}
