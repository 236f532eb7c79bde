import { civilFromSeconds, daysFromCivil } from './civil.js';

/** A time zone as Go's `*time.Location`: a name and, for every instant, an offset and an abbreviation. */
export interface Zone {
  /** What `Location.String()` prints: `UTC`, `Local`, an IANA name, or the name of a fixed zone. */
  readonly name: string;
  /** Offset east of UTC and abbreviation in force at an instant (seconds since the epoch). */
  readonly at: (unixSeconds: number) => ZoneState;
}

/** What a zone is at one instant. */
export interface ZoneState {
  readonly offsetSeconds: number;
  /** Such as `CET`; tzdata's numeric form (`+03`) where the zone has no letters. */
  readonly abbreviation: string;
}

/** Coordinated universal time. */
export const UTC: Zone = { name: 'UTC', at: () => ({ offsetSeconds: 0, abbreviation: 'UTC' }) };

/** A zone with one offset for ever, as `time.FixedZone`. */
export function fixedZone(name: string, offsetSeconds: number): Zone {
  return { name, at: () => ({ offsetSeconds, abbreviation: name }) };
}

// ICU gives letters only for the zones a locale's readers know; together these cover tzdata's lettered zones.
const ABBREVIATION_LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA', 'en-CA'];

/**
 * Looks up an IANA zone as Go's `time.LoadLocation` does on Linux: names are case-sensitive files.
 *
 * @returns the zone, or `undefined` for a name that Go would refuse.
 */
export function loadZone(name: string): Zone | undefined {
  if (name === '' || name === 'UTC') return UTC;
  if (!/^[A-Z][A-Za-z0-9+_-]*(?:\/[A-Z][A-Za-z0-9+_-]*)*$/.test(name)) return undefined;
  let offsets: Intl.DateTimeFormat;
  try {
    offsets = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
  const names = ABBREVIATION_LOCALES.map(
    (locale) => new Intl.DateTimeFormat(locale, { timeZone: name, timeZoneName: 'short' }),
  );
  const at = (unixSeconds: number): ZoneState => {
    const offsetSeconds = offsetAt(offsets, unixSeconds);
    return { offsetSeconds, abbreviation: abbreviationAt(names, unixSeconds, offsetSeconds) };
  };
  return { name, at };
}

/** The same zone under the name `Local`, which is what Go calls the machine's own zone. */
export function localZone(name: string): Zone {
  const zone = loadZone(name) ?? UTC;
  return { name: 'Local', at: zone.at };
}

/**
 * Offset for a wall-clock time in a zone, as Go's `time.Date` finds it: the offset in force at that time read
 * as UTC is tried first, then the one in force at the instant this yields.
 */
export function offsetForWallClock(zone: Zone, wallSeconds: number): number {
  const guess = zone.at(wallSeconds).offsetSeconds;
  return zone.at(wallSeconds - guess).offsetSeconds;
}

function offsetAt(format: Intl.DateTimeFormat, unixSeconds: number): number {
  const fields = new Map<string, string>();
  for (const part of format.formatToParts(unixSeconds * 1000)) fields.set(part.type, part.value);
  const field = (type: string): number => Number(fields.get(type) ?? '0');
  const year = fields.get('era') === 'BC' ? 1 - field('year') : field('year');
  const wall =
    daysFromCivil(year, field('month'), field('day')) * 86_400 +
    field('hour') * 3600 +
    field('minute') * 60 +
    field('second');
  // Before 1582 Intl counts in the Julian calendar; the zone's oldest offset is then the right answer.
  const earliest = daysFromCivil(1700, 1, 1) * 86_400;
  return unixSeconds < earliest ? offsetAt(format, earliest) : wall - unixSeconds;
}

function abbreviationAt(
  formats: readonly Intl.DateTimeFormat[],
  unixSeconds: number,
  offsetSeconds: number,
): string {
  for (const format of formats) {
    const part = format.formatToParts(unixSeconds * 1000).find(({ type }) => type === 'timeZoneName');
    if (part !== undefined && /^[A-Z]{3,5}$/.test(part.value)) return part.value;
  }
  const { hour, minute } = civilFromSeconds(Math.abs(offsetSeconds), 0);
  const digits = (value: number): string => String(value).padStart(2, '0');
  return `${offsetSeconds < 0 ? '-' : '+'}${digits(hour)}${minute === 0 ? '' : digits(minute)}`;
}
