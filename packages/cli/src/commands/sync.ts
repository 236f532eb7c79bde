import { writeFile } from 'node:fs/promises';
import type { Preset } from '@oci-sync/discovery';
import type { SyncOptions, SyncReport } from '@oci-sync/sync';
import type { ArgumentsCamelCase, Argv } from 'yargs';
import { write, type CommandIo } from '../command-io.js';
import { defineCommand } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { asCommandError } from '../input/discovery-errors.js';
import { outputOptions } from '../input/output-options.js';
import { planOptions, readDestination } from '../input/plan-options.js';
import { readPlanFile } from '../input/read-plan-file.js';
import { registryOptions } from '../input/registry-options.js';
import { readRepositorySettings } from '../input/repository-settings.js';
import { readConnection } from '../input/sync-connection.js';
import { readSources, sourceOptions } from '../input/source-options.js';
import { noteLine, unresolvedLine } from '../output/discovery-lines.js';
import { toJson } from '../output/json.js';
import { createProgress, type Progress } from '../output/progress.js';
import { syncLines, valuesAreWhole } from '../output/sync-lines.js';
import { chooseSign, createStory } from '../output/sync-story.js';
import { UsageError } from '../usage-error.js';

type SyncCliOptions = ArgumentsCamelCase<
  ReturnType<typeof builder> extends Argv<infer Options> ? Options : never
>;

function builder(yargs: Argv) {
  const own = yargs
    .option('plan', {
      type: 'string',
      nargs: 1,
      describe: 'Apply the plan in this file exactly (- is stdin), instead of discovering',
    })
    .option('allow-moved', {
      type: 'boolean',
      default: false,
      describe: 'Apply a plan although a source tag has moved',
    })
    .option('missing-platform', {
      choices: ['fail', 'skip'] as const,
      default: 'fail' as const,
      describe: 'What to do about a platform a source does not have',
    })
    .option('concurrency', { type: 'number', describe: 'Images at the same time', defaultDescription: '24' })
    .option('fail-fast', {
      type: 'boolean',
      default: false,
      describe: 'Start no further image after one has failed',
    })
    .option('referrers', {
      type: 'boolean',
      default: false,
      describe: 'Copy signatures, attestations and SBOMs too',
    })
    .option('cache-dir', {
      type: 'string',
      describe: 'Where to keep manifests between runs',
      defaultDescription: "the user's cache folder",
    })
    .option('cache', {
      type: 'boolean',
      default: true,
      describe: 'Keep manifests between runs; --no-cache does not',
    })
    .option('create-repository', {
      type: 'boolean',
      default: true,
      describe: 'Create missing ECR repositories; --no-create-repository does not',
    })
    .option('repository-settings', {
      type: 'string',
      describe: 'YAML or JSON file with the settings of repositories to create',
    })
    .option('dry-run', {
      type: 'boolean',
      default: false,
      describe: 'Only show what would be copied, mounted and created',
    })
    .option('out', { type: 'string', default: '.', describe: 'Folder for updated_values.yaml' })
    .option('keep-files', {
      type: 'boolean',
      default: false,
      describe: 'Write rendered_chart.yaml and helm_chart_images.txt too; -v does as well',
    })
    .option('report', { type: 'string', describe: 'Write the report as JSON to this file' })
    .option('strict', {
      type: 'boolean',
      default: false,
      describe: 'Fail when an image of a chart is not at the mirror in the end, or cannot be told',
    })
    .option('emoji', {
      type: 'boolean',
      default: true,
      describe: 'Show emoji where the terminal can; --no-emoji does not',
    })
    .example('$0 sync', 'the RunWhen images into your own ECR registry')
    .example('$0 sync -c ./my-chart -f values.yaml -p my-company/apps', 'a chart of your own')
    .example('$0 sync --plan plan.json', 'exactly what a stored plan says');
  return outputOptions(registryOptions(planOptions(sourceOptions(own))));
}

async function readOptions(
  options: SyncCliOptions,
  preset: Preset,
  io: CommandIo,
  progress: Progress,
): Promise<SyncOptions> {
  const destination = readDestination(options, preset);
  const valuesFile = options.values.at(-1);
  return {
    ...(await readSources(options, preset, io)),
    ...destination,
    ...(await readConnection(options, preset, io, progress)),
    registry: options.registry,
    plan: options.plan === undefined ? undefined : await readPlanFile(options.plan, io),
    allowMoved: options.allowMoved,
    missingPlatform: options.missingPlatform,
    concurrency: options.concurrency,
    failFast: options.failFast,
    referrers: options.referrers,
    cache: options.cache ? (options.cacheDir ?? true) : false,
    createRepositories: options.createRepository,
    repositorySettings: await readRepositorySettings(options.repositorySettings, io),
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

function checkOptions(options: SyncCliOptions): void {
  if (options.plan === undefined) {
    if (options.allowMoved) throw new UsageError('--allow-moved goes with --plan');
    return;
  }
  const clash = [
    options.chart === undefined ? undefined : '--chart',
    options.catalog === undefined ? undefined : '--catalog',
    options.prefix === undefined ? undefined : '--prefix',
    options.dateTags ? '--date-tags' : undefined,
    options.extraImages.length + options.images.length + options.image.length > 0 ? 'image lists' : undefined,
  ].find((name) => name !== undefined);
  if (clash !== undefined)
    throw new UsageError(`--plan and ${clash} exclude each other`, { hint: 'a plan says all that itself' });
}

function tellWarnings({ discovery }: SyncReport, progress: Progress): void {
  for (const note of discovery.notes) if (note.level === 'warning') progress.note(noteLine(note));
  for (const place of discovery.unresolved) progress.note(unresolvedLine(place));
}

function exitCodeOfReport(report: SyncReport, strict: boolean): number {
  if (report.outcome === 'interrupted') return exitCodes.failed;
  const failed = report.images.flatMap((image) => (image.outcome === 'failed' ? [image.error.code] : []));
  const isCredentials = (code: string): boolean => code === 'OCI_UNAUTHORIZED' || code === 'OCI_CREDENTIALS';
  if (
    failed.length > 0 &&
    failed.length === report.images.length &&
    failed.every((code) => isCredentials(code))
  ) {
    return exitCodes.credentials;
  }
  if (report.outcome === 'failed') return exitCodes.failed;
  return strict && (!valuesAreWhole(report) || report.discovery.unresolved.length > 0)
    ? exitCodes.failed
    : exitCodes.done;
}

async function writeReport(path: string, report: SyncReport): Promise<void> {
  try {
    await writeFile(path, toJson(report));
  } catch (cause) {
    throw new UsageError(`the report cannot be written to ${path}`, { cause });
  }
}

async function run(options: SyncCliOptions, io: CommandIo): Promise<number> {
  checkOptions(options);
  const progress = await createProgress(io, options);
  try {
    const [{ loadPreset }, { sync }] = await Promise.all([
      import('@oci-sync/discovery'),
      import('@oci-sync/sync'),
    ]);
    const preset = await loadPreset(options.preset);
    const report = await sync(await readOptions(options, preset, io, progress));
    progress.stop();
    tellWarnings(report, progress);
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
export const syncCommand = defineCommand({ positionals: '', builder, run });
