import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedHelmFolder } from '../helm/shared-fixtures.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import { runCommand } from '../parts/run-command.js';
import { faults as copyFaults, type Fault } from './faults.js';
import { syncFaults } from './sync-faults.js';
import { copyWorkspace, type WorkspaceCopy } from './workspace-copy.js';

const faults: readonly Fault[] = [...copyFaults, ...syncFaults];

/** Tests of one run: full name -> passed or not. */
type Results = ReadonlyMap<string, boolean>;

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Runs tests in the copy; `pattern` chooses them by their full name. */
async function runTests(workspace: WorkspaceCopy, file: string, pattern: string): Promise<Results> {
  const report = join(workspace.path, 'report.json');
  const vitest = join(workspace.path, 'node_modules/vitest/vitest.mjs');
  const args = ['run', '--config', 'e2e/vitest.config.ts', file, '-t', pattern];
  const output = ['--reporter=json', `--outputFile=${report}`];
  const { stderr, stdout } = await runCommand(process.execPath, [vitest, ...args, ...output], {
    cwd: workspace.path,
    // The copy is elsewhere, what lies beside the repository is not.
    env: { ...process.env, OCI_SYNC_SHARED: join(sharedHelmFolder(), '..') },
    timeoutMs: 600_000,
  });
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
    const ran = tests.filter(({ status }) => status === 'passed' || status === 'failed');
    return new Map(ran.map(({ fullName, status }) => [fullName, status === 'passed']));
  } catch (cause) {
    throw new Error(`no report from vitest: ${stderr}${stdout.toString()}`, { cause });
  }
}

/** Names of tests that stayed green with the fault in; at least one has to have run. */
async function survivors(workspace: WorkspaceCopy, fault: Fault, broken: Set<string>): Promise<string[]> {
  const results = await workspace.withChanges(fault.changes, () =>
    runTests(workspace, fault.tests, fault.rows),
  );
  if (results.size === 0) return [`no test of ${fault.tests} matches ${fault.rows}`];
  for (const name of results.keys()) broken.add(name);
  return [...results].filter(([, passed]) => passed).map(([name]) => `stayed green: ${name}`);
}

const started = Date.now();
const folder = makeTemporaryFolder();
try {
  const workspace = copyWorkspace(folder.path);
  const only = process.argv[2];
  const chosen = faults.filter(({ name }) => only === undefined || name.includes(only));
  const broken = new Set<string>();
  for (const fault of chosen) {
    const problems = await survivors(workspace, fault, broken).catch((error: unknown) => [String(error)]);
    process.stdout.write(`${problems.length === 0 ? 'red' : 'NOT RED'}  ${fault.name}\n`);
    for (const problem of problems) process.stdout.write(`    ${problem}\n`);
    if (problems.length > 0) process.exitCode = 1;
  }
  if (only === undefined) {
    // Without a fault every row is green, and each was broken by one above; of whole runs those that have one.
    const syncRows = syncFaults.map(({ rows }) => rows).join('|');
    const healthy = await workspace.withChanges(
      [],
      async () =>
        new Map([
          ...(await runTests(workspace, 'src/copy', '')),
          ...(await runTests(workspace, 'src/sync', syncRows)),
        ]),
    );
    for (const [name, passed] of healthy) {
      if (passed && broken.has(name)) continue;
      process.stdout.write(`${passed ? 'NO FAULT' : 'NOT GREEN'}  ${name}\n`);
      process.exitCode = 1;
    }
    process.stdout.write(`${healthy.size} rows, ${faults.length} faults, ${Date.now() - started} ms\n`);
  }
} finally {
  folder.remove();
}
