/** bcrypt as OpenBSD defines it (version 2a). */

/** Rounds of Blowfish, and the bytes of a salt. */
const ROUNDS = 16;
export const SALT_BYTES = 16;
const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const SUBKEYS = ROUNDS + 2;
const BOX_WORDS = 4 * 256;

/** Blowfish's state: subkeys and substitution boxes. */
interface State {
  readonly subkeys: Uint32Array;
  readonly boxes: Uint32Array;
}

/**
 * Hashes a password of at most 72 bytes.
 *
 * @param cost - the hash takes `2 ** cost` key schedules.
 * @returns such as `$2a$10$` and 53 characters.
 */
export function bcryptHash(password: Uint8Array, salt: Uint8Array, cost: number): string {
  // The key is the password with its terminating zero byte.
  const key = Buffer.concat([password, Buffer.alloc(1)]);
  const state = initialState();
  const saltWords = wordsOf(salt, SALT_BYTES / 4);
  expand(state, wordsOf(key, SUBKEYS), saltWords);
  const noSalt = new Uint32Array(4);
  const keyWords = wordsOf(key, SUBKEYS);
  const saltAsKey = wordsOf(salt, SUBKEYS);
  for (let round = 0; round < 2 ** cost; round++) {
    expand(state, keyWords, noSalt);
    expand(state, saltAsKey, noSalt);
  }
  const text = wordsOf(Buffer.from('OrpheanBeholderScryDoubt'), 6);
  const output = Buffer.alloc(24);
  const block = new Uint32Array(2);
  for (let index = 0; index < 6; index += 2) {
    block.set(text.subarray(index, index + 2));
    for (let round = 0; round < 64; round++) encipher(state, block);
    output.writeUInt32BE(block[0] ?? 0, index * 4);
    output.writeUInt32BE(block[1] ?? 0, index * 4 + 4);
  }
  const costText = String(cost).padStart(2, '0');
  return `$2a$${costText}$${encode(salt)}${encode(output.subarray(0, 23))}`;
}

/** Big-endian words of the bytes, read over and over again. */
function wordsOf(bytes: Uint8Array, count: number): Uint32Array {
  const words = new Uint32Array(count);
  let position = 0;
  for (let index = 0; index < count; index++) {
    let word = 0;
    for (let part = 0; part < 4; part++) {
      word = (word << 8) | (bytes[position] ?? 0);
      position = (position + 1) % bytes.length;
    }
    words[index] = word;
  }
  return words;
}

function expand({ subkeys, boxes }: State, key: Uint32Array, salt: Uint32Array): void {
  for (let index = 0; index < SUBKEYS; index++) subkeys[index] = (subkeys[index] ?? 0) ^ (key[index] ?? 0);
  const block = new Uint32Array(2);
  let saltIndex = 0;
  const fill = (words: Uint32Array): void => {
    for (let index = 0; index < words.length; index += 2) {
      block[0] = (block[0] ?? 0) ^ (salt[saltIndex] ?? 0);
      block[1] = (block[1] ?? 0) ^ (salt[saltIndex + 1] ?? 0);
      saltIndex = (saltIndex + 2) % 4;
      encipher({ subkeys, boxes }, block);
      words.set(block, index);
    }
  };
  fill(subkeys);
  fill(boxes);
}

function encipher({ subkeys, boxes }: State, block: Uint32Array): void {
  let left = block[0] ?? 0;
  let right = block[1] ?? 0;
  for (let round = 0; round < ROUNDS; round++) {
    left ^= subkeys[round] ?? 0;
    const sum = ((boxes[left >>> 24] ?? 0) + (boxes[256 + ((left >>> 16) & 0xff)] ?? 0)) | 0;
    right ^= ((sum ^ (boxes[512 + ((left >>> 8) & 0xff)] ?? 0)) + (boxes[768 + (left & 0xff)] ?? 0)) | 0;
    [left, right] = [right, left];
  }
  block[0] = right ^ (subkeys[ROUNDS + 1] ?? 0);
  block[1] = left ^ (subkeys[ROUNDS] ?? 0);
}

/** Blowfish begins with the binary digits of pi's fraction. */
function initialState(): State {
  const digits = piFraction((SUBKEYS + BOX_WORDS) * 32);
  const words = wordsOf(digits, SUBKEYS + BOX_WORDS);
  return { subkeys: words.slice(0, SUBKEYS), boxes: words.slice(SUBKEYS) };
}

/** The first bits of pi's fraction, by Machin's formula: pi / 4 = 4 arctan(1/5) - arctan(1/239). */
function piFraction(bits: number): Buffer {
  const guardBits = 32;
  const one = 1n << BigInt(bits + guardBits);
  const arctanOfInverse = (divisor: bigint): bigint => {
    let term = one / divisor;
    let sum = term;
    for (let index = 1n; term !== 0n; index++) {
      term /= -(divisor * divisor);
      sum += term / (2n * index + 1n);
    }
    return sum;
  };
  const pi = 4n * (4n * arctanOfInverse(5n) - arctanOfInverse(239n));
  const fraction = (pi - 3n * one) >> BigInt(guardBits);
  return Buffer.from(fraction.toString(16).padStart(bits / 4, '0'), 'hex');
}

/** bcrypt's own base64: another alphabet, no padding. */
function encode(bytes: Uint8Array): string {
  let output = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const group = ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    const length = Math.min(bytes.length - index, 3) + 1;
    for (let digit = 0; digit < length; digit++)
      output += ALPHABET.charAt((group >> (18 - 6 * digit)) & 0x3f);
  }
  return output;
}
