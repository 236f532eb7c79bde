import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startRegistry, type RegistryStorage } from '@oci-sync/registry';
import { expect, it } from 'vitest';
import { partsProgram } from '../parts/parts-folder.js';
import { runCommand } from '../parts/run-command.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';

const program = partsProgram('conformance');
const mayRun = existsSync(program) || process.env['CI'] === 'true';

/** What the suite is known to consist of, so that a run that tests next to nothing does not pass. */
const fewestTests = 800;

async function runSuite(storage: (folder: string) => RegistryStorage): Promise<string> {
  const folder = makeTemporaryFolder();
  try {
    const registry = await startRegistry({ storage: storage(join(folder.path, 'storage')) });
    try {
      const { code, stdout, stderr } = await runCommand(program, [], {
        cwd: folder.path,
        env: {
          PATH: process.env['PATH'],
          OCI_REGISTRY: registry.host,
          OCI_TLS: 'disabled',
          OCI_VERSION: '1.1',
          OCI_RESULTS_DIR: folder.path,
        },
      });
      expect(code, `${stdout.toString().slice(-4000)}${stderr}`).toBe(0);
      return await readFile(join(folder.path, 'junit.xml'), 'utf8');
    } finally {
      await registry.close();
    }
  } finally {
    folder.remove();
  }
}

function count(junit: string, attribute: string): number {
  const suites = /<testsuite [^>]*>/.exec(junit)?.[0] ?? '';
  return Number(new RegExp(` ${attribute}="(\\d+)"`).exec(suites)?.[1]);
}

it.runIf(mayRun).each([
  ['memory', (): RegistryStorage => 'memory'],
  ['directory', (directory: string): RegistryStorage => ({ directory })],
])('the OCI conformance suite finds no failure with %s storage', async (_name, storage) => {
  const junit = await runSuite(storage);
  expect(count(junit, 'failures')).toBe(0);
  expect(count(junit, 'errors')).toBe(0);
  expect(count(junit, 'tests')).toBeGreaterThan(fewestTests);
});
