import { createHash, createPrivateKey, createPublicKey, randomBytes, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { GoError } from '../../go/go-error.js';
import { selfSigned, signedBy, type CertificatePair, type CertificateRequest } from './certificate.js';
import { generateEcKey, generateEd25519Key, generateRsaKey, parsePrivateKey } from './private-key.js';

/** Random bytes that depend on the count of calls alone. */
function countingBytes(): (sizeBytes: number) => Uint8Array {
  let count = 0;
  return (sizeBytes) => createHash('shake256', { outputLength: sizeBytes }).update(String(count++)).digest();
}

const DAY_MS = 86_400_000;
const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const sources = { randomBytes, clock: () => now };

const keys = {
  RSA: () => generateRsaKey(2048, randomBytes),
  'P-256': () => generateEcKey(randomBytes),
  Ed25519: () => generateEd25519Key(randomBytes),
};

function request(overrides: Partial<CertificateRequest> = {}): CertificateRequest {
  const key = generateEcKey(randomBytes);
  const names = { ipAddresses: [], dnsNames: [] };
  return { commonName: 'leaf', ...names, daysValid: 10, isCa: false, key, ...overrides };
}

function parse({ cert, key }: CertificatePair): X509Certificate {
  const parsed = new X509Certificate(cert);
  expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true);
  return parsed;
}

describe('certificates', () => {
  for (const [name, makeKey] of Object.entries(keys)) {
    it(`of an authority with a ${name} key verify`, () => {
      const authority = selfSigned(request({ commonName: 'ca', isCa: true, key: makeKey() }), sources);
      const ca = parse(authority);
      expect(ca.ca).toBe(true);
      expect(ca.verify(ca.publicKey)).toBe(true);
      const leaf = parse(signedBy(authority, request({ key: makeKey() }), sources));
      expect(leaf.ca).toBe(false);
      expect(leaf.verify(ca.publicKey)).toBe(true);
      expect(leaf.checkIssued(ca)).toBe(true);
      expect(leaf.verify(createPublicKey(createPrivateKey(selfSigned(request(), sources).key)))).toBe(false);
    });
  }

  it('carry names, addresses, purposes and dates', () => {
    const ipAddresses = ['10.0.0.1', 'fd00::1', '::ffff:1.2.3.4'];
    const parsed = parse(selfSigned(request({ ipAddresses, dnsNames: ['a.b', '*.c'] }), sources));
    expect(parsed.subject).toBe('CN=leaf');
    expect(parsed.subjectAltName).toBe(
      'DNS:a.b, DNS:*.c, IP Address:10.0.0.1, IP Address:FD00:0:0:0:0:0:0:1, IP Address:1.2.3.4',
    );
    expect(parsed.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect(new Date(parsed.validFrom).getTime()).toBe(now);
    expect(new Date(parsed.validTo).getTime()).toBe(now + 10 * DAY_MS);
  });

  it('may end after 2049 and have no name', () => {
    const parsed = parse(
      selfSigned(request({ commonName: '', dnsNames: ['x'], daysValid: 40_000 }), sources),
    );
    expect(new Date(parsed.validTo).getTime()).toBe(now + 40_000 * DAY_MS);
    expect(parsed.subject ?? '').toBe('');
  });

  it('have serial numbers of their own', () => {
    const serials = [1, 2, 3].map(() => parse(selfSigned(request(), sources)).serialNumber);
    expect(new Set(serials).size).toBe(3);
  });

  it('are refused when the key is not that of the authority', () => {
    const authority = selfSigned(request({ isCa: true }), sources);
    const { key } = selfSigned(request({ isCa: true }), sources);
    expect(() => signedBy({ ...authority, key }, request(), sources)).toThrow(GoError);
  });

  it('are the same for the same random bytes and clock', () => {
    const make = (): string => {
      const seeded = { randomBytes: countingBytes(), clock: () => now };
      const authority = selfSigned(request({ isCa: true, key: generateEcKey(seeded.randomBytes) }), seeded);
      const key = generateRsaKey(2048, seeded.randomBytes);
      return signedBy(authority, request({ key }), seeded).cert;
    };
    expect(make()).toBe(make());
  });
});

describe('parsePrivateKey', () => {
  it('reads PKCS #8, PKCS #1 and SEC 1', () => {
    const rsa = generateRsaKey(2048, randomBytes);
    const ec = generateEcKey(randomBytes);
    const texts = [
      rsa.export({ format: 'pem', type: 'pkcs8' }),
      rsa.export({ format: 'pem', type: 'pkcs1' }),
      ec.export({ format: 'pem', type: 'sec1' }),
    ];
    for (const text of texts) expect(() => parsePrivateKey(text.toString())).not.toThrow();
  });
});
