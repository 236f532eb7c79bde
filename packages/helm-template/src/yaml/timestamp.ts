const TIMESTAMP =
  /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(?:Z|[-+]([0-9]{2}):([0-9]{2})))|(?: ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?))?$/;

/** Whether goyaml takes the text for a timestamp: a date, a date and a time, or RFC 3339 with short fields. */
export function isTimestamp(text: string): boolean {
  if (text.charCodeAt(4) !== 0x2d) return false;
  const match = TIMESTAMP.exec(text);
  if (match === null) return false;
  const [year = 0, month = 0, day = 0, ...time] = match.slice(1).map((part) => Number(part ?? 0));
  const [
    hourT = 0,
    minuteT = 0,
    secondT = 0,
    zoneHour = 0,
    zoneMinute = 0,
    hour = 0,
    minute = 0,
    second = 0,
  ] = time;
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return false;
  return (
    Math.max(hourT, hour) < 24 &&
    Math.max(minuteT, minute) < 60 &&
    Math.max(secondT, second) < 60 &&
    zoneHour <= 24 &&
    zoneMinute <= 60
  );
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
