import { GoInt, type GoValue } from '../go/value.js';
import { orElse } from './cast.js';
import { ANY, anyAt, fixed, stringAt, type FunctionEntries } from './define.js';
import { GoError } from '../go/go-error.js';
import { parseInteger } from '../go/number-parse.js';
import { formatDuration, NANOS_PER_SECOND, parseDuration, roundDuration } from './time/duration.js';
import { formatInstant } from './time/format-instant.js';
import { GoTime } from './time/go-time.js';
import { instantFromUnix, unixSeconds, ZERO_INSTANT, type Instant } from './time/instant.js';
import { NamedGoInt } from '../go/named-int.js';
import { parseInstant } from './time/parse-instant.js';
import { loadZone, localZone, UTC } from './time/zone.js';

/** Where time comes from. */
export interface TimeSource {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** IANA name of the zone that Go calls `Local`. */
  readonly timeZone: string;
}

const TIME = 'time.Time';
const HTML_DATE = '2006-01-02';

/** Dates, by Go's layouts, and durations. */
export function dateFunctions({ clock, timeZone }: TimeSource): FunctionEntries {
  const local = localZone(timeZone);
  const now = (): Instant => ({ unixNanos: BigInt(Math.trunc(clock())) * 1_000_000n, zone: local });
  const wrap = (instant: Instant): GoTime => new GoTime(instant, local);

  /** A time, or an integer as seconds since 1970; anything else is the present. */
  const toInstant = (value: GoValue, kinds: readonly string[]): Instant => {
    if (value instanceof GoTime) return value.instant;
    if (value instanceof GoInt && !(value instanceof NamedGoInt) && kinds.includes(value.kind)) {
      return instantFromUnix(value.value, local);
    }
    return now();
  };
  const dateInZone = (layout: string, value: GoValue, zoneName: string): string => {
    const { unixNanos } = toInstant(value, ['int', 'int32', 'int64']);
    const zone = zoneName === 'Local' ? local : (loadZone(zoneName) ?? UTC);
    return formatInstant({ unixNanos, zone }, layout);
  };
  const inZone = fixed(['string', ANY, 'string'], (args) =>
    dateInZone(stringAt(args, 0), anyAt(args, 1), stringAt(args, 2)),
  );
  const modify = fixed(['string', TIME], (args) => {
    const nanos = parseDuration(stringAt(args, 0)) ?? 0n;
    return wrap(shifted(timeAt(args, 1), nanos));
  });
  const mustModify = fixed(['string', TIME], (args) => {
    const nanos = parseDuration(stringAt(args, 0));
    if (nanos === undefined) throw new GoError(`time: invalid duration ${JSON.stringify(stringAt(args, 0))}`);
    return wrap(shifted(timeAt(args, 1), nanos));
  });
  const read = (args: readonly GoValue[]): Instant =>
    parseInstant(stringAt(args, 0), stringAt(args, 1), local);

  return [
    ['now', fixed([], () => wrap(now()))],
    ['date', fixed(['string', ANY], (args) => dateInZone(stringAt(args, 0), anyAt(args, 1), 'Local'))],
    ['dateInZone', inZone],
    ['date_in_zone', inZone],
    ['htmlDate', fixed([ANY], (args) => dateInZone(HTML_DATE, anyAt(args, 0), 'Local'))],
    [
      'htmlDateInZone',
      fixed([ANY, 'string'], (args) => dateInZone(HTML_DATE, anyAt(args, 0), stringAt(args, 1))),
    ],
    ['dateModify', modify],
    ['date_modify', modify],
    ['mustDateModify', mustModify],
    ['must_date_modify', mustModify],
    ['toDate', fixed(['string', 'string'], (args) => wrap(orElse(() => read(args), ZERO_INSTANT)))],
    ['mustToDate', fixed(['string', 'string'], (args) => wrap(read(args)))],
    ['unixEpoch', fixed([TIME], (args) => String(unixSeconds(timeAt(args, 0))))],
    [
      'ago',
      fixed([ANY], (args) => {
        const elapsed = now().unixNanos - toInstant(anyAt(args, 0), ['int', 'int64']).unixNanos;
        return formatDuration(roundDuration(elapsed, NANOS_PER_SECOND));
      }),
    ],
    [
      'duration',
      fixed([ANY], (args) => formatDuration(BigInt.asIntN(64, secondsOf(anyAt(args, 0)) * NANOS_PER_SECOND))),
    ],
    [
      'durationRound',
      fixed([ANY], (args) => {
        const value = anyAt(args, 0);
        return largestUnit(
          value instanceof GoTime ? now().unixNanos - value.instant.unixNanos : durationOf(value),
        );
      }),
    ],
  ];
}

function timeAt(args: readonly GoValue[], index: number): Instant {
  const value = anyAt(args, index);
  if (value instanceof GoTime) return value.instant;
  throw new GoError(`wrong type for argument ${index + 1}; expected ${TIME}`);
}

function shifted(instant: Instant, nanos: bigint): Instant {
  return { ...instant, unixNanos: instant.unixNanos + nanos };
}

/** Only strings and int64 count; an `int` literal is no duration to sprig. */
function secondsOf(value: GoValue): bigint {
  if (typeof value === 'string') return orElse(() => parseInteger(value, 10), 0n);
  return isInt64(value) ? value.value : 0n;
}

function durationOf(value: GoValue): bigint {
  if (typeof value === 'string') return parseDuration(value) ?? 0n;
  return isInt64(value) ? value.value : 0n;
}

function isInt64(value: GoValue): value is GoInt {
  return value instanceof GoInt && !(value instanceof NamedGoInt) && value.kind === 'int64';
}

/** The duration in the largest unit that it exceeds, cut to a whole number: `2h`, `3mo`. The sign is lost. */
function largestUnit(nanos: bigint): string {
  const size = nanos < 0n ? -nanos : nanos;
  const day = 24n * 3600n * NANOS_PER_SECOND;
  const units: readonly (readonly [name: string, nanos: bigint])[] = [
    ['y', 365n * day],
    ['mo', 30n * day],
    ['d', day],
    ['h', 3600n * NANOS_PER_SECOND],
    ['m', 60n * NANOS_PER_SECOND],
    ['s', NANOS_PER_SECOND],
  ];
  const unit = units.find(([, length]) => size > length);
  return unit === undefined ? '0s' : `${size / unit[1]}${unit[0]}`;
}
