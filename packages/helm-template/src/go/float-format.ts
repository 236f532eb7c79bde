/** The decimal digits of a finite, non-negative number: `0.DIGITS * 10^point`, as strconv's decimalSlice. */
interface Digits {
  readonly digits: string;
  readonly point: number;
}

/**
 * strconv.FormatFloat.
 *
 * @param format - `e`, `E`, `f`, `g`, `G`, `x`, `X` or `b`.
 * @param precision - digits after the point (`e f x`) or in all (`g`); -1 means as few as identify the number.
 * @param bits - 32 for the shortest form of a float32.
 */
export function formatFloat(value: number, format: string, precision: number, bits: 32 | 64 = 64): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const magnitude = Math.abs(value);
  switch (format) {
    case 'b':
      return sign + binaryForm(magnitude);
    case 'x':
    case 'X': {
      const text = sign + hexadecimalForm(magnitude, precision);
      return format === 'X' ? text.toUpperCase() : text;
    }
    case 'f':
      return sign + fixedForm(magnitude, precision, bits);
    case 'e':
    case 'E':
      return sign + withCase(exponentOf(magnitude, precision, bits), format);
    default:
      return sign + withCase(generalForm(magnitude, precision, bits), format);
  }
}

/** The text of a float64 in `%v`, `{{ . }}` and `quote`: strconv's shortest `g`. */
export function formatFloat64(value: number): string {
  if (Number.isInteger(value) && value > -1e6 && value < 1e6 && !Object.is(value, -0)) return String(value);
  return formatFloat(value, 'g', -1);
}

function withCase(text: string, format: string): string {
  return format === 'E' || format === 'G' ? text.toUpperCase() : text;
}

function generalForm(magnitude: number, precision: number, bits: 32 | 64): string {
  const shortest = precision < 0;
  const wanted = precision === 0 ? 1 : precision;
  const decimal = shortest ? shortestDigits(magnitude, bits) : roundedDigits(magnitude, wanted);
  const digits = decimal.digits.replace(/0+$/, '');
  const count = digits.length;
  let limit = wanted;
  if (limit > count && count >= decimal.point) limit = count;
  if (shortest) limit = 6;
  const exponent = decimal.point - 1;
  if (exponent < -4 || exponent >= limit) {
    return exponentText(digits === '' ? '0' : digits, magnitude === 0 ? 0 : exponent);
  }
  return placePoint(digits, decimal.point);
}

function placePoint(digits: string, point: number): string {
  if (digits === '') return '0';
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return digits + '0'.repeat(point - digits.length);
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

function fixedForm(magnitude: number, precision: number, bits: 32 | 64): string {
  if (precision < 0) {
    const { digits, point } = shortestDigits(magnitude, bits);
    return placePoint(magnitude === 0 ? '' : digits, point);
  }
  const exact = Math.min(precision, 1100);
  const scaled = scaleToInteger(magnitude, exact)
    .toString()
    .padStart(exact + 1, '0');
  const whole = scaled.slice(0, scaled.length - exact);
  if (precision === 0) return whole;
  return `${whole}.${scaled.slice(scaled.length - exact).padEnd(precision, '0')}`;
}

function exponentOf(magnitude: number, precision: number, bits: 32 | 64): string {
  if (precision < 0) {
    const { digits, point } = shortestDigits(magnitude, bits);
    return exponentText(digits, magnitude === 0 ? 0 : point - 1);
  }
  const { digits, point } = roundedDigits(magnitude, precision + 1);
  return exponentText(digits, magnitude === 0 ? 0 : point - 1);
}

function exponentText(digits: string, exponent: number): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${digits[0] ?? '0'}${fraction}e${exponent < 0 ? '-' : '+'}${size}`;
}

function shortestDigits(magnitude: number, bits: 32 | 64): Digits {
  let text = magnitude.toExponential();
  if (bits === 32) {
    const target = Math.fround(magnitude);
    for (let digits = 0; digits < 9; digits++) {
      text = magnitude.toExponential(digits);
      if (Math.fround(Number(text)) === target) break;
    }
  }
  return fromExponential(text);
}

function fromExponential(text: string): Digits {
  const [mantissa = '0', exponent = '0'] = text.split('e');
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 };
}

/** `count` significant digits, exactly rounded, halves to even as strconv does (JavaScript rounds halves up). */
function roundedDigits(magnitude: number, count: number): Digits {
  if (magnitude === 0) return { digits: '0'.repeat(count), point: 1 };
  const exact = Math.min(count, 1100);
  let exponent = Number(magnitude.toExponential().split('e')[1]);
  let digits = scaleToInteger(magnitude, exact - 1 - exponent).toString();
  if (digits.length < exact) {
    // The shortest form of a number may be that of the next power of ten: 1e-323 is 9.88e-324.
    exponent -= 1;
    digits = scaleToInteger(magnitude, exact - 1 - exponent).toString();
  }
  if (digits.length > exact) {
    exponent += 1;
    digits = digits.slice(0, exact);
  }
  return { digits: digits.padEnd(count, '0'), point: exponent + 1 };
}

/** `magnitude * 10^scale` rounded to an integer, halves to even. */
function scaleToInteger(magnitude: number, scale: number): bigint {
  const { mantissa, exponent } = splitFloat(magnitude);
  let numerator = mantissa;
  let denominator = 1n;
  if (exponent >= 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  if (scale >= 0) numerator *= 10n ** BigInt(scale);
  else denominator *= 10n ** BigInt(-scale);
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  const up = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  return up ? quotient + 1n : quotient;
}

/** `mantissa * 2^exponent`, exactly the number. */
function splitFloat(magnitude: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, magnitude);
  const raw = view.getBigUint64(0);
  const fraction = raw & 0xf_ffff_ffff_ffffn;
  const biased = Number(raw >> 52n) & 0x7ff;
  if (biased === 0) return { mantissa: fraction, exponent: -1074 };
  return { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}

function binaryForm(magnitude: number): string {
  const { mantissa, exponent } = splitFloat(magnitude);
  return `${mantissa}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
}

function hexadecimalForm(magnitude: number, precision: number): string {
  if (magnitude === 0) return `0x0${precision > 0 ? `.${'0'.repeat(precision)}` : ''}p+00`;
  let { mantissa, exponent } = splitFloat(magnitude);
  while (mantissa < 1n << 52n) {
    mantissa <<= 1n;
    exponent -= 1;
  }
  exponent += 52;
  let fractionDigits = 13;
  if (precision >= 0 && precision < 13) {
    const dropped = BigInt((13 - precision) * 4);
    const half = 1n << (dropped - 1n);
    const rest = mantissa & ((1n << dropped) - 1n);
    mantissa >>= dropped;
    if (rest > half || (rest === half && mantissa % 2n === 1n)) mantissa += 1n;
    fractionDigits = precision;
    if (mantissa >> BigInt(fractionDigits * 4) === 2n) {
      mantissa >>= 1n;
      exponent += 1;
    }
  }
  const digits = mantissa.toString(16);
  let fraction = digits.slice(1);
  fraction = precision < 0 ? fraction.replace(/0+$/, '') : fraction.padEnd(precision, '0');
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `0x${digits[0] ?? '1'}${fraction === '' ? '' : `.${fraction}`}p${exponent < 0 ? '-' : '+'}${size}`;
}
