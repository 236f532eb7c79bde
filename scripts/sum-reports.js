// Sums vitest's JSON reports. Usage: node scripts/sum-reports.js FILE...; prints `PASSED FAILED`.
// A report that is missing or broken, a file that could not be loaded and a skipped test are failures.
import { readFileSync } from 'node:fs';

/** @param {string} file */
function countTests(file) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    const unloaded = report.testResults.filter(
      (result) => result.status === 'failed' && result.assertionResults.length === 0,
    ).length;
    const skipped = report.numPendingTests + report.numTodoTests;
    const failed = report.numFailedTests + skipped + unloaded;
    const isEmpty = report.numPassedTests + failed === 0;
    return { passed: report.numPassedTests, failed: isEmpty ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const counts = process.argv.slice(2).map(countTests);
const total = (key) => counts.reduce((sum, count) => sum + count[key], 0);
process.stdout.write(`${total('passed')} ${total('failed')}\n`);
