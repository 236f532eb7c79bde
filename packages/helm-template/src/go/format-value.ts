import { fromBytes } from './byte-string.js';
import { formatFloat64 } from './float-format.js';
import {
  formatCharacter,
  formatFloatVerb,
  formatHexBytes,
  formatHexLiteral,
  formatInteger,
  formatQuoted,
  formatQuotedCharacter,
  formatText,
  formatUnicode,
} from './format-scalar.js';
import { countElements, emptySpec, pad, type FormatSpec } from './format-spec.js';
import { isUnsignedKind } from './integer.js';
import { typeOf } from './kind.js';
import { sortedKeys } from './map-order.js';
import { NamedGoInt } from './named-int.js';
import { GoInt, GoMap, GoSlice, type GoObject, type GoValue } from './value.js';

/** `%v` without flags: how a template and `print` show a value. */
export function formatPlain(value: GoValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatFloat64(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value instanceof NamedGoInt) return value.toGoString();
  if (value instanceof GoInt) return value.value.toString();
  return formatArgument(value, 'v', emptySpec());
}

/** One operand under one verb, as fmt's printArg. */
export function formatArgument(value: GoValue, verb: string, spec: FormatSpec): string {
  if (value === null) return verb === 'T' || verb === 'v' ? pad('<nil>', spec) : badVerb(null, verb, spec);
  if (verb === 'T') return formatText(typeOf(value), spec);
  if (verb === 'p') return badVerb(value, verb, spec);
  if (value instanceof Uint8Array) return formatBytes(value, verb, spec, '[]byte');
  return formatNested(value, verb, spec, 0);
}

function badVerb(value: GoValue, verb: string, spec: FormatSpec): string {
  if (value === null) return `%!${verb}(<nil>)`;
  const shown =
    value instanceof Uint8Array
      ? formatBytes(value, 'v', spec, '[]byte')
      : formatNested(value, 'v', spec, 0, true);
  return `%!${verb}(${typeOf(value)}=${shown})`;
}

/** @param raw - inside a bad verb's text, where fmt calls no String method. */
function formatNested(value: GoValue, verb: string, spec: FormatSpec, depth: number, raw = false): string {
  switch (typeof value) {
    case 'string':
      return formatStringVerb(value, value, verb, spec);
    case 'number':
      return 'vbgGxXfFeE'.includes(verb) ? formatFloatVerb(value, verb, spec) : badVerb(value, verb, spec);
    case 'boolean':
      return verb === 't' || verb === 'v' ? pad(value ? 'true' : 'false', spec) : badVerb(value, verb, spec);
    default:
  }
  if (value === null) return spec.sharpV ? 'interface {}(nil)' : '<nil>';
  if (value instanceof NamedGoInt && !raw && !spec.sharpV && 'vsq'.includes(verb)) {
    return formatStringVerb(value.toGoString(), value, verb, spec);
  }
  if (value instanceof GoInt) return formatIntVerb(value, verb, spec);
  if (value instanceof Uint8Array) return formatByteSlice(value, verb, spec, depth);
  if (value instanceof GoMap) return formatMap(value, value.typeName, verb, spec, depth);
  if (value instanceof GoSlice) return formatSlice(value, value.typeName, verb, spec, depth);
  return formatObject(value, verb, spec, depth, raw);
}

function formatStringVerb(text: string, owner: GoValue, verb: string, spec: FormatSpec): string {
  switch (verb) {
    case 'v':
      return spec.sharpV ? formatQuoted(text, spec) : formatText(text, spec);
    case 's':
      return formatText(text, spec);
    case 'x':
    case 'X':
      return formatHexBytes(text, verb, spec);
    case 'q':
      return formatQuoted(text, spec);
    default:
      return badVerb(owner, verb, spec);
  }
}

function formatIntVerb(value: GoInt, verb: string, spec: FormatSpec): string {
  switch (verb) {
    case 'v':
      if (spec.sharpV && isUnsignedKind(value.kind)) return formatHexLiteral(value.value, spec);
      return formatInteger(value.value, 10, verb, spec);
    case 'd':
      return formatInteger(value.value, 10, verb, spec);
    case 'b':
      return formatInteger(value.value, 2, verb, spec);
    case 'o':
    case 'O':
      return formatInteger(value.value, 8, verb, spec);
    case 'x':
    case 'X':
      return formatInteger(value.value, 16, verb, spec);
    case 'c':
      return formatCharacter(value.value, spec);
    case 'q':
      return formatQuotedCharacter(value.value, spec);
    case 'U':
      return formatUnicode(value.value, spec);
    default:
      return badVerb(value, verb, spec);
  }
}

function formatByteSlice(bytes: Uint8Array, verb: string, spec: FormatSpec, depth: number): string {
  if ('sqxX'.includes(verb)) return formatBytes(bytes, verb, spec, '[]uint8');
  return formatByteList(bytes, '[]uint8', verb, spec, depth);
}

function formatBytes(bytes: Uint8Array, verb: string, spec: FormatSpec, typeName: string): string {
  switch (verb) {
    case 'v':
    case 'd':
      return formatByteList(bytes, typeName, verb, spec, 0);
    case 's':
      return formatText(fromBytes(bytes), spec);
    case 'x':
    case 'X':
      return formatHexBytes(bytes, verb, spec);
    case 'q':
      return formatQuoted(fromBytes(bytes), spec);
    default:
      return formatByteList(bytes, '[]uint8', verb, spec, 0);
  }
}

/** Charts that print their whole context print every file of it: the usual form is worth a short way. */
function formatByteList(
  bytes: Uint8Array,
  typeName: string,
  verb: string,
  spec: FormatSpec,
  depth: number,
): string {
  const isPlain =
    spec.width === undefined && spec.precision === undefined && !spec.sharpV && !spec.plus && !spec.space;
  if (isPlain && (verb === 'v' || verb === 'd')) return `[${decimalList(bytes)}]`;
  return formatItems(byteItems(bytes), typeName, verb, spec, depth);
}

/** The bytes as decimal numbers with spaces between, written as ASCII: an array of strings would take ten times as long. */
function decimalList(bytes: Uint8Array): string {
  const text = Buffer.allocUnsafe(bytes.length * 4);
  let end = 0;
  for (const byte of bytes) {
    if (end > 0) text[end++] = 0x20;
    if (byte >= 100) text[end++] = 0x30 + Math.floor(byte / 100);
    if (byte >= 10) text[end++] = 0x30 + (Math.floor(byte / 10) % 10);
    text[end++] = 0x30 + (byte % 10);
  }
  return text.toString('latin1', 0, end);
}

function byteItems(bytes: Uint8Array): GoInt[] {
  return Array.from(bytes, (byte) => new GoInt('uint8', BigInt(byte)));
}

function formatSlice(
  slice: GoSlice,
  typeName: string,
  verb: string,
  spec: FormatSpec,
  depth: number,
): string {
  return formatItems(slice.items, typeName, verb, spec, depth);
}

function formatItems(
  items: readonly GoValue[],
  typeName: string,
  verb: string,
  spec: FormatSpec,
  depth: number,
): string {
  countElements(items.length, spec);
  const shown = items.map((item) => formatNested(item, verb, spec, depth + 1));
  return spec.sharpV ? `${typeName}{${shown.join(', ')}}` : `[${shown.join(' ')}]`;
}

function formatMap(map: GoMap, typeName: string, verb: string, spec: FormatSpec, depth: number): string {
  countElements(map.entries.size, spec);
  const shown = sortedKeys(map).map((key) => {
    const value = formatNested(map.entries.get(key) ?? null, verb, spec, depth + 1);
    return `${formatNested(key, verb, spec, depth + 1)}:${value}`;
  });
  return spec.sharpV ? `${typeName}{${shown.join(', ')}}` : `map[${shown.join(' ')}]`;
}

function formatObject(value: GoObject, verb: string, spec: FormatSpec, depth: number, raw: boolean): string {
  if (value.toGoString !== undefined && !spec.sharpV && !raw && 'vsxXq'.includes(verb)) {
    return formatStringVerb(value.toGoString(), value, verb, spec);
  }
  if (value.elements instanceof GoMap) return formatMap(value.elements, value.typeName, verb, spec, depth);
  if (value.elements instanceof GoSlice)
    return formatSlice(value.elements, value.typeName, verb, spec, depth);
  // An address differs from run to run; only a pointer at the top is shown by its contents.
  if (value.kind === 'ptr' && depth > 0)
    return spec.sharpV ? `(${value.typeName})(0xc000000000)` : '0xc000000000';
  const named = spec.plusV || spec.sharpV;
  const shown = [...value.fields].map(([name, field]) => {
    const text = formatNested(field, verb, spec, depth + 1);
    return named ? `${name}:${text}` : text;
  });
  const typeName = value.typeName.replace(/^\*/, '');
  const body = spec.sharpV ? `${typeName}{${shown.join(', ')}}` : `{${shown.join(' ')}}`;
  return value.kind === 'ptr' ? `&${body}` : body;
}
