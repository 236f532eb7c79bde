import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOciError } from '../errors/oci-error.js';
import { formatPlatform, parsePlatform, samePlatform } from './platform.js';

describe('parsePlatform', () => {
  it.each([
    ['linux/amd64', 'linux/amd64'],
    ['Linux/x86_64', 'linux/amd64'],
    ['linux/amd64/v1', 'linux/amd64'],
    ['linux/amd64/v3', 'linux/amd64/v3'],
    ['linux/aarch64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/arm64/8', 'linux/arm64'],
    ['linux/arm', 'linux/arm'],
    ['linux/arm/v7', 'linux/arm'],
    ['linux/arm/v6', 'linux/arm/v6'],
    ['linux/armhf', 'linux/arm'],
    ['linux/armel', 'linux/arm/v6'],
    ['windows/amd64', 'windows/amd64'],
  ])('reads %s as %s', (text, expected) => {
    expect(formatPlatform(parsePlatform(text))).toBe(expected);
  });

  it.each(['', 'amd64', 'linux/', '/amd64', 'linux/arm/v7/x', 'linux amd64'])('refuses "%s"', (text) => {
    expect(() => parsePlatform(text)).toThrow(expect.objectContaining({ code: 'OCI_INVALID_OPTION' }));
  });

  it('reads what it has formatted as the same platform, and throws nothing but its own error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          const platform = parsePlatform(text);
          expect(samePlatform(parsePlatform(formatPlatform(platform)), platform)).toBe(true);
        } catch (error) {
          if (!isOciError(error, 'OCI_INVALID_OPTION')) throw error;
        }
      }),
    );
  });
});

describe('samePlatform', () => {
  it('tells variants apart, but not the base variant from none', () => {
    expect(
      samePlatform({ os: 'linux', architecture: 'arm', variant: 'v7' }, { os: 'linux', architecture: 'arm' }),
    ).toBe(true);
    expect(
      samePlatform({ os: 'linux', architecture: 'arm', variant: 'v6' }, { os: 'linux', architecture: 'arm' }),
    ).toBe(false);
    expect(samePlatform({ os: 'linux', architecture: 'arm64' }, { os: 'linux', architecture: 'amd64' })).toBe(
      false,
    );
  });
});
