import { compareStrings, fromBytes } from '../go/byte-string.js';
import { GoError } from '../go/go-error.js';
import { NilGoMap, NilGoSlice } from '../go/nil-collections.js';
import { GoInt, GoMap, type GoMethod, type GoObject, GoSlice, type GoValue } from '../go/value.js';

/**
 * A Go struct whose JSON form differs from its fields: `jsonFields` gives names and values in Go's order, `omitempty`
 * applied. Without it a struct is written with its field names, and one with `elements` as those.
 */
export interface JsonGoObject extends GoObject {
  readonly jsonFields: () => ReadonlyMap<string, GoValue>;
}

export interface JsonEncodeOptions {
  /** Write `<`, `>` and `&` as escapes, as Go does unless told otherwise. Default true. */
  readonly escapeHtml?: boolean | undefined;
  /** One level of indentation; a line for each item when set. */
  readonly indent?: string | undefined;
}

/** Nesting beyond this is an error: Go would report a cycle, or run out of stack. */
const MAX_DEPTH = 1_000;

/**
 * encoding/json's Marshal: map keys sorted bytewise, floats in the shortest form, `[]byte` as base64, invalid UTF-8
 * as U+FFFD.
 *
 * @throws GoError for NaN, infinities, and values nested too deeply (a map that holds itself)
 * @throws RangeError for a value with more elements than any real one
 */
export function encodeJson(value: GoValue, options: JsonEncodeOptions = {}): string {
  return encode(
    value,
    { escapeHtml: options.escapeHtml ?? true, indent: options.indent ?? '', elements: 0 },
    0,
  );
}

/** More elements than any real value has; one that holds itself many times over would not end in time without. */
const MAX_ELEMENTS = 10_000_000;

interface Style {
  readonly escapeHtml: boolean;
  readonly indent: string;
  /** Elements of maps and lists written so far. */
  elements: number;
}

function encode(value: GoValue, style: Style, depth: number): string {
  if (typeof value === 'string') return quoteJson(value, style.escapeHtml);
  if (typeof value === 'number') return formatJsonNumber(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (value instanceof GoInt) return String(value.value);
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`;
  if (depth > MAX_DEPTH)
    throw new GoError('json: unsupported value: encountered a cycle or nesting too deep');
  if (value instanceof NilGoSlice || value instanceof NilGoMap) return 'null';
  if (value instanceof GoSlice) {
    return bracket(
      '[',
      ']',
      value.items.map((item) => encode(item, style, depth + 1)),
      style,
      depth,
    );
  }
  if (value instanceof GoMap) return encodeMap(value.entries, style, depth);
  const marshal = value.methods.get('MarshalJSON');
  if (marshal !== undefined) return marshalled(marshal);
  if (isJsonGoObject(value)) return encodeFields(value.jsonFields(), style, depth);
  if (value.elements !== undefined) return encode(value.elements, style, depth);
  return encodeFields(value.fields, style, depth);
}

/** The text of a type that writes its own JSON: times, versions. */
function marshalled(marshal: GoMethod): string {
  const json = marshal.call();
  return json instanceof Uint8Array ? fromBytes(json) : 'null';
}

function isJsonGoObject(value: GoObject): value is JsonGoObject {
  return 'jsonFields' in value;
}

function encodeMap(entries: ReadonlyMap<string, GoValue>, style: Style, depth: number): string {
  const sorted = [...entries].sort(([a], [b]) => compareStrings(a, b));
  return encodeFields(sorted, style, depth);
}

function encodeFields(fields: Iterable<readonly [string, GoValue]>, style: Style, depth: number): string {
  const colon = style.indent === '' ? ':' : ': ';
  const parts: string[] = [];
  for (const [key, item] of fields) {
    parts.push(quoteJson(key, style.escapeHtml) + colon + encode(item, style, depth + 1));
  }
  return bracket('{', '}', parts, style, depth);
}

function bracket(open: string, close: string, parts: readonly string[], style: Style, depth: number): string {
  style.elements += parts.length;
  if (style.elements > MAX_ELEMENTS) throw new RangeError('the value is too large for JSON');
  if (style.indent === '' || parts.length === 0) return open + parts.join(',') + close;
  const outer = `\n${style.indent.repeat(depth)}`;
  const inner = outer + style.indent;
  return open + inner + parts.join(`,${inner}`) + outer + close;
}

/** A float64 as encoding/json writes it: as ES6 does, with a two-digit negative exponent shortened to one. */
export function formatJsonNumber(value: number): string {
  if (!Number.isFinite(value)) {
    throw new GoError(
      `json: unsupported value: ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`,
    );
  }
  return Object.is(value, -0) ? '-0' : String(value);
}

const NEEDS_ESCAPE = /[\u0000-\u001f"\\<>&\u2028\u2029\ud800-\udfff]/;
const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', String.raw`\"`],
  ['\\', String.raw`\\`],
  ['\b', String.raw`\b`],
  ['\f', String.raw`\f`],
  ['\n', String.raw`\n`],
  ['\r', String.raw`\r`],
  ['\t', String.raw`\t`],
]);

function quoteJson(text: string, escapeHtml: boolean): string {
  if (!NEEDS_ESCAPE.test(text)) return `"${text}"`;
  const escaped = text.replace(/[\u0000-\u001f"\\<>&\u2028\u2029]|\p{Cs}/gu, (character) => {
    if (!escapeHtml && (character === '<' || character === '>' || character === '&')) return character;
    const code = character.charCodeAt(0);
    // A byte that is no UTF-8.
    if (code >= 0xd800 && code <= 0xdfff) return String.raw`\ufffd`;
    return SHORT_ESCAPES.get(character) ?? String.raw`\u${code.toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}
