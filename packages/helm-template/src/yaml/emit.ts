import { toBytes } from '../go/byte-string.js';
import { formatFloat } from '../go/float-format.js';
import { GoError } from '../go/go-error.js';
import { NilGoMap, NilGoSlice } from '../go/nil-collections.js';
import { GoInt, GoMap, GoSlice, type GoValue } from '../go/value.js';
import { emitScalar, isSimpleKey, type ScalarStyle } from './emit-scalar.js';
import { decodeJson } from './json-decode.js';
import { encodeJson, formatJsonNumber } from './json-encode.js';
import { sortByKey } from './key-order.js';
import { parseYaml } from './parser.js';
import { construct } from './construct.js';
import { resolvePlain } from './resolve.js';
import { YamlError } from './yaml-error.js';
import { type YamlDialect, YamlWriter } from './yaml-writer.js';

const MAX_DEPTH = 1_000;
/** Characters that the YAML reader, through which Helm sends the JSON text, refuses or changes. */
const CHANGED_BY_READER = /[\u007f-\u009f\ufeff\ufffe\uffff\ud800-\udfff]/;
const NOT_UTF8 = /\p{Cs}/u;
/** The reader takes it for a line break, which no simple key may hold. */
const NEXT_LINE = '\u0085';
/** A longer key is no simple key to that reader: it refuses the text. */
const MAX_JSON_KEY_LENGTH = 1_024;

/**
 * sigs.k8s.io/yaml's Marshal, with its final line break: JSON, read as YAML, written by goyaml.v2.
 *
 * @throws GoError | YamlError where Go reports an error (Helm's `toYaml` then gives `''`)
 */
export function emitYaml(value: GoValue): string {
  return write(throughJson(value, 0), 'v2');
}

/**
 * Helm's `toYamlPretty`: yaml.v3 with an indentation of 2, sequences indented below their key, no folding.
 *
 * @throws GoError for values nested too deeply
 */
export function emitYamlPretty(value: GoValue): string {
  return write(value, 'v3');
}

/** What is left of a value after JSON and goyaml's reader: integers, floats, strings, plain maps and lists. */
function throughJson(value: GoValue, depth: number): GoValue {
  if (typeof value === 'string') return CHANGED_BY_READER.test(value) ? reread(value) : value;
  if (typeof value === 'number') return resolvePlain(formatJsonNumber(value)).value;
  if (value === null || typeof value === 'boolean' || value instanceof GoInt) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (depth > MAX_DEPTH)
    throw new GoError('json: unsupported value: encountered a cycle or nesting too deep');
  if (value instanceof NilGoSlice || value instanceof NilGoMap) return null;
  if (value instanceof GoSlice) return new GoSlice(value.items.map((item) => throughJson(item, depth + 1)));
  if (!(value instanceof GoMap)) return throughJson(decodeJson(encodeJson(value)), depth);
  const entries = new Map<string, GoValue>();
  for (const [key, item] of value.entries) {
    const special = CHANGED_BY_READER.test(key);
    const isLong = key.length > 128 && encodeJson(key).length > MAX_JSON_KEY_LENGTH;
    if (isLong || key.includes(NEXT_LINE)) {
      throw new YamlError("did not find expected ',' or '}'");
    }
    entries.set(special ? reread(key) : key, throughJson(item, depth + 1));
  }
  return new GoMap(entries);
}

function reread(text: string): string {
  const node = parseYaml(encodeJson(text));
  const value = node === undefined ? '' : construct(node, false);
  return typeof value === 'string' ? value : '';
}

function write(value: GoValue, dialect: YamlDialect): string {
  const writer = new YamlWriter(dialect);
  writeNode(writer, value, { inMapping: false, depth: 0 });
  return writer.finish();
}

interface Place {
  readonly inMapping: boolean;
  readonly depth: number;
}

function writeNode(writer: YamlWriter, value: GoValue, place: Place): void {
  if (typeof value === 'string') return writeString(writer, value);
  if (typeof value === 'number') return emitScalar(writer, formatYamlFloat(value), 'plain', false);
  if (value === null || typeof value === 'boolean') return emitScalar(writer, String(value), 'plain', false);
  if (value instanceof GoInt) return emitScalar(writer, String(value.value), 'plain', false);
  if (value instanceof Uint8Array) {
    return writeNode(writer, new GoSlice([...value].map((byte) => new GoInt('uint8', BigInt(byte)))), place);
  }
  if (place.depth > MAX_DEPTH) throw new GoError('value is nested too deeply, or holds itself');
  if (value instanceof GoSlice) return writeSequence(writer, value.items, place);
  if (value instanceof GoMap) return writeMapping(writer, value.entries, place);
  writeNode(writer, value.elements ?? lowerCaseFields(value.fields), place);
}

/** yaml.v3 writes bytes that are not UTF-8 as binary; goyaml.v2 gets them from JSON, where they are U+FFFD. */
function writeString(writer: YamlWriter, text: string): void {
  if (writer.dialect === 'v3' && NOT_UTF8.test(text)) {
    writer.indicator('!!binary', true);
    emitScalar(writer, Buffer.from(toBytes(text)).toString('base64'), 'plain', false);
  } else {
    emitScalar(writer, text, wantedStyle(text), false);
  }
}

/** yaml.v3's names of struct fields that have no tag. */
function lowerCaseFields(fields: ReadonlyMap<string, GoValue>): GoMap {
  return new GoMap(new Map([...fields].map(([name, value]) => [name.toLowerCase(), value])));
}

function writeSequence(writer: YamlWriter, items: readonly GoValue[], place: Place): void {
  if (items.length === 0) return writer.indicator('[]', true);
  const outer = writer.indent;
  const compact = writer.dialect === 'v2' && place.inMapping && !writer.atIndentation;
  writer.indent = outer < 0 ? 0 : compact ? outer : outer + 2;
  for (const item of items) {
    writer.writeIndent();
    writer.blockIndicator('-');
    writeNode(writer, item, { inMapping: false, depth: place.depth + 1 });
  }
  writer.indent = outer;
}

function writeMapping(writer: YamlWriter, entries: ReadonlyMap<string, GoValue>, place: Place): void {
  if (entries.size === 0) return writer.indicator('{}', true);
  const outer = writer.indent;
  writer.indent = outer < 0 ? 0 : outer + 2;
  const inside = { inMapping: true, depth: place.depth + 1 };
  for (const [key, item] of sortByKey(entries, writer.dialect)) {
    writer.writeIndent();
    if (isSimpleKey(key)) {
      emitScalar(writer, key, wantedStyle(key), true);
      writer.indicator(':', false);
    } else {
      writer.blockIndicator('?');
      emitScalar(writer, key, wantedStyle(key), false);
      writer.writeIndent();
      writer.blockIndicator(':');
    }
    writeNode(writer, item, inside);
  }
  writer.indent = outer;
}

const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** Strings that a reader would take for something else are double-quoted. */
function wantedStyle(text: string): ScalarStyle {
  if (text.includes('\n')) return 'literal';
  return resolvePlain(text).type === 'str' && !BASE_60.test(text) ? 'plain' : 'double-quoted';
}

function formatYamlFloat(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  return formatFloat(value, 'g', -1);
}
