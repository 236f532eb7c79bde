import type { CopyOutcome, CopyRequest } from '@oci-sync/oci-client';
import type { ArgumentsCamelCase, Argv } from 'yargs';
import { defineCommand } from '../command.js';
import { write, type CommandIo } from '../command-io.js';
import type { Settings } from '../config/settings.js';
import { exitCodes } from '../exit-codes.js';
import { parseCopyList } from '../input/copy-list.js';
import { openCopier } from '../input/open-copier.js';
import { outputOptions } from '../input/output-options.js';
import { readRepositorySettings } from '../input/repository-settings.js';
import { readText } from '../input/read-text.js';
import { registryOptions } from '../input/registry-options.js';
import { outcomeLines, planLines, planOutcomeLines, reportLines, summaryLine } from '../output/copy-lines.js';
import { isCredentialError } from '../output/describe-error.js';
import { toJson } from '../output/json.js';
import { createProgress } from '../output/progress.js';
import { UsageError } from '../usage-error.js';

type CopyCliOptions = ArgumentsCamelCase<
  ReturnType<typeof builder> extends Argv<infer Options> ? Options : never
>;

function builder(yargs: Argv) {
  const own = yargs
    .positional('source', {
      type: 'string',
      describe: 'What to copy: [REGISTRY/]REPOSITORY[:TAG][@DIGEST], or oci:PATH[:TAG] for an OCI layout',
    })
    .positional('destination', { type: 'string', describe: 'Where to, in the same form' })
    .option('from-file', {
      type: 'string',
      // With a count, yargs takes a lone `-` as the value.
      nargs: 1,
      describe:
        'Copy what this file lists (- is stdin): lines SOURCE DESTINATION, or a YAML/JSON list of {source, destination, platforms?}',
    })
    .option('platform', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      defaultDescription: 'all, byte for byte',
      describe: 'Copy only this platform, such as linux/amd64; repeat it or give a comma list',
    })
    .option('missing-platform', {
      choices: ['fail', 'skip'] as const,
      default: 'fail' as const,
      describe: 'What to do about a platform the source does not have',
    })
    .option('concurrency', { type: 'number', describe: 'Images at the same time', defaultDescription: '24' })
    .option('referrers', {
      type: 'boolean',
      default: false,
      describe: 'Copy signatures, attestations and SBOMs that refer to the image too',
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
    .example('$0 copy alpine:3.20 registry.example/mirror/alpine:3.20', 'the whole image, digest kept')
    .example(
      '$0 copy --platform linux/amd64 nginx 123456789012.dkr.ecr.eu-west-1.amazonaws.com/nginx',
      'one platform into ECR',
    )
    .example('$0 copy --from-file images.txt', 'several, sharing layers');
  return outputOptions(registryOptions(own));
}

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

async function run(options: CopyCliOptions, io: CommandIo, settings: Settings): Promise<number> {
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

/** `oci-sync copy` */
export const copyCommand = defineCommand({
  positionals: '[source] [destination]',
  builder,
  settings: 'connections',
  run,
});
