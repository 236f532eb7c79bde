import { join } from 'node:path';
import { startDistribution3 } from '@oci-sync/e2e/parts/registries.js';
import { makeTemporaryFolder } from '@oci-sync/e2e/parts/temporary-folder.js';
import { datedImages, newestDated } from '../content/bench-images.js';
import { seedRegistry } from '../content/seed-registry.js';
import { medianMeasurement } from '../measure/median.js';
import { measureRun, type Measurement } from '../measure/measured-run.js';
import { startCountingProxy } from '../network/counting-proxy.js';
import { startDelayProxy } from '../network/delay-proxy.js';
import type { Row, RunSettings, Scenario } from '../scenario.js';

const tagCount = 2000;
const network = { roundTripMs: 5, bytesPerSecond: 1_000_000_000 };
const client = join(import.meta.dirname, 'tags-client.js');
/** Requests at a time: discovery's default, and none beside another. */
const ways: Readonly<Record<string, string>> = { together: '48', 'one by one': '1' };

/** Finding the newest of many tags by date. */
export const tagsScenario: Scenario = {
  name: 'tags',
  describe: `the newest of ${tagCount} tags by date, at ${network.roundTripMs} ms`,
  baseline: 'one by one',
  run: measureTags,
};

async function measureTags({ rounds, onProgress }: RunSettings): Promise<readonly Row[]> {
  const folder = makeTemporaryFolder();
  const registry = await startDistribution3();
  try {
    onProgress('seeding');
    await seedRegistry(registry, datedImages(tagCount));
    const run = async (address: string, concurrency: string): Promise<Measurement> => {
      const args = [client, address, concurrency, newestDated(tagCount)];
      return measureRun({ program: process.execPath, args, env: { HOME: folder.path } }, folder.path);
    };
    const rows: Row[] = [];
    for (const [name, concurrency] of Object.entries(ways)) {
      const all: Measurement[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const proxy = await startDelayProxy({ upstream: registry.address, ...network });
        try {
          all.push(await run(proxy.address, concurrency));
        } finally {
          await proxy.stop();
        }
      }
      const counting = await startCountingProxy(registry.address);
      try {
        await run(counting.address, concurrency);
        rows.push({ name, measurement: medianMeasurement(all), source: counting.traffic() });
      } finally {
        await counting.stop();
      }
      onProgress(`${name} is measured`);
    }
    return rows;
  } finally {
    await registry.stop();
    folder.remove();
  }
}
