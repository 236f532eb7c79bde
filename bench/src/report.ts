import type { Traffic } from './network/counting-proxy.js';
import type { Row, Scenario } from './scenario.js';

/** A scenario with its rows. */
export interface ScenarioResult {
  readonly scenario: Scenario;
  readonly rows: readonly Row[];
}

const columns = ['', 'wall', '×', 'CPU', '×', 'memory', 'source', 'destination'] as const;

/** The rows of a scenario as a Markdown table; `×` is the ratio to the baseline's value in the column before. */
export function formatTable({ scenario, rows }: ScenarioResult): string {
  const baseline = rows.find(({ name }) => name === scenario.baseline)?.measurement;
  const ratio = (value: number, base: number | undefined): string =>
    base === undefined ? '' : (value / base).toFixed(2);
  const cells = rows.map(({ name, measurement, source, destination }) => [
    name,
    seconds(measurement.wallMs),
    ratio(measurement.wallMs, baseline?.wallMs),
    seconds(measurement.cpuMs),
    ratio(measurement.cpuMs, baseline?.cpuMs),
    megabytes(measurement.peakBytes),
    traffic(source),
    traffic(destination),
  ]);
  const width = (column: number): number =>
    Math.max(...[[...columns], ...cells].map((row) => row[column]?.length ?? 0));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(width(column))).join(' | ')} |`;
  const rule = `|${columns.map((_, column) => '-'.repeat(width(column) + 2)).join('|')}|`;
  return [
    `### ${scenario.name}`,
    '',
    scenario.describe,
    '',
    line([...columns]),
    rule,
    ...cells.map(line),
    '',
  ].join('\n');
}

/** What is written to the JSON file: plain numbers in milliseconds and bytes. */
export function toJson(results: readonly ScenarioResult[], facts: object): string {
  const scenarios = results.map(({ scenario: { name, describe, baseline }, rows }) => ({
    name,
    describe,
    baseline,
    rows,
  }));
  return `${JSON.stringify({ ...facts, scenarios }, undefined, 2)}\n`;
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

function traffic(side: Traffic | undefined): string {
  if (side === undefined) return '';
  const bytes = side.sentBytes + side.receivedBytes;
  return `${side.requests} requests, ${Math.round(bytes / 1e6)} MB`;
}
