import { makeCertificateAuthority, type Certificate } from '@oci-sync/e2e/parts/certificate-authority.js';
import { startDistribution3, type RunningRegistry } from '@oci-sync/e2e/parts/registries.js';
import { makeTemporaryFolder } from '@oci-sync/e2e/parts/temporary-folder.js';
import type { BenchImage } from '../content/bench-images.js';
import { checkCopy } from '../content/check-copy.js';
import { seedRegistry } from '../content/seed-registry.js';
import { medianMeasurement } from '../measure/median.js';
import { measureRun, type Measurement } from '../measure/measured-run.js';
import { startCountingProxy, type Traffic } from '../network/counting-proxy.js';
import { startDelayProxy } from '../network/delay-proxy.js';
import type { CopyJob, Peer } from '../peers.js';
import type { Row, RunSettings, Scenario } from '../scenario.js';

/** What a scenario of copies consists of. */
export interface CopyScenario {
  readonly name: string;
  readonly describe: string;
  readonly onDemand?: boolean | undefined;
  readonly images: () => readonly BenchImage[];
  readonly peers: readonly Peer[];
  /** TLS on both sides. @default plain HTTP */
  readonly tls?: boolean | undefined;
  /** Puts both registries at a distance. */
  readonly network?: { readonly roundTripMs: number; readonly bytesPerSecond: number } | undefined;
  /** Measures the run after one that copied everything. */
  readonly unchanged?: boolean | undefined;
  /** Counts requests and bytes in one more run of each program. */
  readonly counted?: boolean | undefined;
}

/** Copies from one distribution server to another, empty one; each program in turn, in every round. */
export function copyScenario(scenario: CopyScenario): Scenario {
  const { name, describe, onDemand } = scenario;
  return { name, describe, onDemand, baseline: 'crane', run: (settings) => runCopies(scenario, settings) };
}

/** What all copies of a scenario share. */
interface Setting {
  readonly scenario: CopyScenario;
  readonly images: readonly BenchImage[];
  readonly source: RunningRegistry;
  readonly tls: (Certificate & { readonly caFile: string }) | undefined;
}

/** Something started that has to be stopped again. */
interface Stoppable {
  stop(): Promise<void>;
}

async function runCopies(scenario: CopyScenario, settings: RunSettings): Promise<readonly Row[]> {
  const { rounds, onProgress } = settings;
  const folder = makeTemporaryFolder();
  const started: Stoppable[] = [];
  try {
    onProgress('seeding');
    const images = scenario.images();
    const authority = scenario.tls === true ? await makeCertificateAuthority(folder.path) : undefined;
    const certificate = await authority?.issue(['127.0.0.1']);
    const tls =
      authority === undefined || certificate === undefined
        ? undefined
        : { ...certificate, caFile: authority.caFile };
    const source = await startDistribution3({ tls });
    started.push(source);
    await seedRegistry({ address: source.address, caFile: tls?.caFile }, images);
    const setting: Setting = { scenario, images, source, tls };
    const peers = scenario.peers.filter(
      ({ name }) => name === 'oci-sync' || settings.peers === undefined || settings.peers.includes(name),
    );
    const measured = new Map<Peer, Measurement[]>(peers.map((peer) => [peer, []]));
    for (let round = 1; round <= rounds; round += 1) {
      for (const [peer, all] of measured) {
        const measurement = await measureCopy(setting, peer);
        onProgress(`round ${round}: ${peer.name} ${Math.round(measurement.wallMs)} ms`);
        all.push(measurement);
      }
    }
    const rows: Row[] = [];
    for (const [peer, all] of measured) {
      const traffic = scenario.counted === true ? await countCopy(setting, peer) : undefined;
      rows.push({ name: peer.name, measurement: medianMeasurement(all), ...traffic });
    }
    return rows;
  } finally {
    await Promise.allSettled(started.map((each) => each.stop()));
    folder.remove();
  }
}

/** One timed copy into a registry of its own. */
async function measureCopy(setting: Setting, peer: Peer): Promise<Measurement> {
  const { source, scenario } = setting;
  return withDestination(setting, async (destination, started) => {
    const { network } = scenario;
    const distant = async (registry: RunningRegistry): Promise<string> => {
      if (network === undefined) return registry.address;
      const proxy = await startDelayProxy({ upstream: registry.address, ...network });
      started.push(proxy);
      return proxy.address;
    };
    const from = await distant(source);
    const to = await distant(destination);
    const folder = makeTemporaryFolder();
    try {
      const job = jobOf(setting, { from, to, folder: folder.path });
      if (scenario.unchanged === true) {
        const near = { from: source.address, to: destination.address, folder: folder.path };
        await measureRun(peer.prepare(jobOf(setting, near)), folder.path);
      }
      return await measureRun(peer.prepare(job), folder.path);
    } finally {
      folder.remove();
    }
  });
}

/** One copy through counting proxies, which take their time, so that it is not timed. */
async function countCopy(
  setting: Setting,
  peer: Peer,
): Promise<{ readonly source: Traffic; readonly destination: Traffic }> {
  return withDestination(setting, async (registry, started) => {
    const folder = makeTemporaryFolder();
    try {
      if (setting.scenario.unchanged === true) {
        const near = { from: setting.source.address, to: registry.address, folder: folder.path };
        await measureRun(peer.prepare(jobOf(setting, near)), folder.path);
      }
      const source = await startCountingProxy(setting.source.address);
      started.push(source);
      const destination = await startCountingProxy(registry.address);
      started.push(destination);
      const through = { from: source.address, to: destination.address, folder: folder.path };
      await measureRun(peer.prepare(jobOf(setting, through)), folder.path);
      return { source: source.traffic(), destination: destination.traffic() };
    } finally {
      folder.remove();
    }
  });
}

/** Starts an empty registry, and checks at the end that everything is in it. */
async function withDestination<T>(
  { images, tls }: Setting,
  use: (destination: RunningRegistry, started: Stoppable[]) => Promise<T>,
): Promise<T> {
  const destination = await startDistribution3({ tls });
  const started: Stoppable[] = [destination];
  try {
    const result = await use(destination, started);
    await checkCopy(destination.storageFolder, images);
    return result;
  } finally {
    await Promise.allSettled(started.map((each) => each.stop()));
  }
}

function jobOf(
  { images, tls }: Setting,
  { from, to, folder }: { readonly from: string; readonly to: string; readonly folder: string },
): CopyJob {
  return {
    pairs: images.map(({ repository, tag }) => ({
      source: `${from}/${repository}:${tag}`,
      destination: `${to}/${repository}:${tag}`,
    })),
    registries: [from, to],
    caFile: tls?.caFile,
    folder,
  };
}
