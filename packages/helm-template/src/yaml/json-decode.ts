import { toBytes } from '../go/byte-string.js';
import { GoError } from '../go/go-error.js';
import { quote } from '../go/quote.js';
import { GoMap, GoSlice, type GoValue } from '../go/value.js';

/** encoding/json's own bound is 10 000; JavaScript's stack allows less. */
const MAX_DEPTH = 1_000;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
const PLAIN_STRING = /"[^"\\\u0000-\u001f]*"/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/y;

/**
 * encoding/json's Unmarshal into an interface: every number a float64, the last of duplicate keys wins, escaped lone
 * surrogates become U+FFFD.
 *
 * @throws GoError with Go's text: `invalid character 'x' looking for beginning of value`
 */
export function decodeJson(text: string): GoValue {
  const decoder = new JsonDecoder(text);
  const value = decoder.value(0);
  decoder.end();
  return value;
}

/**
 * Reads one JSON value at the start of a text, whatever follows it.
 *
 * @returns the value, and how many UTF-16 units of the text it took
 * @throws GoError
 */
export function decodeJsonPrefix(text: string): { readonly value: GoValue; readonly length: number } {
  const decoder = new JsonDecoder(text);
  const value = decoder.value(0);
  return { value, length: decoder.index };
}

class JsonDecoder {
  readonly #text: string;
  #index = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get index(): number {
    return this.#index;
  }

  end(): void {
    this.#skipSpace();
    if (this.#index < this.#text.length) throw this.#invalid('after top-level value');
  }

  value(depth: number): GoValue {
    if (depth > MAX_DEPTH) throw new GoError('exceeded max depth');
    this.#skipSpace();
    const text = this.#text;
    switch (text.charAt(this.#index)) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
    }
    const number = this.#match(NUMBER);
    if (number === undefined) {
      if (!this.#take('-')) throw this.#invalid('looking for beginning of value');
      throw this.#invalid('in numeric literal', true);
    }
    if (this.#take('.')) throw this.#invalid('after decimal point in numeric literal', true);
    if (this.#take('e') || this.#take('E')) {
      if (!this.#take('+')) this.#take('-');
      throw this.#invalid('in exponent of numeric literal', true);
    }
    const value = Number(number);
    if (!Number.isFinite(value)) {
      throw new GoError(`json: cannot unmarshal number ${number} into Go value of type float64`);
    }
    return value;
  }

  #object(depth: number): GoMap {
    const entries = new Map<string, GoValue>();
    this.#index += 1;
    this.#skipSpace();
    if (this.#take('}')) return new GoMap(entries);
    do {
      this.#skipSpace();
      if (this.#text.charAt(this.#index) !== '"')
        throw this.#invalid('looking for beginning of object key string');
      const key = this.#string();
      this.#skipSpace();
      if (!this.#take(':')) throw this.#invalid('after object key');
      entries.set(key, this.value(depth + 1));
      this.#skipSpace();
    } while (this.#take(','));
    if (!this.#take('}')) throw this.#invalid('after object key:value pair');
    return new GoMap(entries);
  }

  #array(depth: number): GoSlice {
    const items: GoValue[] = [];
    this.#index += 1;
    this.#skipSpace();
    if (this.#take(']')) return new GoSlice(items);
    do {
      items.push(this.value(depth + 1));
      this.#skipSpace();
    } while (this.#take(','));
    if (!this.#take(']')) throw this.#invalid('after array element');
    return new GoSlice(items);
  }

  #string(): string {
    const plain = this.#match(PLAIN_STRING);
    if (plain !== undefined) return replaceLoneSurrogates(plain.slice(1, -1));
    const escaped = this.#match(STRING);
    if (escaped === undefined) throw this.#invalidString();
    return replaceLoneSurrogates(JSON.parse(escaped) as string);
  }

  #word<T extends GoValue>(word: string, value: T): T {
    for (const letter of word) {
      if (!this.#take(letter)) throw this.#invalid(`in literal ${word} (expecting '${letter}')`, true);
    }
    return value;
  }

  /** What is wrong with the string that begins here. */
  #invalidString(): GoError {
    const correct = /^"(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*/.exec(
      this.#text.slice(this.#index),
    );
    this.#index += correct?.[0].length ?? 0;
    if (!this.#take('\\')) return this.#invalid('in string literal');
    if (!this.#take('u')) return this.#invalid('in string escape code', true);
    while (/[0-9a-fA-F]/.test(this.#text.charAt(this.#index))) this.#index += 1;
    return this.#invalid('in \\u hexadecimal character escape', true);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#index;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#index += found.length;
    return found;
  }

  #take(character: string): boolean {
    if (this.#text.charAt(this.#index) !== character) return false;
    this.#index += 1;
    return true;
  }

  #skipSpace(): void {
    while (' \t\r\n'.includes(this.#text.charAt(this.#index)) && this.#index < this.#text.length)
      this.#index += 1;
  }

  /** @param endIsSpace - Go's scanner feeds a space at the end of the text; where it is wrong, it is named. */
  #invalid(context: string, endIsSpace = false): GoError {
    const atEnd = this.#index >= this.#text.length;
    if (atEnd && !endIsSpace) return new GoError('unexpected end of JSON input');
    // Go looks at bytes, so of a longer character it shows the first one.
    const byte = atEnd ? 0x20 : (toBytes(this.#text.slice(this.#index, this.#index + 2))[0] ?? 0);
    const quoted = quote(String.fromCharCode(byte)).slice(1, -1);
    const shown = byte === 0x27 ? String.raw`\'` : byte === 0x22 ? '"' : quoted;
    return new GoError(`invalid character '${shown}' ${context}`);
  }
}

function replaceLoneSurrogates(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd');
}
