import { civilFromSeconds, daysFromCivil, type CivilTime } from './civil.js';
import { NANOS_PER_SECOND } from './duration.js';
import { offsetForWallClock, UTC, type Zone } from './zone.js';

/** A point in time and the zone it is read in, as Go's `time.Time` (without a monotonic clock). */
export interface Instant {
  readonly unixNanos: bigint;
  readonly zone: Zone;
}

/** Go's zero time: January 1 of year 1, UTC. */
export const ZERO_INSTANT: Instant = { unixNanos: -62_135_596_800n * NANOS_PER_SECOND, zone: UTC };

/** Whole seconds since the epoch, rounded towards the past. */
export function unixSeconds(instant: Instant): number {
  const nanos = instant.unixNanos;
  const seconds = nanos / NANOS_PER_SECOND;
  return Number(nanos < 0n && nanos % NANOS_PER_SECOND !== 0n ? seconds - 1n : seconds);
}

/** Nanoseconds within the second, 0 to 999 999 999. */
export function nanosecond(instant: Instant): number {
  return Number(instant.unixNanos - BigInt(unixSeconds(instant)) * NANOS_PER_SECOND);
}

/** Calendar fields of the instant in its zone. */
export function civilOf(instant: Instant): CivilTime {
  const seconds = unixSeconds(instant);
  return civilFromSeconds(seconds + instant.zone.at(seconds).offsetSeconds, nanosecond(instant));
}

/** An instant from calendar fields, each of which may be out of its range and carries over, as in `time.Date`. */
export function instantFromCivil(
  fields: {
    readonly year: number;
    readonly month: number;
    readonly day: number;
    readonly hour?: number | undefined;
    readonly minute?: number | undefined;
    readonly second?: number | undefined;
    readonly nanosecond?: number | undefined;
  },
  zone: Zone,
): Instant {
  const { year, month, day, hour = 0, minute = 0, second = 0, nanosecond = 0 } = fields;
  const wallSeconds = daysFromCivil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
  const seconds = wallSeconds - offsetForWallClock(zone, wallSeconds);
  return { unixNanos: BigInt(seconds) * NANOS_PER_SECOND + BigInt(nanosecond), zone };
}

/** The instant a number of seconds after the epoch. */
export function instantFromUnix(seconds: bigint, zone: Zone): Instant {
  return { unixNanos: seconds * NANOS_PER_SECOND, zone };
}
