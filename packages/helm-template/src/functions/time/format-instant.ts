import type { CivilTime } from './civil.js';
import { civilOf, unixSeconds, type Instant } from './instant.js';
import { parseLayout, type LayoutElement } from './layout.js';
import { MONTHS, WEEKDAYS } from './names.js';
import type { ZoneState } from './zone.js';

/** Prints an instant by a Go layout, as `time.Time.Format`. */
export function formatInstant(instant: Instant, layout: string): string {
  const civil = civilOf(instant);
  const zone = instant.zone.at(unixSeconds(instant));
  return parseLayout(layout)
    .map((piece) =>
      'literal' in piece ? piece.literal : formatElement(piece.element, piece.text, civil, zone),
    )
    .join('');
}

function formatElement(element: LayoutElement, text: string, civil: CivilTime, zone: ZoneState): string {
  const hour12 = civil.hour % 12 === 0 ? 12 : civil.hour % 12;
  switch (element) {
    case '2006':
      return padYear(civil.year);
    case '06':
      return pad(((civil.year % 100) + 100) % 100, 2);
    case 'January':
      return MONTHS[civil.month - 1] ?? '';
    case 'Jan':
      return (MONTHS[civil.month - 1] ?? '').slice(0, 3);
    case '1':
      return String(civil.month);
    case '01':
      return pad(civil.month, 2);
    case 'Monday':
      return WEEKDAYS[civil.weekday] ?? '';
    case 'Mon':
      return (WEEKDAYS[civil.weekday] ?? '').slice(0, 3);
    case '2':
      return String(civil.day);
    case '_2':
      return String(civil.day).padStart(2, ' ');
    case '02':
      return pad(civil.day, 2);
    case '__2':
      return String(civil.yearDay).padStart(3, ' ');
    case '002':
      return pad(civil.yearDay, 3);
    case '15':
      return pad(civil.hour, 2);
    case '3':
      return String(hour12);
    case '03':
      return pad(hour12, 2);
    case '4':
      return String(civil.minute);
    case '04':
      return pad(civil.minute, 2);
    case '5':
      return String(civil.second);
    case '05':
      return pad(civil.second, 2);
    case 'PM':
      return civil.hour >= 12 ? 'PM' : 'AM';
    case 'pm':
      return civil.hour >= 12 ? 'pm' : 'am';
    case 'MST':
      return formatZoneName(zone);
    case 'fraction0':
    case 'fraction9':
      return formatFraction(element, text, civil.nanosecond);
    default:
      return formatOffset(element, zone.offsetSeconds);
  }
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function padYear(year: number): string {
  return year < 0 ? `-${pad(-year, 4)}` : pad(year, 4);
}

/** A zone without a name prints as an offset of hours and minutes. */
function formatZoneName({ abbreviation, offsetSeconds }: ZoneState): string {
  if (abbreviation !== '') return abbreviation;
  const minutes = Math.trunc(offsetSeconds / 60);
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}${pad(size % 60, 2)}`;
}

function formatFraction(element: 'fraction0' | 'fraction9', text: string, nanosecond: number): string {
  const digits = pad(nanosecond, 9)
    .padEnd(text.length - 1, '0')
    .slice(0, text.length - 1);
  if (element === 'fraction0') return text.charAt(0) + digits;
  const trimmed = digits.replace(/0+$/, '');
  return trimmed === '' ? '' : text.charAt(0) + trimmed;
}

function formatOffset(element: LayoutElement, offsetSeconds: number): string {
  if (element.startsWith('Z') && offsetSeconds === 0) return 'Z';
  const size = Math.abs(offsetSeconds);
  const hours = pad(Math.floor(size / 3600), 2);
  const minutes = pad(Math.floor((size % 3600) / 60), 2);
  const seconds = pad(size % 60, 2);
  // The sign is that of the whole minutes: an offset of less than a minute prints as +00.
  const sign = Math.trunc(offsetSeconds / 60) < 0 ? '-' : '+';
  switch (element.slice(1)) {
    case '07':
      return sign + hours;
    case '07:00':
      return `${sign}${hours}:${minutes}`;
    case '070000':
      return sign + hours + minutes + seconds;
    case '07:00:00':
      return `${sign}${hours}:${minutes}:${seconds}`;
    default:
      return sign + hours + minutes;
  }
}
