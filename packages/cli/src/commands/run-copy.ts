import type { CopyOutcome, CopyRequest } from '@oci-sync/oci-client';
import { write, type CommandIo } from '../command-io.js';
import type { Settings } from '../config/settings.js';
import { exitCodes } from '../exit-codes.js';
import { openCopier } from '../input/open-copier.js';
import { readRepositorySettings } from '../input/repository-settings.js';
import { readText } from '../input/read-text.js';
import { outcomeLines, planLines, planOutcomeLines, reportLines, summaryLine } from '../output/copy-lines.js';
import { isCredentialError } from '../output/describe-error.js';
import { toJson } from '../output/json.js';
import { createProgress } from '../output/progress.js';
import { UsageError } from '../usage-error.js';
import type { CopyCliOptions } from './copy-options.js';

async function requestsOf(options: CopyCliOptions, io: CommandIo): Promise<readonly CopyRequest[]> {
  const { source, destination, fromFile, missingPlatform, referrers } = options;
  const platforms = options.platform.flatMap((list) => list.split(',')).filter((platform) => platform !== '');
  const selection = {
    missingPlatform,
    referrers,
    platforms: platforms.length === 0 ? ('all' as const) : platforms,
  };
  if (fromFile !== undefined) {
    if (source !== undefined) throw new UsageError('SOURCE and --from-file exclude each other');
    const { parseCopyList } = await import('../input/copy-list.js');
    const listed = parseCopyList(await readText(fromFile, io), fromFile === '-' ? 'stdin' : fromFile);
    return listed.map((request) => ({ ...selection, ...request }));
  }
  if (source === undefined || destination === undefined) {
    throw new UsageError('SOURCE and DESTINATION are needed', {
      hint: 'or --from-file FILE; see oci-sync copy --help',
    });
  }
  return [{ ...selection, source, destination }];
}

function exitCodeOfOutcomes(outcomes: readonly CopyOutcome[]): number {
  const failed = outcomes.filter((each) => each.outcome === 'failed');
  if (failed.length === 0) return exitCodes.done;
  return failed.length === outcomes.length && failed.every(({ error }) => isCredentialError(error))
    ? exitCodes.credentials
    : exitCodes.failed;
}

/** What `oci-sync copy` does; apart from its options, which `--help` needs alone. */
export async function runCopy(options: CopyCliOptions, io: CommandIo, settings: Settings): Promise<number> {
  const requests = await requestsOf(options, io);
  const single = options.fromFile === undefined ? requests[0] : undefined;
  const repositorySettings = await readRepositorySettings(options.repositorySettings, settings, io);
  const progress = await createProgress(io, { ...options, single: single !== undefined });
  const copier = await openCopier(options, settings, io, progress, {
    cache: options.cache ? (options.cacheDir ?? true) : false,
    createRepositories: options.createRepository,
    repositorySettings,
  });
  const { signal } = io;
  const isJson = options.output === 'json';
  try {
    if (options.dryRun) {
      if (single !== undefined) {
        const plan = await copier.plan(single, { signal });
        progress.stop();
        await write(io.stdout, isJson ? toJson(plan) : lines(planLines(plan)));
        return exitCodes.done;
      }
      const plans = await copier.planAll(requests, { signal });
      progress.stop();
      await write(
        io.stdout,
        isJson ? toJson(plans) : lines(plans.flatMap((outcome) => planOutcomeLines(outcome))),
      );
      return plans.every((outcome) => 'plan' in outcome) ? exitCodes.done : exitCodes.failed;
    }
    if (single !== undefined) {
      const report = await copier.copy(single, { signal });
      progress.stop();
      await write(io.stdout, isJson ? toJson(report) : lines(reportLines(report)));
      return exitCodes.done;
    }
    const outcomes = await copier.copyAll(requests, { signal, concurrency: options.concurrency });
    progress.stop();
    await write(
      io.stdout,
      isJson
        ? toJson(outcomes)
        : lines([...outcomes.flatMap((each) => outcomeLines(each)), summaryLine(outcomes)]),
    );
    return exitCodeOfOutcomes(outcomes);
  } finally {
    progress.stop();
    await copier.close();
  }
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
