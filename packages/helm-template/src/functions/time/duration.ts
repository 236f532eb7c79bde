/** Nanoseconds in one second. */
export const NANOS_PER_SECOND = 1_000_000_000n;

const UNIT_NANOS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1000n],
  ['\u00b5s', 1000n],
  ['\u03bcs', 1000n],
  ['ms', 1_000_000n],
  ['s', NANOS_PER_SECOND],
  ['m', 60n * NANOS_PER_SECOND],
  ['h', 3600n * NANOS_PER_SECOND],
]);

/**
 * Reads a duration such as `-1h15m30.5s` as Go's `time.ParseDuration` does.
 *
 * @returns nanoseconds, or `undefined` for text that Go refuses (no unit, unknown unit, out of int64's range).
 */
export function parseDuration(text: string): bigint | undefined {
  const sign = /^[-+]/.exec(text)?.[0];
  let rest = sign === undefined ? text : text.slice(1);
  if (rest === '0') return 0n;
  if (rest === '') return undefined;
  let total = 0n;
  while (rest !== '') {
    const match = /^(\d*)(?:\.(\d*))?([^.\d]+)/.exec(rest);
    if (match === null) return undefined;
    const [matched, whole = '', fraction = '', unit = ''] = match;
    const unitNanos = UNIT_NANOS.get(unit);
    if (unitNanos === undefined || (whole === '' && fraction === '')) return undefined;
    total += BigInt(whole === '' ? '0' : whole) * unitNanos;
    if (fraction !== '') total += (BigInt(fraction) * unitNanos) / 10n ** BigInt(fraction.length);
    if (total > 2n ** 63n) return undefined;
    rest = rest.slice(matched.length);
  }
  if (sign === '-') return -total;
  return total === 2n ** 63n ? undefined : total;
}

/** Prints nanoseconds as Go's `time.Duration.String` does: `1h15m30.5s`, `1.5ms`, `0s`. */
export function formatDuration(nanos: bigint): string {
  if (nanos === 0n) return '0s';
  const sign = nanos < 0n ? '-' : '';
  const size = nanos < 0n ? -nanos : nanos;
  if (size < 1000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return `${sign}${withFraction(size, 1000n)}\u00b5s`;
  if (size < NANOS_PER_SECOND) return `${sign}${withFraction(size, 1_000_000n)}ms`;
  const minutes = size / (60n * NANOS_PER_SECOND);
  const seconds = `${withFraction(size % (60n * NANOS_PER_SECOND), NANOS_PER_SECOND)}s`;
  if (minutes === 0n) return sign + seconds;
  const hours = minutes / 60n;
  return hours === 0n ? `${sign}${minutes}m${seconds}` : `${sign}${hours}h${minutes % 60n}m${seconds}`;
}

/** Rounds to the nearest multiple, half away from zero, as `time.Duration.Round`. */
export function roundDuration(nanos: bigint, multiple: bigint): bigint {
  if (multiple <= 0n) return nanos;
  const size = nanos < 0n ? -nanos : nanos;
  const rounded = ((size + multiple / 2n) / multiple) * multiple;
  return nanos < 0n ? -rounded : rounded;
}

function withFraction(value: bigint, unit: bigint): string {
  const digits = String(unit).length - 1;
  const fraction = String(value % unit)
    .padStart(digits, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(value / unit) : `${value / unit}.${fraction}`;
}
