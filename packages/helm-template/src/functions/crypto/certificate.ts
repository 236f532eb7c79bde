import { createHash, X509Certificate, type KeyObject } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { GoError } from '../../go/go-error.js';
import { quote } from '../../go/quote.js';
import type { RandomBytes } from '../random-text.js';
import {
  bytesToBigInt,
  derBitString,
  derElement,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  derSet,
  derText,
  derTime,
  derTrue,
  readDer,
} from './der.js';
import { decodePem, encodePem } from './pem.js';
import { DSA, parsePrivateKey, privateKeyPem, publicKeyInfo, type PrivateKey } from './private-key.js';
import { signerOf } from './sign.js';

/** A certificate and its private key, both as PEM. */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate says. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly ipAddresses: readonly string[];
  readonly dnsNames: readonly string[];
  readonly daysValid: number;
  readonly isCa: boolean;
  /** The key that the certificate is for. */
  readonly key: PrivateKey;
}

/** What signs a certificate: the authority's name, key identifier and key. */
interface Issuer {
  readonly name: Buffer;
  readonly keyIdentifier: Buffer | undefined;
  readonly key: KeyObject;
}

/** Where a certificate's serial number, nonce and dates come from. */
export interface CertificateSources {
  readonly randomBytes: RandomBytes;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

const SUBJECT_KEY_IDENTIFIER = '2.5.29.14';

/** Makes a certificate signed with its own key. */
export function selfSigned(request: CertificateRequest, sources: CertificateSources): CertificatePair {
  const key = certifiable(request.key);
  return build(request, { name: nameOf(request.commonName), keyIdentifier: undefined, key }, sources);
}

/**
 * Makes a certificate signed by an authority.
 *
 * @throws GoError when the authority's PEM cannot be read or its key is not the one of its certificate.
 */
export function signedBy(
  authority: CertificatePair,
  request: CertificateRequest,
  sources: CertificateSources,
): CertificatePair {
  const { parsed, der } = readCertificate(authority.cert, 'decodedSignerCert.Bytes');
  let key: PrivateKey;
  try {
    key = parsePrivateKey(authority.key);
  } catch (error) {
    if (error instanceof GoError)
      throw new GoError(`error parsing private key: ${error.message}`, { cause: error });
    throw error;
  }
  const signingKey = certifiable(key);
  if (!parsed.checkPrivateKey(signingKey)) {
    throw new GoError(
      "error creating certificate: x509: provided PrivateKey doesn't match parent's PublicKey",
    );
  }
  return build(request, { ...issuerFields(der), key: signingKey }, sources);
}

/**
 * Reads the first certificate of a PEM text.
 *
 * @param what - how sprig names the bytes in its error.
 * @throws GoError when there is none.
 */
export function readCertificate(
  pem: string,
  what: string,
): { readonly parsed: X509Certificate; readonly der: Buffer } {
  const block = decodePem(pem);
  if (block === undefined) throw new GoError('unable to decode certificate');
  try {
    return { parsed: new X509Certificate(block.bytes), der: block.bytes };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GoError(`error parsing certificate: ${what}: x509: ${reason}`, { cause: error });
  }
}

function certifiable(key: PrivateKey): KeyObject {
  if (key === DSA) {
    throw new GoError('error creating certificate: x509: only RSA, ECDSA and Ed25519 keys supported');
  }
  return key;
}

function build(request: CertificateRequest, issuer: Issuer, sources: CertificateSources): CertificatePair {
  const key = certifiable(request.key);
  const signer = signerOf(issuer.key, sources.randomBytes);
  const subject = nameOf(request.commonName);
  const now = sources.clock();
  const toBeSigned = derSequence(
    derElement(0xa0, derInteger(2n)),
    derInteger(bytesToBigInt(sources.randomBytes(16))),
    signer.algorithm,
    issuer.name,
    derSequence(derTime(now), derTime(now + validityMs(request.daysValid))),
    subject,
    publicKeyInfo(key),
    derElement(0xa3, derSequence(...extensions(request, key, subject, issuer))),
  );
  const certificate = derSequence(toBeSigned, signer.algorithm, derBitString(signer.sign(toBeSigned)));
  return { cert: encodePem('CERTIFICATE', certificate), key: privateKeyPem(key) };
}

/** Go counts the validity in nanoseconds as an int64, which wraps around after 292 years. */
function validityMs(days: number): number {
  const nanos = BigInt.asIntN(64, BigInt(days) * 86_400_000_000_000n);
  return Number(nanos / 1_000_000n);
}

function nameOf(commonName: string): Buffer {
  if (commonName === '') return derSequence();
  return derSequence(derSet(derSequence(derOid('2.5.4.3'), derText(commonName))));
}

function extensions(request: CertificateRequest, key: KeyObject, subject: Buffer, issuer: Issuer): Buffer[] {
  const list = [
    // Digital signature and key encipherment; an authority also signs certificates.
    extension(
      '2.5.29.15',
      true,
      request.isCa ? derBitString(Buffer.from([0xa4]), 2) : derBitString(Buffer.from([0xa0]), 5),
    ),
    extension('2.5.29.37', false, derSequence(derOid('1.3.6.1.5.5.7.3.1'), derOid('1.3.6.1.5.5.7.3.2'))),
    extension('2.5.29.19', true, request.isCa ? derSequence(derTrue()) : derSequence()),
  ];
  if (request.isCa) {
    list.push(extension(SUBJECT_KEY_IDENTIFIER, false, derOctetString(keyIdentifier(key))));
  }
  if (issuer.keyIdentifier !== undefined && !issuer.name.equals(subject)) {
    list.push(extension('2.5.29.35', false, derSequence(derElement(0x80, issuer.keyIdentifier))));
  }
  const names = [
    ...request.dnsNames.map((name) => derElement(0x82, Buffer.from(asciiName(name), 'latin1'))),
    ...request.ipAddresses.map((address) => derElement(0x87, addressBytes(address))),
  ];
  if (names.length > 0) {
    list.push(extension('2.5.29.17', request.commonName === '', derSequence(...names)));
  }
  return list;
}

function extension(oid: string, critical: boolean, value: Buffer): Buffer {
  return derSequence(derOid(oid), ...(critical ? [derTrue()] : []), derOctetString(value));
}

/** RFC 7093, method 1: the first 160 bits of the SHA-256 of the public key. */
function keyIdentifier(key: KeyObject): Buffer {
  const [info] = readDer(publicKeyInfo(key));
  const bits = readDer(info?.contents ?? Buffer.alloc(0))[1]?.contents.subarray(1) ?? Buffer.alloc(0);
  return createHash('sha256').update(bits).digest().subarray(0, 20);
}

/** Subject and subject key identifier of a certificate in DER. */
function issuerFields(der: Buffer): { readonly name: Buffer; readonly keyIdentifier: Buffer | undefined } {
  const children = (node: Buffer | undefined) => readDer(node ?? Buffer.alloc(0));
  const [toBeSigned] = children(children(der)[0]?.contents);
  const fields = children(toBeSigned?.contents);
  // Version 1 certificates have no version field.
  const subject = fields[fields[0]?.tag === 0xa0 ? 5 : 4];
  const list = children(fields.find(({ tag }) => tag === 0xa3)?.contents)[0]?.contents;
  const wanted = children(list)
    .map(({ contents }) => children(contents))
    .find(([oid]) => oid?.raw.equals(derOid(SUBJECT_KEY_IDENTIFIER)) === true);
  return {
    name: subject?.raw ?? derSequence(),
    keyIdentifier: wanted === undefined ? undefined : children(wanted.at(-1)?.contents)[0]?.contents,
  };
}

function asciiName(name: string): string {
  if (/[^\u0000-\u007f]/.test(name)) {
    throw new GoError(`error creating certificate: x509: ${quote(name)} cannot be encoded as an IA5String`);
  }
  return name;
}

/**
 * Whether a text is an IP address as Go's `net.ParseIP` takes it: no zone.
 */
export function isIpAddress(text: string): boolean {
  return isIPv4(text) || (isIPv6(text) && !text.includes('%'));
}

/** Four bytes for IPv4, also when mapped into IPv6; else sixteen. */
function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const left = groupBytes(head);
  const right = groupBytes(tail ?? '');
  const bytes = Buffer.concat([left, Buffer.alloc(16 - left.length - right.length), right]);
  const mapped = bytes.subarray(0, 12).equals(Buffer.from('00000000000000000000ffff', 'hex'));
  return mapped ? bytes.subarray(12) : bytes;
}

function groupBytes(groups: string): Buffer {
  if (groups === '') return Buffer.alloc(0);
  return Buffer.concat(
    groups
      .split(':')
      .map((group) =>
        group.includes('.') ? addressBytes(group) : Buffer.from(group.padStart(4, '0'), 'hex'),
      ),
  );
}
