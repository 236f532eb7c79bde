import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byteLength,
  byteSlice,
  compareStrings,
  concatBytes,
  fromBytes,
  toBytes,
  toRunes,
} from './byte-string.js';
import { deepEqual } from './deep-equal.js';
import { formatFloat, formatFloat64 } from './float-format.js';
import { goInt } from './integer.js';
import { kindOf, typeOf } from './kind.js';
import { sortedKeys } from './map-order.js';
import { parseFloat64, parseInteger } from './number-parse.js';
import { quote } from './quote.js';
import { isTrue } from './truth.js';
import { GoMap, GoSlice, type GoValue } from './value.js';

const anyBytes = fc.uint8Array({ maxLength: 24 });
const someText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  anyBytes.map((bytes) => fromBytes(bytes)),
);

describe('byte strings', () => {
  it('are lossless', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(Buffer.compare(toBytes(fromBytes(bytes)), bytes)).toBe(0);
      }),
    );
  });

  it('have the length and the pieces of their bytes', () => {
    fc.assert(
      fc.property(someText, fc.nat(30), fc.nat(30), (text, from, size) => {
        const bytes = toBytes(text);
        const start = Math.min(from, bytes.length);
        const end = Math.min(start + size, bytes.length);
        expect(byteLength(text)).toBe(bytes.length);
        expect(byteSlice(text, start, end)).toBe(fromBytes(bytes.subarray(start, end)));
        expect(concatBytes(byteSlice(text, 0, start), byteSlice(text, start))).toBe(text);
      }),
    );
  });

  it('are ordered bytewise', () => {
    fc.assert(
      fc.property(someText, someText, (left, right) => {
        expect(Math.sign(compareStrings(left, right))).toBe(Buffer.compare(toBytes(left), toBytes(right)));
      }),
    );
    const keys = ['\u{1F600}', '\uFF5E', 'z', 'é', ''];
    const map = new GoMap(new Map(keys.map((key) => [key, null])));
    expect(sortedKeys(map)).toEqual(['', 'z', 'é', '\uFF5E', '\u{1F600}']);
  });

  it('show a bad byte as U+FFFD to a range', () => {
    expect(toRunes(fromBytes(Uint8Array.of(0x61, 0xff, 0xc3, 0xa9)))).toEqual([0x61, 0xfffd, 0xe9]);
  });
});

describe('numbers', () => {
  it('are printed with as few digits as identify them', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        fc.pre(Number.isFinite(value));
        expect(parseFloat64(formatFloat64(value))).toBe(value);
      }),
    );
  });

  it('are rounded exactly, halves to even', () => {
    expect([0.5, 1.5, 2.5, 0.125].map((value) => formatFloat(value, 'f', 0))).toEqual(['0', '2', '2', '0']);
    expect(formatFloat(0.1, 'f', 55)).toBe('0.1000000000000000055511151231257827021181583404541015625');
    expect(formatFloat(9.9999, 'e', 2)).toBe('1.00e+01');
  });

  it('know the digits of a float32', () => {
    expect(formatFloat(Math.fround(1.1), 'g', -1, 32)).toBe('1.1');
    expect(formatFloat(Math.fround(16777216), 'g', -1, 32)).toBe('1.6777216e+07');
  });

  it.each([
    ['0x1F', 31n],
    ['0b11', 3n],
    ['0o17', 15n],
    ['017', 15n],
    ['-1_000', -1000n],
    ['0', 0n],
    ['-9223372036854775808', -(2n ** 63n)],
  ])('reads %s', (text, value) => {
    expect(parseInteger(text, 0)).toBe(value);
  });

  it.each([
    ['', 'invalid syntax'],
    ['08', 'invalid syntax'],
    ['1__0', 'invalid syntax'],
    ['9223372036854775808', 'value out of range'],
    ['9'.repeat(5_000), 'value out of range'],
  ])('refuses %j', (text, reason) => {
    expect(() => parseInteger(text, 0)).toThrow(`strconv.ParseInt: parsing ${quote(text)}: ${reason}`);
  });
});

describe('kinds, truth and equality', () => {
  const emptyMap = new GoMap();
  const values: readonly (readonly [GoValue, string, string, boolean])[] = [
    [null, 'invalid', '<nil>', false],
    ['', 'string', 'string', false],
    ['0', 'string', 'string', true],
    [0, 'float64', 'float64', false],
    [Number.NaN, 'float64', 'float64', true],
    [goInt('int64', 0n), 'int64', 'int64', false],
    [goInt('int', 1n), 'int', 'int', true],
    [emptyMap, 'map', 'map[string]interface {}', false],
    [new GoSlice([], '[]string'), 'slice', '[]string', false],
    [new GoSlice([null]), 'slice', '[]interface {}', true],
    [new Uint8Array(1), 'slice', '[]uint8', true],
  ];

  it.each(values)('of %o', (value, kind, type, truth) => {
    expect([kindOf(value), typeOf(value), isTrue(value)]).toEqual([kind, type, truth]);
  });

  it('takes types into account', () => {
    expect(deepEqual(goInt('int', 1n), 1)).toBe(false);
    expect(deepEqual(goInt('int', 1n), goInt('int64', 1n))).toBe(false);
    expect(deepEqual(new GoSlice([], '[]string'), new GoSlice([]))).toBe(false);
    expect(deepEqual(new GoMap(new Map([['a', null]])), new GoMap(new Map([['b', null]])))).toBe(false);
    expect(
      deepEqual(new GoMap(new Map([['a', new GoSlice([1])]])), new GoMap(new Map([['a', new GoSlice([1])]]))),
    ).toBe(true);
  });

  it('wraps integers as a conversion does', () => {
    expect(goInt('uint8', 257n).value).toBe(1n);
    expect(goInt('int64', 2n ** 63n).value).toBe(-(2n ** 63n));
  });
});
