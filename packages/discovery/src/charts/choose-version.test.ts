import { describe, expect, it } from 'vitest';
import { DiscoveryError } from '../errors.js';
import { chooseVersion } from './choose-version.js';

const entries = ['0.9.0', '1.2.3', '1.10.0', '2.0.0-rc.1', 'nonsense', '1.10.0+build', 'v1.3.0'].map(
  (version) => ({
    version,
  }),
);

describe('chooseVersion', () => {
  it.each([
    [undefined, '1.10.0'],
    ['', '1.10.0'],
    ['1.2.3', '1.2.3'],
    ['~1.2', '1.2.3'],
    ['^1', '1.10.0'],
    ['1.3.x', 'v1.3.0'],
    ['>=2.0.0-0', '2.0.0-rc.1'],
    ['nonsense', 'nonsense'],
    ['1.10.0+build', '1.10.0+build'],
    ['<1', '0.9.0'],
  ])('%s', (version, expected) => {
    expect(chooseVersion('chart x', entries, { version }).version).toBe(expected);
  });
  it('counts prereleases where asked to', () => {
    expect(chooseVersion('chart x', entries, { devel: true }).version).toBe('2.0.0-rc.1');
  });
  it.each(['3', '>2', 'a b'])('finds none for %s', (version) => {
    expect(() => chooseVersion('chart x', entries, { version })).toThrow(DiscoveryError);
  });
});
