import type { YamlDialect } from './yaml-writer.js';

const LETTER = /^\p{L}$/u;
const DIGIT = /^\p{Nd}$/u;

/**
 * goyaml's order of map keys: as people would sort them. Numbers inside compare by value, letters come after
 * everything else; for yaml.v3 before everything else where they follow a digit.
 */
export function compareKeys(a: string, b: string, dialect: YamlDialect): number {
  if (a === b) return 0;
  if (keyLess(a, b, dialect)) return -1;
  return keyLess(b, a, dialect) ? 1 : 0;
}

function keyLess(aText: string, bText: string, dialect: YamlDialect): boolean {
  const a = Array.from(aText);
  const b = Array.from(bText);
  let index = 0;
  while (index < a.length && index < b.length && a[index] === b[index]) index += 1;
  const left = a[index];
  const right = b[index];
  if (left === undefined || right === undefined) return a.length < b.length;
  const leftIsLetter = LETTER.test(left);
  const rightIsLetter = LETTER.test(right);
  if (leftIsLetter && rightIsLetter) return codeOf(left) < codeOf(right);
  if (leftIsLetter || rightIsLetter) {
    const afterDigit = dialect === 'v3' && index > 0 && DIGIT.test(a[index - 1] ?? '');
    return afterDigit ? leftIsLetter : rightIsLetter;
  }
  const start = left === '0' || right === '0' ? carriedDigit(a, index) : 0n;
  const leftNumber = readNumber(a, index, start);
  const rightNumber = readNumber(b, index, start);
  if (leftNumber.value !== rightNumber.value) return leftNumber.value < rightNumber.value;
  if (leftNumber.end !== rightNumber.end) return leftNumber.end < rightNumber.end;
  return codeOf(left) < codeOf(right);
}

/** 1 where the zero to come continues a number that is not all zeros, so that `10` and `1` differ as numbers. */
function carriedDigit(text: readonly string[], index: number): bigint {
  for (let back = index - 1; back >= 0 && DIGIT.test(text[back] ?? ''); back--) {
    if (text[back] !== '0') return 1n;
  }
  return 0n;
}

function readNumber(text: readonly string[], from: number, start: bigint): { value: bigint; end: number } {
  let end = from;
  let value = start;
  while (end < text.length && DIGIT.test(text[end] ?? '')) {
    // Go adds in an int64, which wraps.
    value = BigInt.asIntN(64, value * 10n + BigInt(codeOf(text[end] ?? '') - 0x30));
    end += 1;
  }
  return { value, end };
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
