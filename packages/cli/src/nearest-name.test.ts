import { describe, expect, it } from 'vitest';
import { nearestName } from './nearest-name.js';

describe('nearestName', () => {
  const known = ['platform', 'plain-http', 'referrers', 'output'];

  it.each([
    ['platfrom', 'platform'],
    ['plaform', 'platform'],
    ['refferers', 'referrers'],
    ['OUTPUT', 'output'],
    ['plain-htp', 'plain-http'],
  ])('takes %s for %s', (mistyped, expected) => {
    expect(nearestName(mistyped, known)).toBe(expected);
  });

  it('offers nothing that is far off', () => {
    expect(nearestName('verbose', known)).toBeUndefined();
    expect(nearestName('', known)).toBeUndefined();
  });
});
