import { GoError } from '../../go/go-error.js';
import { GoInt, type GoMethod, type GoObject, type GoValue } from '../../go/value.js';
import { stringAt } from '../define.js';
import { formatDuration, roundDuration } from './duration.js';
import { formatInstant } from './format-instant.js';
import { civilOf, instantFromCivil, nanosecond, unixSeconds, ZERO_INSTANT, type Instant } from './instant.js';
import { NamedGoInt } from '../../go/named-int.js';
import { MONTHS, WEEKDAYS } from './names.js';
import { UTC, type Zone } from './zone.js';

const NO_FIELDS: ReadonlyMap<string, GoValue> = new Map();

/** A `time.Time` as templates see it: no fields, the methods of Go's type that give one value. */
export class GoTime implements GoObject {
  readonly goObject = true;
  readonly typeName = 'time.Time';
  readonly kind = 'struct';
  readonly fields = NO_FIELDS;
  readonly instant: Instant;
  readonly #local: Zone;
  #methods: ReadonlyMap<string, GoMethod> | undefined;

  /** `local` is the machine's zone, for the method `Local`. */
  constructor(instant: Instant, local: Zone) {
    this.instant = instant;
    this.#local = local;
  }

  get methods(): ReadonlyMap<string, GoMethod> {
    this.#methods ??= timeMethods(this.instant, this.#local);
    return this.#methods;
  }

  toGoString(): string {
    return formatInstant(this.instant, '2006-01-02 15:04:05.999999999 -0700 MST');
  }
}

/** A `time.Duration`, which Go counts in nanoseconds. */
function goDuration(nanos: bigint): GoInt {
  return new NamedGoInt('time.Duration', 'int64', BigInt.asIntN(64, nanos), () => formatDuration(nanos));
}

/**
 * The JSON text of a time: RFC 3339 with nanoseconds.
 *
 * @throws GoError for years that RFC 3339 has no digits for.
 */
function timeToJson(instant: Instant): string {
  const { year } = civilOf(instant);
  if (year < 0 || year > 9999) {
    throw new GoError('Time.MarshalJSON: year outside of range [0,9999]');
  }
  return JSON.stringify(formatInstant(instant, '2006-01-02T15:04:05.999999999Z07:00'));
}

function timeMethods(instant: Instant, local: Zone): ReadonlyMap<string, GoMethod> {
  const time = (changed: Instant): GoTime => new GoTime(changed, local);
  const int = (value: number): GoInt => new GoInt('int', BigInt(value));
  const int64 = (value: bigint): GoInt => new GoInt('int64', BigInt.asIntN(64, value));
  const civil = () => civilOf(instant);
  const getter = (call: () => GoValue): GoMethod => ({ parameters: [], call });
  const compare = (other: GoValue): number => {
    const difference = instant.unixNanos - instantOf(other).unixNanos;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  };
  const comparison = (test: (order: number) => boolean): GoMethod => ({
    parameters: ['time.Time'],
    call: (other = null) => test(compare(other)),
  });
  return new Map<string, GoMethod>([
    ['Year', getter(() => int(civil().year))],
    ['Month', getter(() => namedInt('time.Month', civil().month, MONTHS[civil().month - 1]))],
    ['Day', getter(() => int(civil().day))],
    ['Hour', getter(() => int(civil().hour))],
    ['Minute', getter(() => int(civil().minute))],
    ['Second', getter(() => int(civil().second))],
    ['Nanosecond', getter(() => int(nanosecond(instant)))],
    ['Weekday', getter(() => namedInt('time.Weekday', civil().weekday, WEEKDAYS[civil().weekday]))],
    ['YearDay', getter(() => int(civil().yearDay))],
    ['Unix', getter(() => int64(BigInt(unixSeconds(instant))))],
    ['UnixMilli', getter(() => int64(floorDivide(instant.unixNanos, 1_000_000n)))],
    ['UnixMicro', getter(() => int64(floorDivide(instant.unixNanos, 1000n)))],
    ['UnixNano', getter(() => int64(instant.unixNanos))],
    ['UTC', getter(() => time({ ...instant, zone: UTC }))],
    ['Local', getter(() => time({ ...instant, zone: local }))],
    ['Location', getter(() => location(instant.zone.name))],
    ['String', getter(() => time(instant).toGoString())],
    ['IsZero', getter(() => instant.unixNanos === ZERO_INSTANT.unixNanos)],
    ['MarshalJSON', getter(() => Buffer.from(timeToJson(instant)))],
    ['MarshalText', getter(() => Buffer.from(timeToJson(instant).slice(1, -1)))],
    [
      'Format',
      { parameters: ['string'], call: (layout) => formatInstant(instant, stringAt([layout ?? ''], 0)) },
    ],
    ['Add', { parameters: ['int64'], call: (nanos = null) => time(shift(instant, nanosOf(nanos))) }],
    [
      'Sub',
      {
        parameters: ['time.Time'],
        call: (other = null) => goDuration(instant.unixNanos - instantOf(other).unixNanos),
      },
    ],
    [
      'AddDate',
      {
        parameters: ['int', 'int', 'int'],
        call: (...amounts) => {
          const [years = 0, months = 0, days = 0] = amounts.map((amount) => Number(nanosOf(amount)));
          const from = civil();
          const fields = {
            ...from,
            year: from.year + years,
            month: from.month + months,
            day: from.day + days,
          };
          return time(instantFromCivil(fields, instant.zone));
        },
      },
    ],
    ['Truncate', { parameters: ['int64'], call: (unit = null) => time(truncate(instant, nanosOf(unit))) }],
    ['Round', { parameters: ['int64'], call: (unit = null) => time(round(instant, nanosOf(unit))) }],
    ['Compare', { parameters: ['time.Time'], call: (other = null) => int(compare(other)) }],
    ['After', comparison((order) => order > 0)],
    ['Before', comparison((order) => order < 0)],
    ['Equal', comparison((order) => order === 0)],
  ]);
}

function namedInt(typeName: string, value: number, text = ''): GoInt {
  return new NamedGoInt(typeName, 'int', BigInt(value), () => text);
}

function location(name: string): GoObject {
  return {
    goObject: true,
    typeName: '*time.Location',
    kind: 'ptr',
    fields: NO_FIELDS,
    methods: new Map([['String', { parameters: [], call: () => name }]]),
    toGoString: () => name,
  };
}

function instantOf(value: GoValue): Instant {
  return value instanceof GoTime ? value.instant : ZERO_INSTANT;
}

function nanosOf(value: GoValue): bigint {
  return value instanceof GoInt ? value.value : 0n;
}

function shift(instant: Instant, nanos: bigint): Instant {
  return { ...instant, unixNanos: instant.unixNanos + nanos };
}

/** Go truncates and rounds from the zero time, not from the epoch. */
function truncate(instant: Instant, unit: bigint): Instant {
  if (unit <= 0n) return instant;
  const sinceZero = instant.unixNanos - ZERO_INSTANT.unixNanos;
  return shift(instant, -(((sinceZero % unit) + unit) % unit));
}

function round(instant: Instant, unit: bigint): Instant {
  if (unit <= 0n) return instant;
  const sinceZero = instant.unixNanos - ZERO_INSTANT.unixNanos;
  return { ...instant, unixNanos: ZERO_INSTANT.unixNanos + roundDuration(sinceZero, unit) };
}

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
}
