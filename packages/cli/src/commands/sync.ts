import type { Preset } from '@oci-sync/discovery';
import type { SyncOptions, SyncReport } from '@oci-sync/sync';
import type { Argv } from 'yargs';
import { write, type CommandIo } from '../command-io.js';
import { defineCommand } from '../command.js';
import type { Settings } from '../config/settings.js';
import { exitCodes } from '../exit-codes.js';
import { asCommandError } from '../input/discovery-errors.js';
import { readDestination } from '../input/plan-options.js';
import { readPlanFile } from '../input/read-plan-file.js';
import { readRepositorySettings } from '../input/repository-settings.js';
import { readConnection } from '../input/read-connection.js';
import { readSources } from '../input/source-options.js';
import { syncOptions, type SyncCliOptions } from '../input/sync-options.js';
import { toJson } from '../output/json.js';
import { createProgress, type Progress } from '../output/progress.js';
import { checkReportPlace, writeReport } from '../output/report-file.js';
import { syncLines, valuesAreWhole } from '../output/sync-lines.js';
import { chooseSign, createStory } from '../output/sync-story.js';
import { tellWarnings } from '../output/tell-warnings.js';
import { UsageError } from '../usage-error.js';

async function readOptions(
  options: SyncCliOptions,
  settings: Settings,
  preset: Preset,
  io: CommandIo,
  progress: Progress,
): Promise<SyncOptions> {
  const destination = readDestination(options, preset);
  const valuesFile = options.values.at(-1);
  return {
    ...(await readSources(options, settings, preset, io)),
    ...destination,
    ...(await readConnection(options, settings, io, progress)),
    fallbackRegion: preset.region,
    registry: options.registry,
    plan: options.plan === undefined ? undefined : await readPlanFile(options.plan, io),
    allowMoved: options.allowMoved,
    missingPlatform: options.missingPlatform,
    concurrency: options.concurrency,
    failFast: options.failFast,
    referrers: options.referrers,
    cache: options.cache ? (options.cacheDir ?? true) : false,
    createRepositories: options.createRepository,
    repositorySettings: await readRepositorySettings(options.repositorySettings, settings, io),
    dryRun: options.dryRun,
    valuesFile,
    outDirectory: options.out,
    keepFiles: options.keepFiles || options.verbose,
    onEvent: createStory(progress, {
      sign: chooseSign(options.emoji, io),
      platforms: destination.platforms ?? 'all',
    }),
    signal: io.signal,
  };
}

function exitCodeOfReport(report: SyncReport, strict: boolean): number {
  if (report.outcome === 'interrupted') return exitCodes.failed;
  const failed = report.images.flatMap((image) => (image.outcome === 'failed' ? [image.error.code] : []));
  const isCredentials = (code: string): boolean => code === 'OCI_UNAUTHORIZED' || code === 'OCI_CREDENTIALS';
  if (
    failed.length > 0 &&
    failed.length === report.images.length &&
    report.discovery.failures.length + report.discovery.planFailures.length === 0 &&
    failed.every((code) => isCredentials(code))
  ) {
    return exitCodes.credentials;
  }
  if (report.outcome === 'failed') return exitCodes.failed;
  return strict && (!valuesAreWhole(report) || report.discovery.unresolved.length > 0)
    ? exitCodes.failed
    : exitCodes.done;
}

async function run(options: SyncCliOptions, io: CommandIo, settings: Settings): Promise<number> {
  if (options.allowMoved && options.plan === undefined)
    throw new UsageError('--allow-moved goes with --plan');
  if (options.report !== undefined) await checkReportPlace(options.report);
  const progress = await createProgress(io, options);
  try {
    const [{ loadPreset }, { sync }] = await Promise.all([
      import('@oci-sync/discovery'),
      import('@oci-sync/sync'),
    ]);
    const preset = await loadPreset(options.preset);
    const report = await sync(await readOptions(options, settings, preset, io, progress));
    progress.stop();
    const valuesNotes = report.charts.flatMap(({ values }) => values.notes);
    tellWarnings(report.discovery, progress, valuesNotes);
    if (options.report !== undefined) await writeReport(options.report, report);
    await write(
      io.stdout,
      options.output === 'json'
        ? toJson(report)
        : syncLines(report)
            .map((line) => `${line}\n`)
            .join(''),
    );
    return exitCodeOfReport(report, options.strict);
  } catch (error) {
    throw asCommandError(error);
  } finally {
    progress.stop();
  }
}

/** `oci-sync sync` */
export const syncCommand = defineCommand({
  positionals: '',
  builder: (yargs: Argv) =>
    syncOptions(yargs)
      .example('$0 sync', 'the RunWhen images into your own ECR registry')
      .example('$0 sync -c ./my-chart -f values.yaml -p my-company/apps', 'a chart of your own')
      .example('$0 sync --plan plan.json', 'exactly what a stored plan says'),
  settings: 'all',
  run,
});
