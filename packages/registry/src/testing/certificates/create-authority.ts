import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { bitString, der, objectIdentifier, tags, utcTime } from './der.js';

/** A certificate and its key, PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** A private certificate authority. */
export interface TestAuthority {
  /** Its own certificate, PEM: what clients and servers have to trust. */
  readonly ca: string;
  /** A certificate for a server under these DNS names and IP addresses. @default 127.0.0.1, ::1 and localhost */
  issueServer(names?: readonly string[]): TestCertificate;
  /** A certificate for a client. */
  issueClient(name: string): TestCertificate;
}

interface Holder {
  readonly name: Buffer;
  readonly privateKey: KeyObject;
}

const oid = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

const dayMs = 24 * 3_600_000;

/**
 * Makes a certificate authority (P-256, RFC 5280), so that TLS can be tested with Node alone. Certificates are good
 * from a day ago until a day ahead.
 */
export function createTestAuthority(commonName = 'test authority'): TestAuthority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = { name: distinguishedName(commonName), privateKey };
  const isAuthority = extension(oid.basicConstraints, der(tags.sequence, trueValue()), true);
  const issue = (name: string, extensions: readonly Buffer[]): TestCertificate => {
    const subject = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return {
      cert: certificate(issuer, distinguishedName(name), subject.publicKey, extensions),
      key: subject.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  };
  return {
    ca: certificate(issuer, issuer.name, publicKey, [isAuthority]),
    issueServer: (names = ['127.0.0.1', '::1', 'localhost']) =>
      issue(names[0] ?? 'server', [
        extension(oid.subjectAltName, der(tags.sequence, ...names.map(generalName))),
        extension(oid.extendedKeyUsage, der(tags.sequence, objectIdentifier(oid.serverAuth))),
      ]),
    issueClient: (name) =>
      issue(name, [extension(oid.extendedKeyUsage, der(tags.sequence, objectIdentifier(oid.clientAuth)))]),
  };
}

function certificate(
  issuer: Holder,
  subject: Buffer,
  publicKey: KeyObject,
  extensions: readonly Buffer[],
): string {
  const algorithm = der(tags.sequence, objectIdentifier(oid.ecdsaWithSha256));
  const serial = randomBytes(16);
  // A serial number is positive and has no superfluous leading zero.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const unsigned = der(
    tags.sequence,
    der(0xa0, der(tags.integer, Buffer.from([2]))),
    der(tags.integer, serial),
    algorithm,
    issuer.name,
    der(tags.sequence, utcTime(new Date(Date.now() - dayMs)), utcTime(new Date(Date.now() + dayMs))),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(tags.sequence, ...extensions)),
  );
  const signature = sign('sha256', unsigned, issuer.privateKey);
  return pem(der(tags.sequence, unsigned, algorithm, bitString(signature)));
}

function distinguishedName(commonName: string): Buffer {
  const value = der(tags.utf8String, Buffer.from(commonName));
  const attribute = der(tags.sequence, objectIdentifier(oid.commonName), value);
  return der(tags.sequence, der(tags.set, attribute));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  const flag = critical ? [trueValue()] : [];
  return der(tags.sequence, objectIdentifier(id), ...flag, der(tags.octetString, value));
}

function generalName(name: string): Buffer {
  if (isIPv4(name)) return der(0x87, Buffer.from(name.split('.').map(Number)));
  if (isIPv6(name)) return der(0x87, ipv6Bytes(name));
  return der(0x82, Buffer.from(name));
}

function ipv6Bytes(address: string): Buffer {
  const [head = '', tail] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [front, back] = [groups(head), groups(tail ?? '')];
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0');
  return Buffer.from([...front, ...zeros, ...back].map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function trueValue(): Buffer {
  return der(tags.boolean, Buffer.from([0xff]));
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
