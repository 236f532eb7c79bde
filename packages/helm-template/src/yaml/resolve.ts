import { GoInt, type GoValue } from '../go/value.js';
import { isTimestamp } from './timestamp.js';
import { YamlError } from './yaml-error.js';

const CORE = 'tag:yaml.org,2002:';

/** Tags whose scalars goyaml.v2 resolves; others are kept as text. */
export type ScalarType = 'str' | 'null' | 'bool' | 'int' | 'float' | 'timestamp';

export interface ResolvedScalar {
  readonly type: ScalarType;
  /** Integers keep their Go type; a timestamp is the text as written. */
  readonly value: GoValue;
}

const WORDS: ReadonlyMap<string, ResolvedScalar> = new Map([
  ...words('null', null, ['', '~', 'null', 'Null', 'NULL']),
  ...words('bool', true, ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']),
  ...words('bool', false, ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']),
  ...words('float', Number.NaN, ['.nan', '.NaN', '.NAN']),
  ...words('float', Number.POSITIVE_INFINITY, ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF']),
  ...words('float', Number.NEGATIVE_INFINITY, ['-.inf', '-.Inf', '-.INF']),
]);

function words(type: ScalarType, value: GoValue, texts: readonly string[]): [string, ResolvedScalar][] {
  return texts.map((text) => [text, { type, value }]);
}

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const INTEGER = /^([-+]?)(?:0([xX])([0-9a-fA-F]+)|0([bB])([01]+)|0([oO]?)([0-7]+)|(0|[1-9][0-9]*))$/;
const LEGACY_BINARY = /^(-?)0b([-+]?[01]+)$/;
const INT64_MIN = -(1n << 63n);
const INT64_MAX = (1n << 63n) - 1n;
const UINT64_MAX = (1n << 64n) - 1n;

/** What a plain scalar without a tag means to goyaml.v2: YAML 1.1 without numbers to base 60. */
export function resolvePlain(text: string): ResolvedScalar {
  const code = text.charCodeAt(0);
  const isDigit = code >= 0x30 && code <= 0x39;
  if (!isDigit && code !== 0x2b && code !== 0x2d && code !== 0x2e) {
    return (text.length <= 5 ? WORDS.get(text) : undefined) ?? { type: 'str', value: text };
  }
  const word = text.length <= 5 ? WORDS.get(text) : undefined;
  if (word !== undefined) return word;
  if (code === 0x2e) return resolveFloat(text) ?? { type: 'str', value: text };
  if (isTimestamp(text)) return { type: 'timestamp', value: text };
  return resolveNumber(text) ?? { type: 'str', value: text };
}

/**
 * What a scalar with this long tag means to goyaml.v2.
 *
 * @throws YamlError where the text is none of that type
 */
export function resolveTagged(tag: string, text: string): ResolvedScalar {
  if (!tag.startsWith(CORE)) return { type: 'str', value: text };
  const type = tag.slice(CORE.length);
  if (type === 'binary') return { type: 'str', value: decodeBinary(text) };
  if (type !== 'bool' && type !== 'int' && type !== 'float' && type !== 'null' && type !== 'timestamp') {
    return { type: 'str', value: text };
  }
  const plain = resolvePlain(text);
  // Dates count only where they are asked for.
  const resolved = plain.type === 'timestamp' && type !== 'timestamp' ? resolveNumber(text) : plain;
  if (resolved?.type === type) return resolved;
  if (type === 'float' && resolved?.value instanceof GoInt) {
    return { type: 'float', value: Number(resolved.value.value) };
  }
  throw new YamlError(`cannot decode !!${resolved?.type ?? 'str'} \`${text}\` as a !!${type}`);
}

function resolveNumber(text: string): ResolvedScalar | undefined {
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  const integer = INTEGER.exec(plain);
  if (integer !== null) {
    const [, sign = '', hexPrefix, hex, binaryPrefix, binary, , octal, decimal] = integer;
    const digits =
      hexPrefix === undefined
        ? binaryPrefix === undefined
          ? octal === undefined
            ? decimal
            : `0o${octal}`
          : `0b${binary}`
        : `0x${hex}`;
    const value = BigInt(digits ?? '0') * (sign === '-' ? -1n : 1n);
    if (value >= INT64_MIN && value <= INT64_MAX) return { type: 'int', value: new GoInt('int', value) };
    if (sign === '' && value <= UINT64_MAX) return { type: 'int', value: new GoInt('uint64', value) };
  }
  const float = resolveFloat(plain);
  if (float !== undefined) return float;
  const legacy = LEGACY_BINARY.exec(plain);
  if (legacy === null) return undefined;
  const [, sign = '', digits = '0'] = legacy;
  const unsigned = digits.replace(/^[-+]/, '');
  // Go would read `-0b-1` as "--1", which is no number.
  if (sign === '-' && unsigned !== digits) return undefined;
  const value = BigInt(`0b${unsigned}`) * (sign === '-' || digits.startsWith('-') ? -1n : 1n);
  if (value < INT64_MIN || value > INT64_MAX) return undefined;
  return { type: 'int', value: new GoInt('int', value) };
}

function resolveFloat(text: string): ResolvedScalar | undefined {
  if (!FLOAT.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? { type: 'float', value } : undefined;
}

function decodeBinary(text: string): string {
  const compact = text.replace(/[\r\n]/g, '');
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)) {
    throw new YamlError('!!binary value contains invalid base64 data');
  }
  return Buffer.from(compact, 'base64').toString('utf8');
}
