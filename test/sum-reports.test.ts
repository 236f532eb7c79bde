import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'oci-sync-reports-'));
afterAll(() => rmSync(folder, { recursive: true }));

function sum(...reports: readonly string[]): string {
  const files = reports.map((report, index) => {
    const file = join(folder, `${index}.json`);
    writeFileSync(file, report);
    return file;
  });
  const script = join(import.meta.dirname, '../scripts/sum-reports.js');
  return execFileSync(process.execPath, [script, ...files], { encoding: 'utf8' });
}

function report(counts: {
  passed?: number;
  failed?: number;
  pending?: number;
  todo?: number;
  unloaded?: number;
}): string {
  const { passed = 0, failed = 0, pending = 0, todo = 0, unloaded = 0 } = counts;
  return JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: pending,
    numTodoTests: todo,
    testResults: Array.from({ length: unloaded }, () => ({ status: 'failed', assertionResults: [] })),
  });
}

it.each([
  ['adds reports up', [report({ passed: 3 }), report({ passed: 4, failed: 2 })], '7 2\n'],
  ['counts skipped tests as failed', [report({ passed: 1, pending: 2, todo: 1 })], '1 3\n'],
  ['counts files that could not be loaded', [report({ passed: 1, unloaded: 1 })], '1 1\n'],
  ['does not take an empty run for a success', [report({})], '0 1\n'],
  ['does not take a broken report for a success', ['{"numPassedTests"', report({ passed: 1 })], '1 1\n'],
])('%s', (_what, reports, printed) => {
  expect(sum(...reports)).toBe(printed);
});
