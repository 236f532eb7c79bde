import { fromRune, toRunes } from '../go/byte-string.js';
import { GoError } from '../go/go-error.js';
import { GoInt } from '../go/value.js';
import { fixed, intAt, stringAt, type FunctionEntries } from './define.js';
import { randomBelow, randomText, randomUuid, type RandomBytes } from './random-text.js';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');

/** Random texts and numbers, all from the one source given. */
export function randomFunctions(randomBytes: RandomBytes): FunctionEntries {
  const textOf = (alphabet: string) =>
    fixed(['int'], (args, context) => {
      const length = intAt(args, 0);
      context.spend(Math.max(length, 0) / 8);
      return randomText(length, alphabet, randomBytes);
    });
  return [
    ['randAlphaNum', textOf(LETTERS + DIGITS)],
    ['randAlpha', textOf(LETTERS)],
    ['randNumeric', textOf(DIGITS)],
    ['randAscii', textOf(PRINTABLE)],
    [
      'randBytes',
      fixed(['int'], (args, context) => {
        const size = intAt(args, 0);
        if (size < 0) throw new GoError('runtime error: makeslice: len out of range');
        context.spend(size / 8);
        return Buffer.from(randomBytes(size)).toString('base64');
      }),
    ],
    [
      'randInt',
      fixed(['int', 'int'], (args) => {
        const [low, high] = [intAt(args, 0), intAt(args, 1)];
        if (high <= low) throw new GoError('invalid argument to Intn');
        return new GoInt(
          'int',
          BigInt(low) + BigInt(randomBelow(Math.min(high - low, 2 ** 32), randomBytes)),
        );
      }),
    ],
    ['shuffle', fixed(['string'], (args) => shuffle(stringAt(args, 0), randomBytes))],
    ['uuidv4', fixed([], () => randomUuid(randomBytes))],
  ];
}

function shuffle(text: string, randomBytes: RandomBytes): string {
  const runes = toRunes(text);
  for (let index = runes.length - 1; index > 0; index--) {
    const other = randomBelow(index + 1, randomBytes);
    [runes[index], runes[other]] = [runes[other] ?? 0, runes[index] ?? 0];
  }
  return runes.map(fromRune).join('');
}
