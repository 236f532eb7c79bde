import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration } from './format-bytes.js';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1_234_567, '1.2 MB'],
    [345_600_000, '346 MB'],
    [5_000_000_000, '5.0 GB'],
    [7e15, '7000 TB'],
  ])('%d', (bytes, expected) => {
    expect(formatBytes(bytes)).toBe(expected);
  });
});

describe('formatDuration', () => {
  it.each([
    [12.4, '12 ms'],
    [3_140, '3.1 s'],
    [125_000, '2 min 5 s'],
  ])('%d', (durationMs, expected) => {
    expect(formatDuration(durationMs)).toBe(expected);
  });
});
