import { GoError } from '../go/go-error.js';
import { parseFloat64, parseInteger } from '../go/number-parse.js';
import { GoInt, type GoValue } from '../go/value.js';
import { NamedGoInt } from '../go/named-int.js';

/**
 * Any value as an int64, as spf13/cast does it for `int`, `int64`, `add` and the other integer functions: what
 * is no number counts as 0, fractions are cut off, a float out of range is the smallest int64.
 */
export function toInt64(value: GoValue): bigint {
  if (typeof value === 'number') return floatToInt64(value);
  if (value instanceof GoInt) return isCastable(value) ? BigInt.asIntN(64, value.value) : 0n;
  // `5.0` counts as the integer 5, `5.50` does not.
  if (typeof value === 'string') return orElse(() => parseInteger(value.replace(/\.0+$/, ''), 0), 0n);
  return value === true ? 1n : 0n;
}

/** Any value as a float64, as spf13/cast does it: what is no number counts as 0. */
export function toFloat64(value: GoValue): number {
  if (typeof value === 'number') return value;
  if (value instanceof GoInt) return isCastable(value) ? Number(value.value) : 0;
  if (typeof value === 'string') return orElse(() => parseFloat64(value), 0);
  return value === true ? 1 : 0;
}

/** The result, or `fallback` where Go would ignore an error. */
export function orElse<T>(compute: () => T, fallback: T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof GoError) return fallback;
    throw error;
  }
}

/** Of the named integer types cast knows months and weekdays only. */
function isCastable(value: GoInt): boolean {
  return (
    !(value instanceof NamedGoInt) || value.typeName === 'time.Month' || value.typeName === 'time.Weekday'
  );
}

/** What amd64 makes of a conversion that Go leaves open: the smallest int64. */
function floatToInt64(value: number): bigint {
  const limit = 2 ** 63;
  if (!(value >= -limit && value < limit)) return -(2n ** 63n);
  return BigInt(Math.trunc(value));
}
