import { HelmTemplateError } from '../errors.js';
import { GoError } from '../go/go-error.js';
import { GoInt, GoMap, GoSlice, type GoValue } from '../go/value.js';
import { decodeJsonPrefix } from '../yaml/json-decode.js';

/** How the text after `=` becomes a value. */
export type SetMode = 'typed' | 'string' | 'json' | 'literal' | 'file';

export interface SetOptions {
  readonly mode: SetMode;
  /** For mode `file`: the text of the file that the value names. */
  readonly readFile?: ((path: string) => string) | undefined;
}

const MAX_INDEX = 65_536;
const MAX_NESTED_NAMES = 30;
const INT64 = { min: -(1n << 63n), max: (1n << 63n) - 1n };

/**
 * Puts the assignments of one `--set`-like expression into `values`, in place, by the grammar of Helm's strvals:
 * `a.b=1,c[0]=x,d={p,q}`, with `\` before a character that is to be taken as it is.
 *
 * @throws HelmTemplateError `HELM_VALUES_INVALID`
 */
export function applySet(values: GoMap, expression: string, options: SetOptions): void {
  try {
    const reader = new SetReader(expression, options);
    while (!reader.atEnd) reader.readKey(values, 0);
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    throw new HelmTemplateError(
      'HELM_VALUES_INVALID',
      `failed parsing ${flagOf(options.mode)} data: ${error.message}`,
      {
        cause: error,
      },
    );
  }
}

function flagOf(mode: SetMode): string {
  return mode === 'typed' ? '--set' : `--set-${mode}`;
}

class SetReader {
  readonly #characters: readonly string[];
  readonly #mode: SetMode;
  readonly #readFile: (path: string) => string;
  #index = 0;

  constructor(text: string, options: SetOptions) {
    this.#characters = Array.from(text);
    this.#mode = options.mode;
    this.#readFile = options.readFile ?? ((path) => path);
  }

  get atEnd(): boolean {
    return this.#index >= this.#characters.length;
  }

  /** Reads `key=value` into `data`. True where the text ends after a dot: then nothing was set, which is no error. */
  readKey(data: GoMap, level: number): boolean {
    const { text: key, stop } = this.#until(this.#mode === 'literal' ? '=[.' : '=[,.');
    switch (stop) {
      case '[': {
        const index = this.#keyIndex();
        const existing = data.entries.get(key);
        if (existing !== undefined && !(existing instanceof GoSlice)) {
          throw new GoError(`unable to parse key: ${key} is no list`);
        }
        put(data, key, new GoSlice(this.#listItem(existing?.items ?? [], index, level)));
        return false;
      }
      case '=':
        put(data, key, this.#value());
        return false;
      case '.': {
        if (level + 1 > MAX_NESTED_NAMES) {
          throw new GoError(
            `value name nested level is greater than maximum supported nested level of ${MAX_NESTED_NAMES}`,
          );
        }
        const existing = data.entries.get(key);
        if (existing !== undefined && !(existing instanceof GoMap)) {
          throw new GoError(`unable to parse key: ${key} is no table`);
        }
        const inner = existing ?? new GoMap();
        const endsAfterDot = this.atEnd || this.readKey(inner, level + 1);
        if (inner.entries.size > 0) put(data, key, inner);
        else if (!endsAfterDot) throw new GoError(`key map "${key}" has no value`);
        return endsAfterDot;
      }
      case ',':
        throw new GoError(`key "${key}" has no value (cannot end with ,)`);
      default:
        throw new GoError(`key "${key}" has no value`);
    }
  }

  #keyIndex(): number {
    const { text, stop } = this.#until(']');
    if (stop === undefined || !/^[-+]?[0-9]{1,18}$/.test(text)) {
      throw new GoError(`error parsing index: strconv.Atoi: parsing "${text}": invalid syntax`);
    }
    const index = Number(text);
    if (index < 0) throw new GoError(`negative ${index} index not allowed`);
    return index;
  }

  #listItem(list: readonly GoValue[], index: number, level: number): GoValue[] {
    const { text, stop } = this.#until('[.=');
    if (text !== '') throw new GoError(`unexpected data at end of array index: "${text}"`);
    switch (stop) {
      case '=':
        return withItem(list, index, this.#value());
      case '[': {
        const next = this.#keyIndex();
        const existing = list[index] ?? null;
        if (existing !== null && !(existing instanceof GoSlice)) {
          throw new GoError('unable to parse key: a value that is no list has an index');
        }
        return withItem(list, index, new GoSlice(this.#listItem(existing?.items ?? [], next, level)));
      }
      case '.': {
        const existing = list[index];
        const inner = existing instanceof GoMap ? existing : new GoMap();
        if (this.atEnd || this.readKey(inner, level)) return [...list];
        return withItem(list, index, inner);
      }
      default:
        return [...list];
    }
  }

  #value(): GoValue {
    if (this.#mode === 'literal') {
      const text = this.#characters.slice(this.#index).join('');
      this.#index = this.#characters.length;
      return text;
    }
    if (this.#mode === 'json') return this.#jsonValue();
    if (this.atEnd) return '';
    if (this.#characters[this.#index] !== '{') return this.#typed(this.#until(',').text);
    this.#index += 1;
    const items: GoValue[] = [];
    for (;;) {
      const { text, stop } = this.#until(',}');
      if (stop === undefined) throw new GoError("list must terminate with '}'");
      items.push(this.#typed(text));
      if (stop === ',') continue;
      if (this.#characters[this.#index] === ',') this.#index += 1;
      return new GoSlice(items);
    }
  }

  #jsonValue(): GoValue {
    if (this.#skipToValue()) return null;
    const rest = this.#characters.slice(this.#index).join('');
    const { value, length } = decodeJsonPrefix(rest);
    this.#index += Array.from(rest.slice(0, length)).length;
    this.#skipToValue();
    return value;
  }

  /** Moves over white space and one comma; true where that was all. */
  #skipToValue(): boolean {
    while (/^\s$/.test(this.#characters[this.#index] ?? '')) this.#index += 1;
    if (this.atEnd) return true;
    if (this.#characters[this.#index] !== ',') return false;
    this.#index += 1;
    return true;
  }

  #typed(text: string): GoValue {
    if (this.#mode === 'file') return this.#readFile(text);
    if (this.#mode === 'string') return text;
    const lower = text.toLowerCase();
    if (lower === 'true') return true;
    if (lower === 'false') return false;
    if (lower === 'null') return null;
    if (text === '0') return new GoInt('int64', 0n);
    if (/^[-+]?[0-9]{1,30}$/.test(text) && !text.startsWith('0')) {
      const value = BigInt(text.replace('+', ''));
      if (value >= INT64.min && value <= INT64.max) return new GoInt('int64', value);
    }
    return text;
  }

  /** The text up to one of the characters in `stops`, which is taken as well; `undefined` at the end. */
  #until(stops: string): { readonly text: string; readonly stop: string | undefined } {
    let text = '';
    for (; !this.atEnd; this.#index++) {
      let character = this.#characters[this.#index] ?? '';
      if (stops.includes(character)) {
        this.#index += 1;
        return { text, stop: character };
      }
      if (character === '\\' && this.#mode !== 'literal') {
        this.#index += 1;
        character = this.#characters[this.#index] ?? '';
      }
      text += character;
    }
    return { text, stop: undefined };
  }
}

function put(data: GoMap, key: string, value: GoValue): void {
  if (key !== '') data.entries.set(key, value);
}

function withItem(list: readonly GoValue[], index: number, value: GoValue): GoValue[] {
  if (index > MAX_INDEX) {
    throw new GoError(`index of ${index} is greater than maximum supported index of ${MAX_INDEX}`);
  }
  const items = [...list];
  while (items.length < index) items.push(null);
  items[index] = value;
  return items;
}
