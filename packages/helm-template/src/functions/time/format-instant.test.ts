import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatInstant } from './format-instant.js';
import { parseInstant } from './parse-instant.js';
import { formatDuration, parseDuration } from './duration.js';
import { loadZone, UTC } from './zone.js';

const LAYOUTS = [
  '2006-01-02T15:04:05.999999999Z07:00',
  'Mon, 02 Jan 2006 15:04:05.000000000 -0700',
  '06/1/_2 3:04:05.999999999PM -07:00',
  '2006 __2 15h4m5s .000000000 Z0700',
];
const ZONES = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu'];
const FIRST = BigInt(Date.UTC(1970, 0, 2)) * 1_000_000n;
const LAST = BigInt(Date.UTC(2068, 11, 31)) * 1_000_000n;

describe('formatInstant', () => {
  it('prints what parseInstant reads back, in any zone', () => {
    const inputs = [
      fc.bigInt({ min: FIRST, max: LAST }),
      fc.constantFrom(...ZONES),
      fc.constantFrom(...LAYOUTS),
    ] as const;
    fc.assert(
      fc.property(...inputs, (unixNanos, zoneName, layout) => {
        const zone = loadZone(zoneName) ?? UTC;
        const text = formatInstant({ unixNanos, zone }, layout);
        expect(parseInstant(layout, text, UTC).unixNanos).toBe(unixNanos);
      }),
      { numRuns: 300 },
    );
  });
});

describe('formatDuration', () => {
  it('prints what parseDuration reads back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }), (nanos) => {
        expect(parseDuration(formatDuration(nanos))).toBe(nanos);
      }),
    );
  });
});
