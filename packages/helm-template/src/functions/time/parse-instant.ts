import { GoError } from '../../go/go-error.js';
import { daysFromCivil, daysInMonth } from './civil.js';
import { NANOS_PER_SECOND } from './duration.js';
import { instantFromCivil, type Instant } from './instant.js';
import { parseLayout, type LayoutElement, type LayoutPiece } from './layout.js';
import { MONTHS, WEEKDAYS } from './names.js';
import { fixedZone, UTC, type Zone } from './zone.js';

/** What has been read so far; absent fields were not in the layout. */
interface Fields {
  year: number;
  month: number | undefined;
  day: number | undefined;
  yearDay: number | undefined;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
  half: 'AM' | 'PM' | undefined;
  utc: boolean;
  offsetSeconds: number | undefined;
  zoneName: string;
}

/**
 * Reads a date by a Go layout, as `time.ParseInLocation`.
 *
 * @throws GoError when the value does not fit the layout or a field is out of range.
 */
export function parseInstant(layout: string, value: string, zone: Zone): Instant {
  const reader = new ValueReader(layout, value);
  const fields: Fields = {
    year: 0,
    month: undefined,
    day: undefined,
    yearDay: undefined,
    hour: 0,
    minute: 0,
    second: 0,
    nanosecond: 0,
    half: undefined,
    utc: false,
    offsetSeconds: undefined,
    zoneName: '',
  };
  const pieces = parseLayout(layout);
  for (const [index, piece] of pieces.entries()) {
    if ('literal' in piece) reader.skip(piece.literal);
    else readElement(reader, fields, piece.element, piece.text, pieces[index + 1]);
  }
  if (reader.rest !== '') reader.fail('', `: extra text: ${JSON.stringify(reader.rest)}`);
  if (fields.half === 'PM' && fields.hour < 12) fields.hour += 12;
  else if (fields.half === 'AM' && fields.hour === 12) fields.hour = 0;
  const { month, day } = monthAndDay(fields, reader);
  if (day < 1 || day > daysInMonth(fields.year, month)) reader.fail('', ': day out of range');
  return inZone({ ...fields, month, day }, zone);
}

/** The unread rest of a value, with Go's error texts. */
class ValueReader {
  readonly #layout: string;
  readonly #value: string;
  rest: string;

  constructor(layout: string, value: string) {
    this.#layout = layout;
    this.#value = value;
    this.rest = value;
  }

  fail(element: string, reason = ''): never {
    const quoted = (text: string): string => JSON.stringify(text);
    const as = reason === '' ? `: cannot parse ${quoted(this.rest)} as ${quoted(element)}` : reason;
    const layout = reason === '' ? ` as ${quoted(this.#layout)}` : '';
    throw new GoError(`parsing time ${quoted(this.#value)}${layout}${as}`);
  }

  /** Literal text must be there as it is; a run of spaces stands for any number of spaces. */
  skip(literal: string): void {
    let expected = literal;
    while (expected !== '') {
      if (expected.startsWith(' ')) {
        if (this.rest !== '' && !this.rest.startsWith(' ')) this.fail(literal);
        expected = expected.replace(/^ +/, '');
        this.rest = this.rest.replace(/^ +/, '');
        continue;
      }
      if (this.rest.charAt(0) !== expected.charAt(0)) this.fail(literal);
      expected = expected.slice(1);
      this.rest = this.rest.slice(1);
    }
  }

  /** Takes what the pattern (anchored with `^`) matches. */
  take(pattern: RegExp, element: string): RegExpExecArray {
    const match = pattern.exec(this.rest);
    if (match === null) return this.fail(element);
    this.rest = this.rest.slice(match[0].length);
    return match;
  }

  number(pattern: RegExp, element: string): number {
    return Number(this.take(pattern, element)[0]);
  }

  name(names: readonly string[], element: string, length?: number): number {
    const index = names.findIndex((name) => {
      const wanted = name.slice(0, length).toLowerCase();
      return this.rest.slice(0, wanted.length).toLowerCase() === wanted;
    });
    if (index < 0) this.fail(element);
    this.rest = this.rest.slice((names[index] ?? '').slice(0, length).length);
    return index;
  }
}

function readElement(
  reader: ValueReader,
  fields: Fields,
  element: LayoutElement,
  text: string,
  next: LayoutPiece | undefined,
): void {
  switch (element) {
    case '2006':
      fields.year = reader.number(/^\d{4}/, text);
      return;
    case '06': {
      const year = reader.number(/^\d\d/, text);
      fields.year = year >= 69 ? year + 1900 : year + 2000;
      return;
    }
    case 'January':
      fields.month = reader.name(MONTHS, text) + 1;
      return;
    case 'Jan':
      fields.month = reader.name(MONTHS, text, 3) + 1;
      return;
    case '1':
    case '01':
      fields.month = inRange(reader, text, 'month', 1, 12, readNumber(reader, element, text));
      return;
    case 'Monday':
      reader.name(WEEKDAYS, text);
      return;
    case 'Mon':
      reader.name(WEEKDAYS, text, 3);
      return;
    case '2':
    case '02':
    case '_2':
      if (element === '_2') reader.rest = reader.rest.replace(/^ /, '');
      fields.day = readNumber(reader, element, text);
      return;
    case '__2':
      reader.rest = reader.rest.replace(/^ {1,2}/, '');
      fields.yearDay = reader.number(/^\d{1,3}/, text);
      return;
    case '002':
      fields.yearDay = reader.number(/^\d{3}/, text);
      return;
    case '15':
      fields.hour = inRange(reader, text, 'hour', 0, 23, readNumber(reader, '1', text));
      return;
    case '3':
    case '03':
      fields.hour = inRange(reader, text, 'hour', 0, 12, readNumber(reader, element, text));
      return;
    case '4':
    case '04':
      fields.minute = inRange(reader, text, 'minute', 0, 59, readNumber(reader, element, text));
      return;
    case '5':
    case '05':
      fields.second = inRange(reader, text, 'second', 0, 59, readNumber(reader, element, text));
      if (!(next !== undefined && 'element' in next && next.element.startsWith('fraction'))) {
        // Go takes a fraction that the value has although the layout doesn't.
        readFraction(reader, fields, /^[.,]\d+/);
      }
      return;
    case 'PM':
    case 'pm':
      fields.half =
        reader.take(element === 'PM' ? /^(?:AM|PM)/ : /^(?:am|pm)/, text)[0].toUpperCase() === 'PM'
          ? 'PM'
          : 'AM';
      return;
    case 'MST':
      readZoneName(reader, fields, text);
      return;
    case 'fraction0': {
      const digits = new RegExp(`^[.,]\\d{${text.length - 1}}`);
      if (!digits.test(reader.rest)) reader.fail(text);
      readFraction(reader, fields, digits);
      return;
    }
    case 'fraction9':
      readFraction(reader, fields, /^[.,]\d+/);
      return;
    default:
      readOffset(reader, fields, element, text);
  }
}

/** Elements with a leading zero want two digits; the others take one or two. */
function readNumber(reader: ValueReader, element: LayoutElement, text: string): number {
  return reader.number(element.startsWith('0') ? /^\d\d/ : /^\d\d?/, text);
}

function inRange(
  reader: ValueReader,
  element: string,
  field: string,
  low: number,
  high: number,
  value: number,
): number {
  if (value < low || value > high) reader.fail(element, `: ${field} out of range`);
  return value;
}

function readFraction(reader: ValueReader, fields: Fields, pattern: RegExp): void {
  const match = pattern.exec(reader.rest);
  if (match === null) return;
  fields.nanosecond = Number(match[0].slice(1, 10).padEnd(9, '0'));
  reader.rest = reader.rest.slice(match[0].length);
}

function readOffset(reader: ValueReader, fields: Fields, element: LayoutElement, text: string): void {
  if (element.startsWith('Z') && reader.rest.startsWith('Z')) {
    reader.rest = reader.rest.slice(1);
    fields.utc = true;
    return;
  }
  const colons = element.includes(':') ? ':' : '';
  const groups = element.replace(/\D/g, '').length / 2;
  const digits = Array.from({ length: groups }, () => '(\\d\\d)').join(colons);
  const match = reader.take(new RegExp(`^([+-])${digits}`), text);
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = match;
  inRange(reader, text, 'time zone offset hour', 0, 24, Number(hours));
  inRange(reader, text, 'time zone offset minute', 0, 60, Number(minutes));
  inRange(reader, text, 'time zone offset second', 0, 60, Number(seconds));
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  fields.offsetSeconds = sign === '-' ? -size : size;
}

function readZoneName(reader: ValueReader, fields: Fields, text: string): void {
  if (reader.rest.startsWith('UTC')) {
    reader.rest = reader.rest.slice(3);
    fields.utc = true;
    return;
  }
  const name =
    /^(?:ChST|MeST)/.exec(reader.rest)?.[0] ??
    /^GMT(?:[+-](?:2[0-3]|1\d|0?\d)(?!\d))?/.exec(reader.rest)?.[0] ??
    /^[+-](?:2[0-3]|1\d|0?\d)(?!\d)/.exec(reader.rest)?.[0] ??
    /^(?:WITA|[A-Z]{3,4}T|[A-Z]{3})(?![A-Z])/.exec(reader.rest)?.[0];
  if (name === undefined) return reader.fail(text);
  reader.rest = reader.rest.slice(name.length);
  fields.zoneName = name;
}

function monthAndDay(fields: Fields, reader: ValueReader): { readonly month: number; readonly day: number } {
  if (fields.yearDay === undefined) return { month: fields.month ?? 1, day: fields.day ?? 1 };
  const yearDays = daysFromCivil(fields.year + 1, 1, 1) - daysFromCivil(fields.year, 1, 1);
  if (fields.yearDay < 1 || fields.yearDay > yearDays) reader.fail('', ': day-of-year out of range');
  let month = 1;
  let day = fields.yearDay;
  while (day > daysInMonth(fields.year, month)) {
    day -= daysInMonth(fields.year, month);
    month += 1;
  }
  if (fields.month !== undefined && fields.month !== month) {
    reader.fail('', ': day-of-year does not match month');
  }
  if (fields.day !== undefined && fields.day !== day) reader.fail('', ': day-of-year does not match day');
  return { month, day };
}

/** An offset or abbreviation in the value decides the instant; it is shown in `zone` only if that zone agrees. */
function inZone(fields: Fields & { readonly month: number; readonly day: number }, zone: Zone): Instant {
  if (fields.utc) return instantFromCivil(fields, UTC);
  const asUtc = instantFromCivil(fields, UTC).unixNanos;
  const shifted = (offsetSeconds: number): bigint => asUtc - BigInt(offsetSeconds) * NANOS_PER_SECOND;
  const stateAt = (unixNanos: bigint) => zone.at(Number(unixNanos / NANOS_PER_SECOND));
  if (fields.offsetSeconds !== undefined) {
    const unixNanos = shifted(fields.offsetSeconds);
    const state = stateAt(unixNanos);
    const agrees =
      state.offsetSeconds === fields.offsetSeconds &&
      (fields.zoneName === '' || state.abbreviation === fields.zoneName);
    return { unixNanos, zone: agrees ? zone : fixedZone(fields.zoneName, fields.offsetSeconds) };
  }
  if (fields.zoneName === '') return instantFromCivil(fields, zone);
  const local = instantFromCivil(fields, zone);
  if (stateAt(local.unixNanos).abbreviation === fields.zoneName) return local;
  const hours = /^GMT([+-]\d+)$/.exec(fields.zoneName)?.[1];
  const offsetSeconds = hours === undefined ? 0 : Number(hours) * 3600;
  // Go reads the time of day as UTC here and only shows it in the zone.
  return { unixNanos: asUtc, zone: fixedZone(fields.zoneName, offsetSeconds) };
}
