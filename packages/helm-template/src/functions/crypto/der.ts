/** Tags of the ASN.1 types used here. */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const;

/** A DER element of any tag around its contents. */
export function derElement(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = Buffer.from(evenHex(BigInt(body.length)), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
}

export const derSequence = (...items: readonly Uint8Array[]): Buffer => derElement(TAG.sequence, ...items);
export const derSet = (...items: readonly Uint8Array[]): Buffer => derElement(TAG.set, ...items);
export const derOctetString = (bytes: Uint8Array): Buffer => derElement(TAG.octetString, bytes);
export const derNull = (): Buffer => derElement(TAG.null);
export const derTrue = (): Buffer => derElement(TAG.boolean, Buffer.from([0xff]));

/** A non-negative integer. */
export function derInteger(value: bigint): Buffer {
  const bytes = Buffer.from(evenHex(value), 'hex');
  const signed = bytes.readUInt8(0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
  return derElement(TAG.integer, signed);
}

/** A bit string; `unusedBits` of its last byte do not count. */
export function derBitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return derElement(TAG.bitString, Buffer.from([unusedBits]), bytes);
}

/** An object identifier from its dotted form. */
export function derOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      digits.unshift((left & 0x7f) | 0x80);
    }
    return digits;
  });
  return derElement(TAG.oid, Buffer.from(bytes));
}

/** A text as a PrintableString where that is possible, else as a UTF8String: Go's choice for names. */
export function derText(text: string): Buffer {
  const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text);
  return derElement(printable ? TAG.printableString : TAG.utf8String, Buffer.from(text, 'utf8'));
}

/** A time in whole seconds, in the form that RFC 5280 prescribes for its year. */
export function derTime(unixMs: number): Buffer {
  const digits = new Date(unixMs)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-T:]/g, '');
  const year = Number(digits.slice(0, 4));
  return year >= 1950 && year < 2050
    ? derElement(TAG.utcTime, Buffer.from(digits.slice(2)))
    : derElement(TAG.generalizedTime, Buffer.from(digits));
}

/** One element as read: its tag, its contents, and all of its bytes. */
export interface DerNode {
  readonly tag: number;
  readonly contents: Buffer;
  readonly raw: Buffer;
}

/**
 * Splits bytes into the elements that they are made of (one level).
 *
 * @throws RangeError when the bytes end inside an element.
 */
export function readDer(bytes: Uint8Array): DerNode[] {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const nodes: DerNode[] = [];
  let offset = 0;
  while (offset < source.length) {
    const tag = source.readUInt8(offset);
    const first = source.readUInt8(offset + 1);
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    const length = lengthBytes === 0 ? first : source.readUIntBE(offset + 2, lengthBytes);
    const start = offset + 2 + lengthBytes;
    if (start + length > source.length) throw new RangeError('DER element exceeds its container');
    nodes.push({
      tag,
      contents: source.subarray(start, start + length),
      raw: source.subarray(offset, start + length),
    });
    offset = start + length;
  }
  return nodes;
}

/** An unsigned big-endian integer. */
export function bytesToBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** An integer as big-endian bytes of a fixed length. */
export function bigIntToBytes(value: bigint, sizeBytes: number): Buffer {
  return Buffer.from(value.toString(16).padStart(sizeBytes * 2, '0'), 'hex');
}

function evenHex(value: bigint): string {
  const hex = value.toString(16);
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}
