import crypto, { generatePrime, randomBytes } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

/** Primes by their size in bytes. */
export type KnownPrimes = ReadonlyMap<number, readonly Buffer[]>;

/** Two make a key: of 2 048 bits for certificates, which may be many, and of 4 096 bits for `genPrivateKey`. */
const COUNTS = [
  { sizeBytes: 128, count: 23 },
  { sizeBytes: 256, count: 5 },
];

/**
 * Primes to make the random keys of charts of, so that tens of thousands of renders need not search for them. They are
 * cycled through: a key comes again only after many others, and two renders with the same one are unlikely.
 */
export async function makeKnownPrimes(): Promise<KnownPrimes> {
  const primes = new Map<number, readonly Buffer[]>();
  for (const { sizeBytes, count } of COUNTS) {
    primes.set(sizeBytes, await Promise.all(Array.from({ length: count }, () => makePrime(sizeBytes))));
  }
  return primes;
}

function makePrime(sizeBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    generatePrime(sizeBytes * 8, (error, prime) =>
      error instanceof Error ? reject(error) : resolve(Buffer.from(prime)),
    );
  });
}

/** Random bytes, but a known prime wherever a number of its size is wanted. */
export function randomBytesFrom(primes: KnownPrimes): (sizeBytes: number) => Uint8Array {
  let next = 0;
  return (sizeBytes) => {
    const list = primes.get(sizeBytes) ?? [];
    return list[next++ % list.length] ?? randomBytes(sizeBytes);
  };
}

/**
 * Spares this process OpenSSL's 64 to 128 rounds of proving for numbers that are known to be prime: with them, making
 * a key takes longer than rendering its chart.
 */
export function trustKnownPrimes(primes: KnownPrimes): void {
  const known = new Set([...primes.values()].flat().map((prime) => BigInt(`0x${prime.toString('hex')}`)));
  const check = crypto.checkPrimeSync;
  crypto.checkPrimeSync = (candidate, options) =>
    (typeof candidate === 'bigint' && known.has(candidate)) || check(candidate, options);
  syncBuiltinESMExports();
}
