import { fromRune, toRunes } from '../go/byte-string.js';
import { hasProperty, isSpace, lowerRune, titleRune, upperRune } from './unicode.js';

const UPPER = /^\p{Lu}$/u;
const LETTER = /^\p{L}$/u;
const IDEOGRAPH = /^[\u3400-\u4db5\u4e00-\u9fcc\u{20000}-\u{2b81d}]$/u;
const NUMBER = /^\p{N}$/u;
const PUNCTUATION = /^\p{P}$/u;
const REPLACEMENT = 0xfffd;

const isUpper = (rune: number): boolean => hasProperty(rune, UPPER);
/** A letter of a script with words: Chinese characters are none. */
const isLetter = (rune: number): boolean => hasProperty(rune, LETTER) && !hasProperty(rune, IDEOGRAPH);

/** What separates words: hyphen, underscore and white space. */
const isConnector = (rune: number): boolean => rune === 0x2d || rune === 0x5f || isSpace(rune);

/** sprig's `swapcase`: capitals become small, small letters capital (title form at the beginning of a word). */
export function swapCase(text: string): string {
  let afterSpace = true;
  const swapped = toRunes(text).map((rune) => {
    if (isUpper(rune) || hasProperty(rune, /^\p{Lt}$/u)) {
      afterSpace = false;
      return lowerRune(rune);
    }
    if (!hasProperty(rune, /^\p{Ll}$/u)) {
      afterSpace = isSpace(rune);
      return rune;
    }
    const mapped = afterSpace ? titleRune(rune) : upperRune(rune);
    afterSpace = false;
    return mapped;
  });
  return swapped.map(fromRune).join('');
}

/** `strings.Title`: the first letter of every word in title form. */
export function titleCase(text: string): string {
  let previous = 0x20;
  const titled = toRunes(text).map((rune) => {
    const mapped = isTitleSeparator(previous) ? titleRune(rune) : rune;
    previous = rune;
    return mapped;
  });
  return titled.map(fromRune).join('');
}

/** In ASCII everything but letters, digits and the underscore separates words, elsewhere white space only. */
function isTitleSeparator(rune: number): boolean {
  return rune < 0x80 ? !/\w/.test(String.fromCharCode(rune)) : isSpace(rune);
}

/** sprig's `untitle`: the first letter after white space small. */
export function untitleCase(text: string): string {
  let first = true;
  const changed = toRunes(text).map((rune) => {
    if (isSpace(rune)) {
      first = true;
      return rune;
    }
    const mapped = first ? lowerRune(rune) : rune;
    first = false;
    return mapped;
  });
  return changed.map(fromRune).join('');
}

/** sprig's `camelcase`: `http_server` becomes `HttpServer`; connectors at the beginning stay. */
export function camelCase(text: string): string {
  const runes = toRunes(text);
  const start = runes.findIndex((rune) => !isConnector(rune));
  // Of connectors alone the last one comes out twice.
  if (start < 0) return [...runes, ...runes.slice(-1)].map(fromRune).join('');
  const output = runes.slice(0, start);
  let inCapitals = isUpper(runes[start] ?? 0);
  let current = upperRune(runes[start] ?? 0);
  if (start === runes.length - 1) return [...output, current].map(fromRune).join('');
  for (const rune of runes.slice(start + 1)) {
    const previous = current;
    current = rune;
    if (isConnector(previous)) {
      // Of several connectors in a row all but the last are kept.
      if (isConnector(rune)) {
        output.push(previous);
        continue;
      }
      inCapitals = isUpper(rune);
      current = upperRune(rune);
      continue;
    }
    if (inCapitals) {
      // The rest of a word in capitals becomes small.
      if (isUpper(rune)) current = lowerRune(rune);
      else inCapitals = false;
    }
    output.push(previous);
  }
  output.push(current);
  return output.map(fromRune).join('');
}

type WordKind = 'none' | 'invalid' | 'number' | 'upper' | 'letters' | 'connector' | 'punctuation' | 'other';

interface Word {
  readonly kind: WordKind;
  readonly runes: readonly number[];
  readonly rest: readonly number[];
}

/** sprig's `snakecase` and `kebabcase`: `HTTPServer2xx` becomes `http_server_2xx`. */
export function delimitedCase(text: string, connector: string): string {
  let output = '';
  const write = (word: Word): void => {
    if (word.kind === 'connector') output += connector.repeat(word.runes.length);
    else
      output += word.runes.map((rune) => fromRune(word.kind === 'upper' ? lowerRune(rune) : rune)).join('');
  };
  const separates = (kind: WordKind): boolean => kind !== 'connector' && kind !== 'punctuation';
  let word = nextWord(toRunes(text));
  /** Letters and numbers that go on without a break. */
  const writeRun = (): void => {
    while (word.kind === 'letters' || word.kind === 'number') {
      write(word);
      word = nextWord(word.rest);
    }
    if (separates(word.kind) && word.kind !== 'none' && word.kind !== 'invalid') output += connector;
  };
  while (word.rest.length > 0) {
    if (word.kind !== 'connector') write(word);
    const previous = word;
    word = nextWord(word.rest);
    if (previous.kind === 'number') writeRun();
    else if (previous.kind === 'connector') write(previous);
    else if (previous.kind !== 'punctuation') {
      if (word.kind !== 'number') {
        if (separates(word.kind)) output += connector;
      } else if (word.rest.length > 0) {
        const number = word;
        word = nextWord(word.rest);
        if (word.kind === 'letters') {
          // Small letters after a number belong to it: HTTP2xx is http_2xx, but Bld4Floor is bld4_floor.
          output += connector;
          write(number);
          writeRun();
        } else {
          write(number);
          if (separates(word.kind)) output += connector;
        }
      }
    }
  }
  write(word);
  return output;
}

function nextWord(runes: readonly number[]): Word {
  const first = runes[0];
  if (first === undefined) return { kind: 'none', runes: [], rest: [] };
  const take = (kind: WordKind, length: number): Word => ({
    kind,
    runes: runes.slice(0, length),
    rest: runes.slice(length),
  });
  const runTo = (from: number, belongs: (rune: number) => boolean): number => {
    let end = from;
    // Replacement characters never end a word.
    while (end < runes.length && (runes[end] === REPLACEMENT || belongs(runes[end] ?? 0))) end += 1;
    return end;
  };
  const isSmall = (rune: number): boolean => isLetter(rune) && !isUpper(rune);
  if (first === REPLACEMENT) return take('invalid', 1);
  if (isConnector(first)) return take('connector', runTo(1, isConnector));
  if (hasProperty(first, PUNCTUATION)) {
    return take(
      'punctuation',
      runTo(1, (rune) => hasProperty(rune, PUNCTUATION)),
    );
  }
  if (isUpper(first)) {
    const second = runes[1];
    if (second !== undefined && isUpper(second)) {
      const end = runTo(2, isUpper);
      const next = runes[end];
      // In HTTPStatus the S begins the next word.
      return take('upper', next !== undefined && isLetter(next) ? end - 1 : end);
    }
    return take('upper', second !== undefined && isLetter(second) ? runTo(2, isSmall) : 1);
  }
  if (isLetter(first)) return take('letters', runTo(1, isSmall));
  if (hasProperty(first, NUMBER))
    return take(
      'number',
      runTo(1, (rune) => hasProperty(rune, NUMBER)),
    );
  const isOther = (rune: number): boolean =>
    !isConnector(rune) && !isLetter(rune) && !hasProperty(rune, NUMBER) && !hasProperty(rune, PUNCTUATION);
  return take('other', runTo(1, isOther));
}
