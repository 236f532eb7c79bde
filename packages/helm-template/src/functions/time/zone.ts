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

/** ICU names a zone with letters only in the English of those who live there; numbers and `GMT+1` elsewhere. */
const ABBREVIATION_LOCALES = ['en-US', 'en-GB', 'en-IE', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA', 'en-CA'];

/** Abbreviations that tzdata has too. ICU has others, such as GST for Dubai, where tzdata has a number. */
const TZDATA_ABBREVIATIONS = new Set(
  (
    'ACDT ACST ADT AEDT AEST AKDT AKST AST AWST BST CAT CDT CEST CET CST EAT EDT EEST EET EST GMT HDT HST IST MDT ' +
    'MSK MST NDT NST NZDT NZST PDT PST SAST WAT WEST WET'
  ).split(' '),
);

/** Zones that tzdata names with letters and ICU's English does not: standard time, and summer time if there is one. */
const LETTERED_ZONES: ReadonlyMap<string, readonly [standard: string, summer?: string]> = new Map([
  ['Asia/Hong_Kong', ['HKT']],
  ['Asia/Jakarta', ['WIB']],
  ['Asia/Jayapura', ['WIT']],
  ['Asia/Jerusalem', ['IST', 'IDT']],
  ['Asia/Karachi', ['PKT']],
  ['Asia/Macau', ['CST']],
  ['Asia/Makassar', ['WITA']],
  ['Asia/Manila', ['PST']],
  ['Asia/Pontianak', ['WIB']],
  ['Asia/Pyongyang', ['KST']],
  ['Asia/Seoul', ['KST']],
  ['Asia/Shanghai', ['CST']],
  ['Asia/Taipei', ['CST']],
  ['Asia/Tokyo', ['JST']],
  ['Europe/Kirov', ['MSK']],
  ['Europe/Moscow', ['MSK']],
  ['Europe/Simferopol', ['MSK']],
  ['Europe/Volgograd', ['MSK']],
  ['Pacific/Guam', ['ChST']],
  ['Pacific/Pago_Pago', ['SST']],
]);

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
    if (name === 'GMT') return { offsetSeconds, abbreviation: 'GMT' };
    const lettered = LETTERED_ZONES.get(offsets.resolvedOptions().timeZone);
    if (lettered === undefined) {
      return { offsetSeconds, abbreviation: abbreviationAt(names, unixSeconds, offsetSeconds) };
    }
    const [standard, summer = standard] = lettered;
    // The zones of the table are north of the equator: January has standard time.
    const january = Date.UTC(new Date(unixSeconds * 1000).getUTCFullYear(), 0, 1) / 1000;
    const isSummer = offsetAt(offsets, january) !== offsetSeconds;
    return { offsetSeconds, abbreviation: isSummer ? summer : standard };
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
    if (part !== undefined && TZDATA_ABBREVIATIONS.has(part.value)) return part.value;
  }
  const { hour, minute } = civilFromSeconds(Math.abs(offsetSeconds), 0);
  const digits = (value: number): string => String(value).padStart(2, '0');
  return `${offsetSeconds < 0 ? '-' : '+'}${digits(hour)}${minute === 0 ? '' : digits(minute)}`;
}
