import { expect, test } from 'vitest';

import { compileGlob, GlobError } from './glob.js';
import { BadPatternError, compilePathPattern } from './path-match.js';

test.each([
  ['files/*', 'files/a', true],
  ['files/*', 'files/a/b', false],
  ['files/**', 'files/a/b', true],
  ['**.yaml', 'a/b.yaml', true],
  ['*.yaml', 'a/b.yaml', false],
  ['?.txt', 'a.txt', true],
  ['?.txt', '/.txt', false],
  ['[a-c]x', 'bx', true],
  ['[!a-c]x', 'bx', false],
  ['[abc]x', 'cx', true],
  ['{one,two/*}.txt', 'two/x.txt', true],
  ['{one,two}.txt', 'three.txt', false],
  ['{a,{b,c}d}', 'cd', true],
  [String.raw`\*`, '*', true],
  [String.raw`\*`, 'a', false],
  ['', '', true],
])('glob %j on %j: %j', (pattern, text, expected) => {
  expect(compileGlob(pattern)(text)).toBe(expected);
});

test.each(['{a', '[a', '[]', '[z-a]', '\\'])('glob %j is refused', (pattern) => {
  expect(() => compileGlob(pattern)).toThrow(GlobError);
});

test.each([
  ['*.md', 'a.md', true],
  ['*.md', 'a/b.md', false],
  ['a*b*c', 'axxbyyc', true],
  ['a*b*c', 'axxbyy', false],
  ['[^a]', 'b', true],
  ['[a-c]', 'b', true],
  [String.raw`\[`, '[', true],
  ['a?c', 'abc', true],
  ['*', '', true],
  ['', 'a', false],
])('path pattern %j on %j: %j', (pattern, name, expected) => {
  expect(compilePathPattern(pattern)(name)).toBe(expected);
});

test.each(['[', '[a', '[]a]', '[-]', '\\', '[a-]'])('path pattern %j is refused', (pattern) => {
  expect(() => compilePathPattern(pattern)).toThrow(BadPatternError);
});

test('patterns that are slow for a backtracking engine are not slow here', () => {
  const startMs = performance.now();
  expect(compileGlob('*a'.repeat(200))('a'.repeat(2_000) + 'b')).toBe(false);
  expect(compilePathPattern('*a'.repeat(200))('a'.repeat(2_000) + 'b')).toBe(false);
  expect(performance.now() - startMs).toBeLessThan(5_000);
});
