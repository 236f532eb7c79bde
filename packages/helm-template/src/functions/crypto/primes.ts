import { checkPrimeSync } from 'node:crypto';
import type { RandomBytes } from '../random-text.js';
import { bytesToBigInt } from './der.js';

/** How far above a random start a prime is searched before a new start is drawn. */
const SEARCH_WIDTH = 1 << 16;

/**
 * A probable prime of exactly `bits` bits whose two highest bits are set, so that the product of two has twice
 * the bits. It depends on the random bytes alone, so the same bytes give the same prime.
 */
export function randomPrime(bits: number, randomBytes: RandomBytes): bigint {
  const high = 3n << BigInt(bits - 2);
  for (;;) {
    const start = bytesToBigInt(randomBytes(bits / 8)) | high | 1n;
    const residues = SMALL_PRIMES.map((prime) => Number(start % BigInt(prime)));
    for (let offset = 0; offset < SEARCH_WIDTH; offset += 2) {
      const hasSmallFactor = residues.some(
        (residue, index) => (residue + offset) % (SMALL_PRIMES[index] ?? 1) === 0,
      );
      if (hasSmallFactor) continue;
      const candidate = start + BigInt(offset);
      if (candidate.toString(2).length > bits) break;
      if (checkPrimeSync(candidate)) return candidate;
    }
  }
}

/** A prime of exactly `bits` bits that is one more than a multiple of `factor`. */
export function randomPrimeCongruentToOne(bits: number, factor: bigint, randomBytes: RandomBytes): bigint {
  const high = 1n << BigInt(bits - 1);
  for (;;) {
    const start = bytesToBigInt(randomBytes(bits / 8)) | high;
    const candidate = start - (start % (2n * factor)) + 1n;
    if (candidate < high) continue;
    if (SMALL_PRIMES.some((prime) => candidate % BigInt(prime) === 0n)) continue;
    if (checkPrimeSync(candidate)) return candidate;
  }
}

/** `base ** exponent` modulo `modulus`. */
export function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** The inverse of `value` modulo `modulus`, or `undefined` where the two have a common factor. */
export function inverseModulo(value: bigint, modulus: bigint): bigint | undefined {
  let [previous, current] = [modulus, ((value % modulus) + modulus) % modulus];
  let [previousFactor, factor] = [0n, 1n];
  while (current !== 0n) {
    const quotient = previous / current;
    [previous, current] = [current, previous - quotient * current];
    [previousFactor, factor] = [factor, previousFactor - quotient * factor];
  }
  return previous === 1n ? ((previousFactor % modulus) + modulus) % modulus : undefined;
}

/** The odd primes below 4 000; dividing by them rules out most candidates cheaply. */
const SMALL_PRIMES: readonly number[] = Array.from({ length: 2000 }, (_, index) => 2 * index + 3).filter(
  (number) => {
    for (let divisor = 3; divisor * divisor <= number; divisor += 2) if (number % divisor === 0) return false;
    return number < 4000;
  },
);
