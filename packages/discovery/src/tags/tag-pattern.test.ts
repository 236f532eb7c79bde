import { describe, expect, it } from 'vitest';
import { isBranchTag, isCandidate, matchesGlob } from './tag-pattern.js';

describe('isCandidate', () => {
  const counts = isCandidate(['tester', '*-rc.?']);
  it.each([
    ['1.2.3', true],
    ['latest', false],
    ['latest-debian', true],
    ['tester', false],
    ['tester-2', true],
    ['1.0-rc.1', false],
    ['1.0-rc.12', true],
    [`sha256-${'a'.repeat(64)}`, false],
    [`sha256-${'a'.repeat(64)}.sig`, false],
    [`sha256-${'a'.repeat(64)}.att`, false],
    [`sha256-${'a'.repeat(64)}.sbom`, false],
    ['sha256-abc', true],
  ])('%s: %s', (tag, expected) => {
    expect(counts(tag)).toBe(expected);
  });
});

describe('isBranchTag', () => {
  it.each([
    ['main-c1a2b3d-e4f5a6b', 'main', true],
    ['main-c1a2b3d-e4f5a6b', 'develop', false],
    ['feature-x-c1a2b3d-e4f5a6b', 'feature-x', true],
    ['feature-x-c1a2b3d-e4f5a6b', 'feature', false],
    ['main-c1a2b3-e4f5a6b', 'main', false],
    ['main-c1a2b3d', 'main', false],
    ['main-c1a2b3d-e4f5a6b-1', 'main', false],
    ['latest', 'main', false],
    ['-c1a2b3d-e4f5a6b', '', false],
  ])('%s of %s: %s', (tag, branch, expected) => {
    expect(isBranchTag(branch)(tag)).toBe(expected);
  });
});

describe('matchesGlob', () => {
  it('takes everything but * and ? literally', () => {
    expect(matchesGlob('a.b+c')('a.b+c')).toBe(true);
    expect(matchesGlob('a.b')('axb')).toBe(false);
    expect(matchesGlob('ghcr.io/*:v?')('ghcr.io/o/a:v1')).toBe(true);
    expect(matchesGlob('*')('')).toBe(true);
  });
  it('is quick on hostile patterns', () => {
    const start = performance.now();
    expect(matchesGlob('*a'.repeat(12))('a'.repeat(40) + 'b')).toBe(false);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
