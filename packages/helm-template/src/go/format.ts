import { concatBytes } from './byte-string.js';
import { formatArgument, formatPlain } from './format-value.js';
import { emptySpec, type FormatSpec } from './format-spec.js';
import { typeOf } from './kind.js';
import { GoInt, type GoValue } from './value.js';

/** Go's limit for a width or precision; past it the rest of the format is not read. */
const maxWidth = 1_000_000;

/** fmt.Sprint: a space between two operands when neither is a string. */
export function sprint(...values: readonly GoValue[]): string {
  let text = '';
  let previousIsString = true;
  for (const value of values) {
    const isString = typeof value === 'string';
    if (!isString && !previousIsString) text += ' ';
    text += formatPlain(value);
    previousIsString = isString;
  }
  return values.length > 1 ? concatBytes(text) : text;
}

/** fmt.Sprintln: a space between all operands and a newline at the end. */
export function sprintln(...values: readonly GoValue[]): string {
  return `${values.map((value) => formatPlain(value)).join(' ')}\n`;
}

/**
 * fmt.Sprintf with Go's texts for what does not fit: `%!d(string=a)`, `%!s(MISSING)`, `%!(EXTRA int=1)`,
 * `%!(NOVERB)`, `%!(BADINDEX)`, `%!(BADWIDTH)`, `%!(BADPREC)`.
 */
export function sprintf(format: string, values: readonly GoValue[]): string {
  if (!format.includes('%') && values.length === 0) return format;
  return concatBytes(new Printer(format, values).run());
}

/** One run over a format: the place in it and in the operands. */
class Printer {
  readonly #format: string;
  readonly #values: readonly GoValue[];
  #index = 0;
  #argument = 0;
  #reordered = false;
  #goodIndex = true;
  #afterIndex = false;
  #text = '';

  constructor(format: string, values: readonly GoValue[]) {
    this.#format = format;
    this.#values = values;
  }

  run(): string {
    const format = this.#format;
    while (this.#index < format.length) {
      const next = format.indexOf('%', this.#index);
      if (next < 0) {
        this.#text += format.slice(this.#index);
        break;
      }
      this.#text += format.slice(this.#index, next);
      this.#index = next + 1;
      this.#directive();
    }
    if (!this.#reordered && this.#argument < this.#values.length) this.#text += this.#extra();
    return this.#text;
  }

  #extra(): string {
    const rest = this.#values.slice(this.#argument).map((value) => {
      return value === null ? '<nil>' : `${typeOf(value)}=${formatPlain(value)}`;
    });
    return `%!(EXTRA ${rest.join(', ')})`;
  }

  #directive(): void {
    const spec = emptySpec();
    this.#goodIndex = true;
    this.#afterIndex = false;
    this.#flags(spec);
    this.#argumentIndex();
    this.#width(spec);
    this.#precision(spec);
    if (!this.#afterIndex) this.#argumentIndex();
    const code = this.#format.codePointAt(this.#index);
    if (code === undefined) {
      this.#text += '%!(NOVERB)';
      return;
    }
    const verb = String.fromCodePoint(code);
    this.#index += verb.length;
    this.#text += this.#verb(verb, spec);
  }

  #verb(verb: string, spec: FormatSpec): string {
    if (verb === '%') return '%';
    if (!this.#goodIndex) return `%!${verb}(BADINDEX)`;
    if (this.#argument >= this.#values.length) return `%!${verb}(MISSING)`;
    const value = this.#values[this.#argument] ?? null;
    this.#argument += 1;
    if (verb === 'v') {
      spec.sharpV = spec.sharp;
      spec.sharp = false;
      spec.plusV = spec.plus;
      spec.plus = false;
    }
    return formatArgument(value, verb, spec);
  }

  #flags(spec: FormatSpec): void {
    for (; ; this.#index++) {
      switch (this.#format[this.#index]) {
        case '#':
          spec.sharp = true;
          break;
        case '0':
          spec.zero = true;
          break;
        case '+':
          spec.plus = true;
          break;
        case '-':
          spec.minus = true;
          break;
        case ' ':
          spec.space = true;
          break;
        default:
          return;
      }
    }
  }

  #width(spec: FormatSpec): void {
    if (this.#format[this.#index] === '*') {
      this.#index += 1;
      const width = this.#starValue();
      if (width === undefined) this.#text += '%!(BADWIDTH)';
      else if (width < 0) {
        spec.minus = true;
        spec.zero = false;
        spec.width = -width;
      } else spec.width = width;
      this.#afterIndex = false;
      return;
    }
    spec.width = this.#number();
    // "%[3]2d": an index must be followed by a verb or a star.
    if (this.#afterIndex && spec.width !== undefined) this.#goodIndex = false;
  }

  #precision(spec: FormatSpec): void {
    if (this.#format[this.#index] !== '.') return;
    this.#index += 1;
    if (this.#afterIndex) this.#goodIndex = false;
    this.#argumentIndex();
    if (this.#format[this.#index] === '*') {
      this.#index += 1;
      const precision = this.#starValue();
      if (precision === undefined || precision < 0) this.#text += '%!(BADPREC)';
      else spec.precision = precision;
      this.#afterIndex = false;
      return;
    }
    spec.precision = this.#number() ?? 0;
  }

  #number(): number | undefined {
    let value: number | undefined;
    for (;;) {
      const digit = this.#format.charCodeAt(this.#index) - 48;
      if (!(digit >= 0 && digit <= 9)) return value;
      if (value !== undefined && value > maxWidth) {
        this.#index = this.#format.length;
        return undefined;
      }
      value = (value ?? 0) * 10 + digit;
      this.#index += 1;
    }
  }

  #starValue(): number | undefined {
    if (this.#argument >= this.#values.length) return undefined;
    const value = this.#values[this.#argument];
    this.#argument += 1;
    if (!(value instanceof GoInt)) return undefined;
    const number = Number(value.value);
    return Math.abs(number) > maxWidth ? undefined : number;
  }

  /** `[n]`: the next operand is the n-th. */
  #argumentIndex(): void {
    if (this.#format[this.#index] !== '[') return;
    this.#reordered = true;
    const end = this.#format.indexOf(']', this.#index);
    if (end < 0) {
      this.#goodIndex = false;
      this.#index += 1;
      return;
    }
    const body = this.#format.slice(this.#index + 1, end);
    this.#index = end + 1;
    const number = /^[0-9]+$/.test(body) ? Number(body) : 0;
    this.#afterIndex = true;
    if (number >= 1 && number <= this.#values.length) this.#argument = number - 1;
    else this.#goodIndex = false;
  }
}
