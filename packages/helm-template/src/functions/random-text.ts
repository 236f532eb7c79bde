/** A source of random bytes. */
export type RandomBytes = (sizeBytes: number) => Uint8Array;

/** A whole number from 0 up to but without `limit` (at most 2^32), each as likely as the others. */
export function randomBelow(limit: number, randomBytes: RandomBytes): number {
  // Values beyond the last whole multiple of the limit would favour small results; they are drawn again.
  const bound = 2 ** 32 - (2 ** 32 % limit);
  for (;;) {
    const value = Buffer.from(randomBytes(4)).readUInt32LE();
    if (value < bound) return value % limit;
  }
}

/** A text of `length` characters out of an alphabet of at most 256; "" for lengths below 1. */
export function randomText(length: number, alphabet: string, randomBytes: RandomBytes): string {
  const bound = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length - text.length)) {
      if (byte < bound) text += alphabet.charAt(byte % alphabet.length);
    }
  }
  return text;
}

/** A random UUID (version 4). */
export function randomUuid(randomBytes: RandomBytes): string {
  const bytes = Buffer.from(randomBytes(16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
