import { fromRune, toBytes } from './byte-string.js';
import { formatFloat } from './float-format.js';
import { pad, type FormatSpec } from './format-spec.js';
import { canBackquote, isPrintRune, quote, quoteRune, quoteToAscii } from './quote.js';

/** `%d %b %o %O %x %X` of an integer. */
export function formatInteger(value: bigint, radix: 2 | 8 | 10 | 16, verb: string, spec: FormatSpec): string {
  const negative = value < 0n;
  let minimum = 0;
  if (spec.precision !== undefined) {
    minimum = spec.precision;
    if (minimum === 0 && value === 0n) return pad('', spec, false);
  } else if (spec.zero && !spec.minus && spec.width !== undefined) {
    minimum = spec.width - (negative || spec.plus || spec.space ? 1 : 0);
  }
  let digits = (negative ? -value : value).toString(radix).padStart(minimum, '0');
  if (verb === 'X') digits = digits.toUpperCase();
  if (spec.sharp) {
    if (radix === 2) digits = `0b${digits}`;
    if (radix === 8 && !digits.startsWith('0')) digits = `0${digits}`;
    if (radix === 16) digits = (verb === 'X' ? '0X' : '0x') + digits;
  }
  if (verb === 'O') digits = `0o${digits}`;
  const sign = negative ? '-' : spec.plus ? '+' : spec.space ? ' ' : '';
  return pad(sign + digits, spec, false);
}

/** `%v` of an unsigned integer under `%#v`. */
export function formatHexLiteral(value: bigint, spec: FormatSpec): string {
  return formatInteger(value, 16, 'x', { ...spec, sharp: true });
}

/** `%c`: the character with this code. */
export function formatCharacter(value: bigint, spec: FormatSpec): string {
  return pad(fromRune(toRune(value)), spec);
}

/** `%q` of an integer: a quoted character. */
export function formatQuotedCharacter(value: bigint, spec: FormatSpec): string {
  return pad(quoteRune(toRune(value), spec.plus), spec);
}

/** `%U`: `U+0041`, with `#` the character as well. */
export function formatUnicode(value: bigint, spec: FormatSpec): string {
  const unsigned = BigInt.asUintN(64, value);
  const digits = unsigned
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(4, spec.precision ?? 4), '0');
  const rune = unsigned <= 0x10ffffn ? Number(unsigned) : -1;
  const shown = spec.sharp && rune >= 0 && isPrintRune(rune) ? ` '${fromRune(rune)}'` : '';
  return pad(`U+${digits}${shown}`, spec, false);
}

function toRune(value: bigint): number {
  return value >= 0n && value <= 0x10ffffn ? Number(value) : 0xfffd;
}

/** `%v %b %e %f %g %x` of a float64. */
export function formatFloatVerb(value: number, verb: string, spec: FormatSpec): string {
  const format = verb === 'v' ? 'g' : verb === 'F' ? 'f' : verb;
  const defaultPrecision = 'efEF'.includes(verb) ? 6 : -1;
  const precision = spec.precision ?? defaultPrecision;
  const text = formatFloat(value, format, precision);
  const signed = /^[+-]/.test(text);
  const sign = signed ? text.charAt(0) : spec.space && !spec.plus ? ' ' : '+';
  let body = signed ? text.slice(1) : text;
  if (!Number.isFinite(value)) {
    // NaN shows a sign only where a flag asks for one.
    const unsigned = Number.isNaN(value) && !spec.space && !spec.plus;
    return pad(unsigned ? body : sign + body, spec, false);
  }
  if (spec.sharp && verb !== 'b') body = keepPoint(body, format, spec.precision);
  if (!spec.plus && sign === '+') return pad(body, spec);
  if (spec.zero && !spec.minus && spec.width !== undefined) return sign + body.padStart(spec.width - 1, '0');
  return pad(sign + body, spec);
}

/** The `#` flag: always a decimal point; `%g` and `%x` (but not `%X`) keep their trailing zeros. */
function keepPoint(body: string, format: string, precision: number | undefined): string {
  const hexadecimal = format === 'x' || format === 'X';
  const tailStart = body.search(hexadecimal ? /p/i : /[ep]/i);
  const head = tailStart < 0 ? body : body.slice(0, tailStart);
  const tail = tailStart < 0 ? '' : body.slice(tailStart);
  const wanted = 'gGx'.includes(format) ? (precision ?? 6) : 0;
  const significant = head.replace('.', '').replace(/^0+/, '').length + (head === '0' ? 1 : 0);
  const pointed = head.includes('.') ? head : `${head}.`;
  return pointed + '0'.repeat(Math.max(0, wanted - significant)) + tail;
}

/** `%s` and `%v`; the precision counts characters. */
export function formatText(text: string, spec: FormatSpec): string {
  if (spec.precision === undefined && spec.width === undefined) return text;
  return pad(truncate(text, spec), spec);
}

/** `%q`. */
export function formatQuoted(text: string, spec: FormatSpec): string {
  const cut = truncate(text, spec);
  if (spec.sharp && canBackquote(cut)) return pad(`\`${cut}\``, spec);
  return pad(spec.plus ? quoteToAscii(cut) : quote(cut), spec);
}

/** `%x` and `%X` of text or bytes; the precision counts bytes. */
export function formatHexBytes(data: string | Uint8Array, verb: string, spec: FormatSpec): string {
  const all = typeof data === 'string' ? toBytes(data) : data;
  const bytes = spec.precision === undefined ? all : all.subarray(0, spec.precision);
  if (bytes.length === 0) return pad('', spec);
  const prefix = verb === 'X' ? '0X' : '0x';
  const pairs = Array.from(bytes, (byte) => {
    const digits = byte.toString(16).padStart(2, '0');
    return verb === 'X' ? digits.toUpperCase() : digits;
  });
  if (!spec.space) return pad((spec.sharp ? prefix : '') + pairs.join(''), spec);
  return pad(pairs.map((pair) => (spec.sharp ? prefix + pair : pair)).join(' '), spec);
}

function truncate(text: string, spec: FormatSpec): string {
  if (spec.precision === undefined) return text;
  let kept = '';
  let count = 0;
  for (const character of text) {
    if (count === spec.precision) break;
    kept += character;
    count += 1;
  }
  return kept;
}
