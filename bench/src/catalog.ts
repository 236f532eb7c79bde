import { bigImages, hugeImages, setImages } from './content/bench-images.js';
import { manyPeers, singlePeers, unchangedPeers } from './peers.js';
import type { Scenario } from './scenario.js';
import { copyScenario } from './scenarios/copy.js';
import { chartScenario } from './scenarios/chart.js';
import { blobPathScenario, scaleScenario } from './scenarios/simulated.js';
import { tagsScenario } from './scenarios/tags.js';
import { startScenario } from './scenarios/start.js';

/** As fast as loopback, but for the distance. */
const distant = { roundTripMs: 50, bytesPerSecond: 1_000_000_000 };
/** And with connections that each carry no more than those to registries across the internet do. */
const slow = { roundTripMs: 50, bytesPerSecond: 20_000_000 };

const big = { images: bigImages, peers: singlePeers };
const set = { images: () => setImages(1), peers: manyPeers };
const setSmall = { images: () => setImages(0.1), peers: manyPeers };

/** Everything that can be measured, in the order of the report. */
export const scenarios: readonly Scenario[] = [
  copyScenario({ ...big, name: 'big', describe: 'one image, 5 layers of 100 MB', counted: true }),
  copyScenario({ ...big, name: 'big-tls', describe: 'the same, TLS on both sides', tls: true }),
  copyScenario({
    name: 'huge',
    describe: 'one image, one layer of 5 GB',
    images: hugeImages,
    peers: singlePeers,
    onDemand: true,
  }),
  copyScenario({ ...set, name: 'set', describe: '40 images, 153 blobs, 551 MB', counted: true }),
  copyScenario({
    ...setSmall,
    name: 'set-small',
    describe: 'the same, layers a tenth of the size',
    counted: true,
  }),
  copyScenario({ ...big, name: 'big-50ms', describe: 'big at 50 ms', network: distant }),
  copyScenario({ ...set, name: 'set-50ms', describe: 'set at 50 ms', network: distant }),
  copyScenario({ ...setSmall, name: 'set-small-50ms', describe: 'set-small at 50 ms', network: distant }),
  copyScenario({ ...big, name: 'big-20mb', describe: 'big at 50 ms, 20 MB/s a connection', network: slow }),
  copyScenario({ ...set, name: 'set-20mb', describe: 'set at 50 ms, 20 MB/s a connection', network: slow }),
  copyScenario({
    ...setSmall,
    name: 'set-small-20mb',
    describe: 'set-small at 50 ms, 20 MB/s a connection',
    network: slow,
  }),
  copyScenario({
    ...setSmall,
    peers: unchangedPeers,
    name: 'unchanged-50ms',
    describe: 'the 40 images again, unchanged, at 50 ms',
    network: distant,
    unchanged: true,
    counted: true,
  }),
  tagsScenario,
  chartScenario,
  startScenario,
  blobPathScenario,
  scaleScenario,
];
