import { createECDH, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { GoError } from '../../go/go-error.js';
import type { RandomBytes } from '../random-text.js';
import {
  bigIntToBytes,
  bytesToBigInt,
  derBitString,
  derElement,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  readDer,
} from './der.js';
import { decodePem, encodePem } from './pem.js';
import { inverseModulo, powerModulo, randomPrime, randomPrimeCongruentToOne } from './primes.js';

const PUBLIC_EXPONENT = 65_537n;
const P256_OID = '1.2.840.10045.3.1.7';
const ED25519_OID = '1.3.101.112';
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** A DSA key, which certificates cannot have; only its text is ever used. */
export const DSA = 'dsa';

/** A private key of any kind that sprig makes or reads. */
export type PrivateKey = KeyObject | typeof DSA;

/** A new RSA key of the given size. */
export function generateRsaKey(bits: number, randomBytes: RandomBytes): KeyObject {
  for (;;) {
    const p = randomPrime(bits / 2, randomBytes);
    const q = randomPrime(bits / 2, randomBytes);
    const exponent = inverseModulo(PUBLIC_EXPONENT, (p - 1n) * (q - 1n));
    const coefficient = inverseModulo(q, p);
    if (exponent === undefined || coefficient === undefined) continue;
    const numbers = [
      0n,
      p * q,
      PUBLIC_EXPONENT,
      exponent,
      p,
      q,
      exponent % (p - 1n),
      exponent % (q - 1n),
      coefficient,
    ];
    const der = derSequence(...numbers.map(derInteger));
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs1' });
  }
}

/** A new key on the curve P-256. */
export function generateEcKey(randomBytes: RandomBytes): KeyObject {
  const secret = randomScalar(P256_ORDER, randomBytes);
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(bigIntToBytes(secret, 32));
  const der = derSequence(
    derInteger(1n),
    derOctetString(bigIntToBytes(secret, 32)),
    derElement(0xa0, derOid(P256_OID)),
    derElement(0xa1, derBitString(curve.getPublicKey())),
  );
  return createPrivateKey({ key: der, format: 'der', type: 'sec1' });
}

/** A new Ed25519 key. */
export function generateEd25519Key(randomBytes: RandomBytes): KeyObject {
  const der = derSequence(
    derInteger(0n),
    derSequence(derOid(ED25519_OID)),
    derOctetString(derOctetString(randomBytes(32))),
  );
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** A new DSA key (2 048 and 256 bits) in OpenSSL's PEM form. */
export function generateDsaPem(randomBytes: RandomBytes): string {
  const q = randomPrime(256, randomBytes);
  const p = randomPrimeCongruentToOne(2048, q, randomBytes);
  let generator = 1n;
  for (let base = 2n; generator === 1n; base++) generator = powerModulo(base, (p - 1n) / q, p);
  const secret = randomScalar(q, randomBytes);
  const numbers = [0n, p, q, generator, powerModulo(generator, secret, p), secret];
  return encodePem('DSA PRIVATE KEY', derSequence(...numbers.map(derInteger)));
}

/** A whole number from 1 up to but without `order`. */
export function randomScalar(order: bigint, randomBytes: RandomBytes): bigint {
  // Eight bytes more than the order has make the remainder as good as uniform.
  const sizeBytes = Math.ceil(order.toString(16).length / 2) + 8;
  return (bytesToBigInt(randomBytes(sizeBytes)) % (order - 1n)) + 1n;
}

/** A key's PEM in the form Go writes it: PKCS #1 for RSA, SEC 1 for elliptic curves, else PKCS #8. */
export function privateKeyPem(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return key.export({ format: 'pem', type: 'pkcs1' }).toString();
    case 'ec':
      return key.export({ format: 'pem', type: 'sec1' }).toString();
    default:
      return key.export({ format: 'pem', type: 'pkcs8' }).toString();
  }
}

/**
 * Reads a private key in PEM: PKCS #8, PKCS #1, SEC 1 or DSA.
 *
 * @throws GoError when the text is none.
 */
export function parsePrivateKey(pem: string): PrivateKey {
  const block = decodePem(pem);
  if (block === undefined) throw new GoError('no PEM data in input');
  switch (block.type) {
    case 'PRIVATE KEY':
      return readKey(block.bytes, 'pkcs8', 'decoding PEM as PKCS#8');
    case 'RSA PRIVATE KEY':
      return readKey(block.bytes, 'pkcs1', 'parsing RSA private key from PEM');
    case 'EC PRIVATE KEY':
      return readKey(block.bytes, 'sec1', 'parsing EC private key from PEM');
    case 'DSA PRIVATE KEY':
      checkDsa(block.bytes);
      return DSA;
    default: {
      const reason = block.type.endsWith(' PRIVATE KEY')
        ? `invalid private key type ${block.type.slice(0, -' PRIVATE KEY'.length)}`
        : `no private key data in PEM block of type ${block.type}`;
      throw new GoError(reason);
    }
  }
}

/** The public half of a key as a SubjectPublicKeyInfo in DER. */
export function publicKeyInfo(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: 'der', type: 'spki' });
}

function readKey(der: Buffer, type: 'pkcs8' | 'pkcs1' | 'sec1', doing: string): KeyObject {
  try {
    return createPrivateKey({ key: der, format: 'der', type });
  } catch (error) {
    throw new GoError(`${doing}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function checkDsa(der: Buffer): void {
  const fail = (): GoError => new GoError('parsing DSA private key from PEM: asn1: structure error');
  try {
    const numbers = readDer(readDer(der)[0]?.contents ?? Buffer.alloc(0));
    if (numbers.length < 6 || numbers.some(({ tag }) => tag !== 0x02)) throw fail();
  } catch (error) {
    throw error instanceof GoError ? error : fail();
  }
}
