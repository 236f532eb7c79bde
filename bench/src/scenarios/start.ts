import { makeTemporaryFolder } from '@oci-sync/e2e/parts/temporary-folder.js';
import { medianMeasurement } from '../measure/median.js';
import { measureRun, type Measurement } from '../measure/measured-run.js';
import { cliPath } from '../peers.js';
import type { Row, RunSettings, Scenario } from '../scenario.js';

const runsPerRound = 5;

const commands: Readonly<Record<string, readonly string[]>> = {
  'node -e 0': ['-e', '0'],
  '--version': [cliPath, '--version'],
  '--help': [cliPath, '--help'],
  'copy --help': [cliPath, 'copy', '--help'],
};

/** How long the command line takes before it does anything. */
export const startScenario: Scenario = {
  name: 'start',
  describe: 'starting the command line',
  baseline: 'node -e 0',
  run: measureStarts,
};

async function measureStarts({ rounds }: RunSettings): Promise<readonly Row[]> {
  const folder = makeTemporaryFolder();
  try {
    const measured = new Map<string, Measurement[]>(Object.keys(commands).map((name) => [name, []]));
    for (let run = 0; run < rounds * runsPerRound; run += 1) {
      for (const [name, all] of measured) {
        const program = { program: process.execPath, args: commands[name] ?? [], env: { HOME: folder.path } };
        all.push(await measureRun(program, folder.path));
      }
    }
    return [...measured].map(([name, all]) => ({ name, measurement: medianMeasurement(all) }));
  } finally {
    folder.remove();
  }
}
