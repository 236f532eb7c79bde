import { createPrivateKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readDer, bytesToBigInt } from './der.js';
import { decodePem } from './pem.js';
import { generateDsaPem, generateRsaKey } from './private-key.js';
import { powerModulo } from './primes.js';

describe('generateRsaKey', () => {
  it('makes keys of exactly the size asked for', () => {
    for (let index = 0; index < 5; index++) {
      const key = generateRsaKey(2048, randomBytes);
      expect(key.asymmetricKeyDetails).toEqual({ modulusLength: 2048, publicExponent: 65_537n });
    }
  });
});

describe('generateDsaPem', () => {
  it('makes a key whose numbers belong together', () => {
    const pem = generateDsaPem(randomBytes);
    expect(createPrivateKey(pem).asymmetricKeyType).toBe('dsa');
    const [sequence] = readDer(decodePem(pem)?.bytes ?? Buffer.alloc(0));
    const numbers = readDer(sequence?.contents ?? Buffer.alloc(0)).map(({ contents }) =>
      bytesToBigInt(contents),
    );
    const [, p = 0n, q = 1n, generator = 0n, y = 0n, x = 0n] = numbers;
    expect(p.toString(2)).toHaveLength(2048);
    expect(q.toString(2)).toHaveLength(256);
    expect((p - 1n) % q).toBe(0n);
    expect(powerModulo(generator, q, p)).toBe(1n);
    expect(powerModulo(generator, x, p)).toBe(y);
  });
});
