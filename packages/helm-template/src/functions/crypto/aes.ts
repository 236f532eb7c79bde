import { createCipheriv, createDecipheriv } from 'node:crypto';
import { GoError } from '../../go/go-error.js';
import type { RandomBytes } from '../random-text.js';

const CIPHER = 'aes-256-cbc';
const BLOCK_BYTES = 16;

/** Encrypts with AES-256 in CBC mode under the password itself; the result begins with the random vector. */
export function encryptAes(password: Uint8Array, plain: Uint8Array, randomBytes: RandomBytes): Buffer {
  const vector = randomBytes(BLOCK_BYTES);
  const cipher = createCipheriv(CIPHER, keyOf(password), vector);
  return Buffer.concat([vector, cipher.update(plain), cipher.final()]);
}

/**
 * Decrypts what {@link encryptAes} made. A wrong password shows only where the padding's length is impossible.
 *
 * @throws GoError where Go panics: too short, not whole blocks, bad padding length.
 */
export function decryptAes(password: Uint8Array, encrypted: Uint8Array): Uint8Array {
  if (encrypted.length < BLOCK_BYTES) {
    throw new GoError(
      `runtime error: slice bounds out of range [:${BLOCK_BYTES}] with capacity ${encrypted.length}`,
    );
  }
  if (encrypted.length % BLOCK_BYTES !== 0) throw new GoError('crypto/cipher: input not full blocks');
  const decipher = createDecipheriv(CIPHER, keyOf(password), encrypted.subarray(0, BLOCK_BYTES));
  decipher.setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(encrypted.subarray(BLOCK_BYTES)), decipher.final()]);
  const padding = padded.at(-1);
  if (padding === undefined) throw new GoError('runtime error: index out of range [-1]');
  if (padding > padded.length) {
    throw new GoError(`runtime error: slice bounds out of range [:${padded.length - padding}]`);
  }
  return padded.subarray(0, padded.length - padding);
}

/** The password's first 32 bytes, filled up with zeros. */
function keyOf(password: Uint8Array): Buffer {
  const key = Buffer.alloc(32);
  key.set(password.subarray(0, key.length));
  return key;
}
