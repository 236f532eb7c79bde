import { readFileSync } from 'node:fs';
import type { RunningEcr } from '@oci-sync/registry/testing';
import type { SyncReport } from '@oci-sync/sync';
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import type { CliResult } from '../copy/run-cli.js';
import { findHelm } from '../helm/real-helm.js';
import { canRun } from '../helm/shared-fixtures.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import { canMakeNamespaces } from './network-namespace.js';
import { makeWorkplace, runOciSync, type Workplace } from './run-sync.js';
import { catalogFiles, chartFile, serveCatalog, serveCharts } from './shared-inputs.js';
import { startStandIns, type StandIns } from './stand-ins.js';

/** What a test of this folder works with. Every test gets an empty account and an empty workplace. */
export interface Stage {
  readonly standIns: StandIns;
  readonly ecr: RunningEcr;
  readonly place: Workplace;
  /** The charts that the stand-ins serve, unpacked: `runwhen-local`. */
  readonly chartsFolder: string;
  /** Runs `oci-sync` among the stand-ins. @param environment @default AWS credentials */
  run(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<CliResult>;
  /** As {@link run}; throws with what was printed unless it exits with 0. */
  runWell(args: readonly string[]): Promise<CliResult>;
  /** What is in the account: `repository:tag` -> digest. */
  mirrored(): Readonly<Record<string, string>>;
  /** A report written by `--report`. */
  report(name: string): SyncReport;
}

/** Tests among the stand-ins. They are left out where they cannot run, but never in CI. */
export function describeOnStage(title: string, define: (stage: Stage) => void): void {
  const isPossible =
    canRun(chartFile, catalogFiles.built, catalogFiles.named, findHelm()) &&
    (process.env['CI'] === 'true' || canMakeNamespaces());
  describe.runIf(isPossible)(title, () => {
    const scratch = makeTemporaryFolder();
    let standIns: StandIns | undefined;
    let ecr: RunningEcr | undefined;
    let place: Workplace | undefined;
    beforeAll(async () => {
      standIns = await startStandIns();
      await serveCharts(standIns, scratch.path);
    });
    beforeEach(async () => {
      place = makeWorkplace();
      ecr = await there(standIns).freshEcr();
      serveCatalog(there(standIns), 'named');
    });
    afterEach(() => {
      place?.remove();
      standIns?.down.clear();
      for (const registry of Object.values(standIns?.registries ?? {})) {
        registry.faults.clear();
        registry.requests.clear();
      }
    });
    afterAll(async () => {
      await standIns?.stop();
      scratch.remove();
    });
    const run: Stage['run'] = (args, environment) =>
      runOciSync(there(standIns), there(place), args, environment);
    define({
      get standIns() {
        return there(standIns);
      },
      get ecr() {
        return there(ecr);
      },
      get place() {
        return there(place);
      },
      chartsFolder: scratch.path,
      run,
      runWell: async (args) => {
        const result = await run(args);
        if (result.code === 0) return result;
        throw new Error(
          `oci-sync ${args.join(' ')} exited with ${result.code}:\n${result.stderr}${result.stdout}`,
        );
      },
      mirrored: () => mirroredTags(there(ecr)),
      report: (name) => JSON.parse(readFileSync(there(place).path(name), 'utf8')) as SyncReport,
    });
  });
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('only tests and hooks may use the stage');
  return value;
}

function mirroredTags({ content }: RunningEcr): Readonly<Record<string, string>> {
  const tags = content
    .repositories()
    .flatMap((repository) =>
      content
        .tags(repository)
        .map((tag) => [`${repository}:${tag}`, content.resolveTag(repository, tag) ?? 'nothing'] as const),
    );
  return Object.fromEntries(tags);
}
