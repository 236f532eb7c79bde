import { createECDH, createHash, sign, type KeyObject } from 'node:crypto';
import { GoError } from '../../go/go-error.js';
import type { RandomBytes } from '../random-text.js';
import { bigIntToBytes, bytesToBigInt, derInteger, derNull, derOid, derSequence, readDer } from './der.js';
import { inverseModulo } from './primes.js';
import { randomScalar } from './private-key.js';

/** How certificates are signed with a key: the algorithm's identifier and the operation itself. */
export interface Signer {
  readonly algorithm: Buffer;
  readonly sign: (data: Uint8Array) => Buffer;
}

interface Curve {
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  readonly oid: string;
  readonly order: bigint;
}

const ECDSA_SHA256 = '1.2.840.10045.4.3.2';

/** The curves Go knows, by OpenSSL's names, with the hash that Go pairs them with. */
const CURVES: ReadonlyMap<string, Curve> = new Map<string, Curve>([
  [
    'secp224r1',
    {
      hash: 'sha256',
      oid: ECDSA_SHA256,
      order: 0xffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3dn,
    },
  ],
  [
    'prime256v1',
    {
      hash: 'sha256',
      oid: ECDSA_SHA256,
      order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    },
  ],
  [
    'secp384r1',
    {
      hash: 'sha384',
      oid: '1.2.840.10045.4.3.3',
      order:
        0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    },
  ],
  [
    'secp521r1',
    {
      hash: 'sha512',
      oid: '1.2.840.10045.4.3.4',
      order:
        0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    },
  ],
]);

/**
 * The signer of a key: RSA with SHA-256, ECDSA with the hash of the curve's size, Ed25519.
 *
 * ECDSA draws its nonce from `randomBytes`, so that the same bytes give the same certificate; node:crypto would
 * draw one of its own.
 *
 * @throws GoError for a key of another kind.
 */
export function signerOf(key: KeyObject, randomBytes: RandomBytes): Signer {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return {
        algorithm: derSequence(derOid('1.2.840.113549.1.1.11'), derNull()),
        sign: (data) => sign('sha256', data, key),
      };
    case 'ed25519':
      return { algorithm: derSequence(derOid('1.3.101.112')), sign: (data) => sign(null, data, key) };
    case 'ec':
      return ecdsaSigner(key, randomBytes);
    default:
      throw new GoError('x509: only RSA, ECDSA and Ed25519 keys supported');
  }
}

function ecdsaSigner(key: KeyObject, randomBytes: RandomBytes): Signer {
  const name = key.asymmetricKeyDetails?.namedCurve ?? '';
  const curve = CURVES.get(name);
  if (curve === undefined) throw new GoError('x509: unknown elliptic curve');
  const [outer] = readDer(key.export({ format: 'der', type: 'sec1' }));
  const secret = bytesToBigInt(readDer(outer?.contents ?? Buffer.alloc(0))[1]?.contents ?? Buffer.alloc(0));
  return {
    algorithm: derSequence(derOid(curve.oid)),
    sign: (data) => ecdsaSign(data, name, curve, secret, randomBytes),
  };
}

/** ECDSA of FIPS 186-4, section 6. */
function ecdsaSign(
  data: Uint8Array,
  curveName: string,
  { hash, order }: Curve,
  secret: bigint,
  randomBytes: RandomBytes,
): Buffer {
  const digest = createHash(hash).update(data).digest();
  const orderBits = order.toString(2).length;
  const excess = Math.max(0, digest.length * 8 - orderBits);
  const message = bytesToBigInt(digest) >> BigInt(excess);
  const fieldBytes = Math.ceil(orderBits / 8);
  for (;;) {
    const nonce = randomScalar(order, randomBytes);
    const point = createECDH(curveName);
    point.setPrivateKey(bigIntToBytes(nonce, fieldBytes));
    // An uncompressed point is 04, x, y.
    const r = bytesToBigInt(point.getPublicKey().subarray(1, 1 + fieldBytes)) % order;
    const s = ((inverseModulo(nonce, order) ?? 0n) * (message + r * secret)) % order;
    if (r !== 0n && s !== 0n) return derSequence(derInteger(r), derInteger(s));
  }
}
