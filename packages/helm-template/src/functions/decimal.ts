import { GoError } from '../go/go-error.js';

/** `coefficient * 10 ** exponent`, exact. */
interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

/** The operations of sprig's float arithmetic. */
export type DecimalOperation = 'add' | 'subtract' | 'multiply' | 'divide';

/** Digits after the point that a division keeps. */
const DIVISION_DIGITS = 16;

/**
 * Folds numbers with decimal arithmetic, as sprig's `addf`, `subf`, `mulf` and `divf` do, so `addf 0.1 0.2` is 0.3.
 *
 * @throws GoError for NaN, infinities and a division by zero, where Go panics.
 */
export function foldDecimals(operation: DecimalOperation, first: number, rest: readonly number[]): number {
  let total = fromNumber(first);
  for (const value of rest) total = apply(operation, total, fromNumber(value));
  return Number(`${total.coefficient}e${total.exponent}`);
}

function fromNumber(value: number): Decimal {
  if (!Number.isFinite(value)) {
    const name = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
    throw new GoError(`Cannot create a Decimal from ${name}`);
  }
  const [digits = '0', exponent = '0'] = value.toExponential().split('e');
  const fraction = digits.split('.')[1] ?? '';
  return { coefficient: BigInt(digits.replace('.', '')), exponent: Number(exponent) - fraction.length };
}

function apply(operation: DecimalOperation, left: Decimal, right: Decimal): Decimal {
  if (operation === 'multiply') {
    return { coefficient: left.coefficient * right.coefficient, exponent: left.exponent + right.exponent };
  }
  if (operation === 'divide') return divide(left, right);
  const exponent = Math.min(left.exponent, right.exponent);
  const a = scaled(left, exponent);
  const b = scaled(right, exponent);
  return { coefficient: operation === 'add' ? a + b : a - b, exponent };
}

function scaled(value: Decimal, exponent: number): bigint {
  return value.coefficient * 10n ** BigInt(value.exponent - exponent);
}

/** Rounds half away from zero at the last digit kept. */
function divide(left: Decimal, right: Decimal): Decimal {
  if (right.coefficient === 0n) throw new GoError('decimal division by 0');
  const shift = left.exponent - right.exponent + DIVISION_DIGITS;
  const numerator = shift >= 0 ? left.coefficient * 10n ** BigInt(shift) : left.coefficient;
  const denominator = shift >= 0 ? right.coefficient : right.coefficient * 10n ** BigInt(-shift);
  const negative = numerator < 0n !== denominator < 0n;
  const size = (value: bigint): bigint => (value < 0n ? -value : value);
  const quotient = (2n * size(numerator) + size(denominator)) / (2n * size(denominator));
  return { coefficient: negative ? -quotient : quotient, exponent: -DIVISION_DIGITS };
}
