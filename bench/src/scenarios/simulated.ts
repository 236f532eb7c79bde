import { join } from 'node:path';
import { makeTemporaryFolder } from '@oci-sync/e2e/parts/temporary-folder.js';
import { medianMeasurement } from '../measure/median.js';
import { measureRun, type Measurement } from '../measure/measured-run.js';
import { startSimulatedRegistry, type SimulatedImages } from '../network/simulated-registry.js';
import type { Row, RunSettings, Scenario } from '../scenario.js';

const client = join(import.meta.dirname, 'library-client.js');

/** The library alone, between registries that cost next to nothing. */
export const blobPathScenario: Scenario = simulated({
  name: 'blob-path',
  describe: 'the library alone: 10 blobs of 100 MB between simulated registries',
  baseline: '10 blobs',
  rows: { '10 blobs': { count: 1, ownLayers: 10, sharedLayers: 0, layerBytes: 100 * 1024 * 1024 } },
});

const manyImages = { ownLayers: 1, sharedLayers: 4, layerBytes: 100 };

/** How time and memory grow with the number of images. */
export const scaleScenario: Scenario = simulated({
  name: 'scale',
  describe: 'the library alone: images of 6 blobs each, 4 of them shared by 20, between simulated registries',
  baseline: '2500 images',
  rows: {
    '2500 images': { ...manyImages, count: 2500 },
    '5000 images': { ...manyImages, count: 5000 },
    '10000 images': { ...manyImages, count: 10_000 },
  },
});

interface SimulatedScenario extends Pick<Scenario, 'name' | 'describe' | 'baseline'> {
  readonly rows: Readonly<Record<string, SimulatedImages>>;
}

function simulated({ rows, ...scenario }: SimulatedScenario): Scenario {
  return { ...scenario, run: (settings) => measureRows(rows, settings) };
}

async function measureRows(
  rows: Readonly<Record<string, SimulatedImages>>,
  { rounds, onProgress }: RunSettings,
): Promise<readonly Row[]> {
  const folder = makeTemporaryFolder();
  try {
    const measured: Row[] = [];
    for (const [name, images] of Object.entries(rows)) {
      // Two, so that nothing can be mounted from the source.
      const [source, destination] = await Promise.all([
        startSimulatedRegistry(images),
        startSimulatedRegistry(images),
      ]);
      try {
        const all: Measurement[] = [];
        for (let round = 0; round < rounds; round += 1) {
          const args = [client, source.address, destination.address, String(images.count)];
          const env = { HOME: folder.path };
          all.push(await measureRun({ program: process.execPath, args, env }, folder.path));
        }
        measured.push({ name, measurement: medianMeasurement(all) });
        onProgress(`${name}: ${Math.round(measured.at(-1)?.measurement.wallMs ?? 0)} ms`);
      } finally {
        await Promise.all([source.stop(), destination.stop()]);
      }
    }
    return measured;
  } finally {
    folder.remove();
  }
}
