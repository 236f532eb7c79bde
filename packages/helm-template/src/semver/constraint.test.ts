import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { parseConstraint, satisfies } from './constraint.js';
import { formatVersion, parseVersion, SemverError } from './version.js';

interface Goldens {
  readonly versions: readonly string[];
  readonly refusedVersions: readonly string[];
  /** By constraint: one digit for each version, `1` where helm 4.1.4's semverCompare says true. */
  readonly matches: Readonly<Record<string, string>>;
  readonly refusedConstraints: readonly string[];
}

const goldens = JSON.parse(readFileSync(new URL('./helm-goldens.json', import.meta.url), 'utf8')) as Goldens;

test('constraints match the versions that helm says they match', () => {
  const versions = goldens.versions.map(parseVersion);
  for (const [text, expected] of Object.entries(goldens.matches)) {
    const constraint = parseConstraint(text);
    const actual = versions.map((version) => (satisfies(version, constraint) ? '1' : '0')).join('');
    expect(`${text}: ${actual}`).toBe(`${text}: ${expected}`);
  }
});

test.each(goldens.refusedConstraints)('constraint %j is refused', (text) => {
  expect(() => parseConstraint(text)).toThrow(SemverError);
});

test.each(goldens.refusedVersions)('version %j is refused', (text) => {
  expect(() => parseVersion(text)).toThrow(SemverError);
});

test('a long hostile constraint is refused quickly', () => {
  const startMs = performance.now();
  expect(() => parseConstraint(`${'1 '.repeat(20_000)}!`)).toThrow(SemverError);
  expect(performance.now() - startMs).toBeLessThan(5_000);
});

test('versions print in canonical form', () => {
  expect(formatVersion(parseVersion('v1.2-rc.1+b'))).toBe('1.2.0-rc.1+b');
});
