import type { YamlDialect } from './yaml-writer.js';

/**
 * Entries in goyaml's order of map keys: as people would sort them. Numbers inside compare by value, letters come
 * after everything else; for yaml.v3 before everything else where they follow a digit.
 */
export function sortByKey<T>(
  entries: Iterable<readonly [string, T]>,
  dialect: YamlDialect,
): (readonly [string, T])[] {
  return Array.from(entries, (entry) => ({ entry, runes: Array.from(entry[0], runeOf) }))
    .sort((a, b) => compareRunes(a.runes, b.runes, dialect))
    .map(({ entry }) => entry);
}

function compareRunes(a: readonly number[], b: readonly number[], dialect: YamlDialect): number {
  if (isLess(a, b, dialect)) return -1;
  return isLess(b, a, dialect) ? 1 : 0;
}

function isLess(a: readonly number[], b: readonly number[], dialect: YamlDialect): boolean {
  let index = 0;
  while (index < a.length && index < b.length && a[index] === b[index]) index += 1;
  const left = a[index];
  const right = b[index];
  if (left === undefined || right === undefined) return a.length < b.length;
  const leftIsLetter = isLetter(left);
  const rightIsLetter = isLetter(right);
  if (leftIsLetter && rightIsLetter) return left < right;
  if (leftIsLetter || rightIsLetter) {
    const afterDigit = dialect === 'v3' && index > 0 && isDigit(a[index - 1]);
    return afterDigit ? leftIsLetter : rightIsLetter;
  }
  const start = left === ZERO || right === ZERO ? carriedDigit(a, index) : 0;
  const leftEnd = endOfDigits(a, index);
  const rightEnd = endOfDigits(b, index);
  const leftNumber = readNumber(a, index, leftEnd, start);
  const rightNumber = readNumber(b, index, rightEnd, start);
  if (leftNumber !== rightNumber) return leftNumber < rightNumber;
  if (leftEnd !== rightEnd) return leftEnd < rightEnd;
  return left < right;
}

const ZERO = 0x30;

/** 1 where the zero to come continues a number that is not all zeros, so that `10` and `1` differ as numbers. */
function carriedDigit(runes: readonly number[], index: number): number {
  for (let back = index - 1; back >= 0 && isDigit(runes[back]); back--) {
    if (runes[back] !== ZERO) return 1;
  }
  return 0;
}

function endOfDigits(runes: readonly number[], from: number): number {
  let end = from;
  while (isDigit(runes[end])) end += 1;
  return end;
}

/** The number that digits make behind `start`. Go adds in an int64, which wraps; short ones fit a float64. */
function readNumber(runes: readonly number[], from: number, to: number, start: number): number | bigint {
  if (to - from <= 14) {
    let value = start;
    for (let index = from; index < to; index++) value = value * 10 + (runes[index] ?? ZERO) - ZERO;
    return value;
  }
  let value = BigInt(start);
  for (let index = from; index < to; index++) {
    value = BigInt.asIntN(64, value * 10n + BigInt((runes[index] ?? ZERO) - ZERO));
  }
  return value;
}

function isLetter(rune: number): boolean {
  if (rune < 0x80) return (rune | 0x20) >= 0x61 && (rune | 0x20) <= 0x7a;
  return /^\p{L}$/u.test(String.fromCodePoint(rune));
}

function isDigit(rune: number | undefined): boolean {
  if (rune === undefined) return false;
  if (rune < 0x80) return rune >= ZERO && rune <= 0x39;
  return /^\p{Nd}$/u.test(String.fromCodePoint(rune));
}

function runeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
