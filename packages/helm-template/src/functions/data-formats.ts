import { GoError } from '../go/go-error.js';
import { kindOf } from '../go/kind.js';
import { NilGoMap, NilGoSlice } from '../go/nil-collections.js';
import { GoMap, GoSlice, type GoValue } from '../go/value.js';
import { emitYaml, emitYamlPretty } from '../yaml/emit.js';
import { decodeJson } from '../yaml/json-decode.js';
import { encodeJson } from '../yaml/json-encode.js';
import { readYaml } from '../yaml/read.js';
import { YamlError } from '../yaml/yaml-error.js';
import { ANY, anyAt, fixed, stringAt, type FunctionEntries } from './define.js';
import { spendOn } from './spend-on.js';
import { localZone } from './time/zone.js';
import { readToml } from './toml/read-toml.js';
import { writeToml } from './toml/write-toml.js';

const PRETTY = { indent: '  ' };

/** What sets the readers apart: the text before a type error, and whether null makes a nil map or an empty one. */
interface Reader {
  readonly errorPrefix: string;
  readonly nullIsNil: boolean;
}
const FROM_YAML: Reader = { errorPrefix: 'error unmarshaling JSON: while decoding JSON: ', nullIsNil: false };
const FROM_JSON: Reader = { errorPrefix: '', nullIsNil: true };

/**
 * YAML, JSON and TOML, to and from text. The plain functions never fail: writing gives "" (TOML: the error's
 * text), reading gives the error's text in the result; their `must` forms fail.
 */
export function dataFormatFunctions(timeZone: string): FunctionEntries {
  return [
    ['toYaml', writing((value) => withoutLastNewline(emitYaml(value)), '')],
    ['mustToYaml', writing((value) => withoutLastNewline(emitYaml(value)))],
    ['toYamlPretty', writing((value) => withoutLastNewline(emitYamlPretty(value)), '')],
    ['fromYaml', fixed(['string'], (args) => readMap(() => parseYamlText(stringAt(args, 0)), FROM_YAML))],
    [
      'fromYamlArray',
      fixed(['string'], (args) => readList(() => parseYamlText(stringAt(args, 0)), FROM_YAML)),
    ],

    ['toJson', writing((value) => encodeJson(value), '')],
    ['mustToJson', writing((value) => encodeJson(value))],
    ['toPrettyJson', writing((value) => encodeJson(value, PRETTY), '')],
    ['mustToPrettyJson', writing((value) => encodeJson(value, PRETTY))],
    ['toRawJson', writing((value) => encodeJson(value, { escapeHtml: false }))],
    ['mustToRawJson', writing((value) => encodeJson(value, { escapeHtml: false }))],
    ['fromJson', fixed(['string'], (args) => readMap(() => decodeJson(stringAt(args, 0)), FROM_JSON))],
    ['fromJsonArray', fixed(['string'], (args) => readList(() => decodeJson(stringAt(args, 0)), FROM_JSON))],
    ['mustFromJson', fixed(['string'], (args) => decodeJson(stringAt(args, 0)))],

    [
      'toToml',
      fixed([ANY], (args, context) => {
        const value = anyAt(args, 0);
        spendOn(value, context);
        if (value === null) throw new GoError('reflect: call of reflect.Value.Type on zero Value');
        return orErrorText(() => writeToml(value));
      }),
    ],
    [
      'fromToml',
      fixed(['string'], (args) => readMap(() => readToml(stringAt(args, 0), localZone(timeZone)), FROM_JSON)),
    ],
  ];
}

/** @param fallback - the result where writing fails; without one it is an error. */
function writing(write: (value: GoValue) => string, fallback?: string) {
  return fixed([ANY], (args, context) => {
    spendOn(anyAt(args, 0), context);
    try {
      return write(anyAt(args, 0));
    } catch (error) {
      if (!isDataError(error)) throw error;
      if (fallback === undefined) throw new GoError(error.message, { cause: error });
      return fallback;
    }
  });
}

function isDataError(error: unknown): error is GoError | YamlError {
  return error instanceof GoError || error instanceof YamlError;
}

function withoutLastNewline(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

function orErrorText(write: () => string): string {
  try {
    return write();
  } catch (error) {
    if (isDataError(error)) return error.message;
    throw error;
  }
}

function parseYamlText(text: string): GoValue {
  try {
    return readYaml(text);
  } catch (error) {
    if (isDataError(error))
      throw new GoError(`error converting YAML to JSON: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Reads into a map; what is neither a map nor null is an error under the key `Error`. */
function readMap(read: () => GoValue, { errorPrefix, nullIsNil }: Reader): GoMap {
  try {
    const value = read();
    if (value instanceof GoMap) return value;
    if (value === null) return nullIsNil ? new NilGoMap() : new GoMap();
    throw new GoError(errorPrefix + cannotUnmarshal(value, 'map[string]interface {}'));
  } catch (error) {
    if (isDataError(error)) return new GoMap(new Map([['Error', error.message]]));
    throw error;
  }
}

/** Reads into a list; of what is neither a list nor null the error is the only element. */
function readList(read: () => GoValue, { errorPrefix, nullIsNil }: Reader): GoSlice {
  try {
    const value = read();
    if (value instanceof GoSlice) return value;
    if (value === null) return nullIsNil ? new NilGoSlice() : new GoSlice();
    throw new GoError(errorPrefix + cannotUnmarshal(value, '[]interface {}'));
  } catch (error) {
    if (isDataError(error)) return new GoSlice([error.message]);
    throw error;
  }
}

const JSON_KINDS: ReadonlyMap<string, string> = new Map([
  ['map', 'object'],
  ['slice', 'array'],
  ['float64', 'number'],
]);

function cannotUnmarshal(value: GoValue, target: string): string {
  const kind = kindOf(value);
  return `json: cannot unmarshal ${JSON_KINDS.get(kind) ?? kind} into Go value of type ${target}`;
}
