import { fromBytes, toBytes } from '../go/byte-string.js';
import { formatPlain } from '../go/format-value.js';
import { GoError } from '../go/go-error.js';
import { isGoObject } from '../go/kind.js';
import { GoSlice, type GoObject, type GoValue } from '../go/value.js';
import type { FunctionContext } from '../template/function-table.js';
import { decodeBase64 } from './base-encoding.js';
import { decryptAes, encryptAes } from './crypto/aes.js';
import { bcryptHash, SALT_BYTES } from './crypto/bcrypt.js';
import {
  isIpAddress,
  readCertificate,
  selfSigned,
  signedBy,
  type CertificatePair,
  type CertificateRequest,
  type CertificateSources,
} from './crypto/certificate.js';
import { derivePassword } from './crypto/derive-password.js';
import {
  generateDsaPem,
  generateEcKey,
  generateEd25519Key,
  generateRsaKey,
  parsePrivateKey,
  privateKeyPem,
  type PrivateKey,
} from './crypto/private-key.js';
import { ANY_SLICE, anyAt, fixed, intAt, stringAt, type FunctionEntries } from './define.js';

const CERTIFICATE = 'sprig.certificate';
/** What a key or a password hash costs: as much time as some 100 000 steps, so that a budget stops a loop of them. */
const SLOW_STEPS = 100_000;
const BCRYPT_COST = 10;
const BCRYPT_MAX_BYTES = 72;

/** Keys, certificates, passwords and ciphers. */
export function cryptoFunctions(sources: CertificateSources): FunctionEntries {
  const { randomBytes } = sources;
  const bcrypt = (password: string, context: FunctionContext): string => {
    context.spend(SLOW_STEPS);
    const bytes = toBytes(password);
    if (bytes.length > BCRYPT_MAX_BYTES) {
      return 'failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes';
    }
    return bcryptHash(bytes, randomBytes(SALT_BYTES), BCRYPT_COST);
  };

  /** The function for a new key, and the one with a key in PEM as a further argument. */
  const certificateFunctions = (
    name: string,
    parameters: readonly string[],
    make: (args: readonly GoValue[], key: () => PrivateKey) => CertificatePair,
  ): FunctionEntries => [
    [
      name,
      fixed(parameters, (args, context) => {
        context.spend(SLOW_STEPS);
        return certificate(make(args, () => generateRsaKey(2048, randomBytes)));
      }),
    ],
    [
      `${name}WithKey`,
      fixed([...parameters, 'string'], (args) =>
        certificate(make(args, () => readKey(stringAt(args, parameters.length), 'parsing private key'))),
      ),
    ],
  ];

  return [
    ['bcrypt', fixed(['string'], (args, context) => bcrypt(stringAt(args, 0), context))],
    [
      'htpasswd',
      fixed(['string', 'string'], (args, context) => {
        const username = stringAt(args, 0);
        if (username.includes(':')) return `invalid username: ${username}`;
        return `${username}:${bcrypt(stringAt(args, 1), context)}`;
      }),
    ],
    [
      'genPrivateKey',
      fixed(['string'], (args, context) => {
        context.spend(SLOW_STEPS);
        return generatePem(stringAt(args, 0), sources);
      }),
    ],
    ['derivePassword', fixed(['uint32', 'string', 'string', 'string', 'string'], derive)],
    [
      'buildCustomCert',
      fixed(['string', 'string'], (args) => certificate(customPair(stringAt(args, 0), stringAt(args, 1)))),
    ],
    ...certificateFunctions('genCA', ['string', 'int'], (args, key) =>
      selfSigned(
        {
          commonName: stringAt(args, 0),
          ipAddresses: [],
          dnsNames: [],
          daysValid: intAt(args, 1),
          isCa: true,
          key: key(),
        },
        sources,
      ),
    ),
    ...certificateFunctions('genSelfSignedCert', ['string', ANY_SLICE, ANY_SLICE, 'int'], (args, key) =>
      selfSigned(leafRequest(args, key), sources),
    ),
    ...certificateFunctions(
      'genSignedCert',
      ['string', ANY_SLICE, ANY_SLICE, 'int', CERTIFICATE],
      (args, key) => signedBy(pairAt(args, 4), leafRequest(args, key), sources),
    ),
    [
      'encryptAES',
      fixed(['string', 'string'], (args) => {
        const plain = stringAt(args, 1);
        if (plain === '') return '';
        return encryptAes(toBytes(stringAt(args, 0)), toBytes(plain), randomBytes).toString('base64');
      }),
    ],
    [
      'decryptAES',
      fixed(['string', 'string'], (args) => {
        const encrypted = stringAt(args, 1);
        if (encrypted === '') return '';
        return fromBytes(decryptAes(toBytes(stringAt(args, 0)), decodeBase64(latin1(encrypted))));
      }),
    ],
  ];
}

function generatePem(kind: string, { randomBytes }: CertificateSources): string {
  switch (kind) {
    case '':
    case 'rsa':
      return privateKeyPem(generateRsaKey(4096, randomBytes));
    case 'dsa':
      return generateDsaPem(randomBytes);
    case 'ecdsa':
      return privateKeyPem(generateEcKey(randomBytes));
    case 'ed25519':
      return privateKeyPem(generateEd25519Key(randomBytes));
    default:
      return `Unknown type ${kind}`;
  }
}

function derive(args: readonly GoValue[], context: FunctionContext): string {
  context.spend(SLOW_STEPS);
  return derivePassword({
    counter: intAt(args, 0),
    kind: stringAt(args, 1),
    masterPassword: toBytes(stringAt(args, 2)),
    user: toBytes(stringAt(args, 3)),
    site: toBytes(stringAt(args, 4)),
  });
}

function certificate({ cert, key }: CertificatePair): GoObject {
  return {
    goObject: true,
    typeName: CERTIFICATE,
    kind: 'struct',
    fields: new Map<string, GoValue>([
      ['Cert', cert],
      ['Key', key],
    ]),
    methods: new Map(),
  };
}

function pairAt(args: readonly GoValue[], index: number): CertificatePair {
  const value = anyAt(args, index);
  const field = (name: string): string => {
    const text = isGoObject(value) ? value.fields.get(name) : undefined;
    return typeof text === 'string' ? text : '';
  };
  return { cert: field('Cert'), key: field('Key') };
}

/** The names are checked before a key is made, which takes long. */
function leafRequest(args: readonly GoValue[], key: () => PrivateKey): CertificateRequest {
  const ipAddresses = namesAt(args, 1).map((value) => {
    if (typeof value !== 'string')
      throw new GoError(`error parsing ip: ${formatPlain(value)} is not a string`);
    if (!isIpAddress(value)) throw new GoError(`error parsing ip: ${value}`);
    return value;
  });
  const dnsNames = namesAt(args, 2).map((value) => {
    if (typeof value === 'string') return value;
    throw new GoError(`error processing alternate dns name: ${formatPlain(value)} is not a string`);
  });
  return {
    commonName: stringAt(args, 0),
    ipAddresses,
    dnsNames,
    daysValid: intAt(args, 3),
    isCa: false,
    key: key(),
  };
}

function namesAt(args: readonly GoValue[], index: number): readonly GoValue[] {
  const value = anyAt(args, index);
  return value instanceof GoSlice ? value.items : [];
}

function readKey(pem: string, doing: string): PrivateKey {
  try {
    return parsePrivateKey(pem);
  } catch (error) {
    if (error instanceof GoError) throw new GoError(`${doing}: ${error.message}`, { cause: error });
    throw error;
  }
}

function customPair(certBase64: string, keyBase64: string): CertificatePair {
  const decode = (text: string, what: string): string => {
    try {
      return fromBytes(decodeBase64(latin1(text)));
    } catch (error) {
      if (error instanceof GoError) throw new GoError(`unable to decode base64 ${what}`, { cause: error });
      throw error;
    }
  };
  const cert = decode(certBase64, 'certificate');
  const key = decode(keyBase64, 'private key');
  readCertificate(cert, 'decodedCert.Bytes');
  readKey(key, 'error parsing private key');
  return { cert, key };
}

function latin1(text: string): string {
  return Buffer.from(toBytes(text)).toString('latin1');
}
