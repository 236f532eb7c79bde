import type { Measurement } from './measured-run.js';

/** The middle one of some numbers, or the mean of the middle two. */
function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** The median of each value by itself. */
export function medianMeasurement(measurements: readonly Measurement[]): Measurement {
  return {
    wallMs: median(measurements.map(({ wallMs }) => wallMs)),
    cpuMs: median(measurements.map(({ cpuMs }) => cpuMs)),
    peakBytes: median(measurements.map(({ peakBytes }) => peakBytes)),
  };
}
