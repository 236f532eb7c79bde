import { homedir } from 'node:os';
import {
  defaultCacheDirectory,
  formatReference,
  openContentCache,
  parsePlatform,
  parseReference,
} from '@oci-sync/oci-client';
import type { TagEntry } from '@oci-sync/discovery';
import type { ArgumentsCamelCase, Argv } from 'yargs';
import { defineCommand } from '../command.js';
import { write, type CommandIo } from '../command-io.js';
import type { Settings } from '../config/settings.js';
import { exitCodes } from '../exit-codes.js';
import { countOption } from '../input/count-option.js';
import { openCopier } from '../input/open-copier.js';
import { outputOptions } from '../input/output-options.js';
import { registryOptions } from '../input/registry-options.js';
import { toJson } from '../output/json.js';
import { createProgress } from '../output/progress.js';
import { UsageError } from '../usage-error.js';

type TagsCliOptions = ArgumentsCamelCase<
  ReturnType<typeof builder> extends Argv<infer Options> ? Options : never
>;

function builder(yargs: Argv) {
  const own = yargs
    .positional('repository', {
      type: 'string',
      demandOption: true,
      describe: '[REGISTRY/]REPOSITORY, or oci:PATH',
    })
    .option('sort', {
      choices: ['name', 'semver', 'created'] as const,
      default: 'name' as const,
      describe:
        'By the alphabet; versions, highest first; or creation dates, newest first, which are shown then',
    })
    .option('limit', countOption('limit', 'Most tags to list', 'all'))
    .option('newest', {
      type: 'boolean',
      default: false,
      describe: 'Only the newest by creation date; latest and tags of digests never count',
    })
    .option('platform', {
      type: 'string',
      default: 'linux/amd64',
      describe: 'Platform whose creation date counts',
    })
    .option('exclude-tag', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      defaultDescription: 'none',
      describe: 'Leave out tags like this, with * and ?',
    })
    .example('$0 tags ghcr.io/org/app --sort semver --limit 5', 'the five highest versions')
    .example('$0 tags ghcr.io/org/app --newest', 'the newest tag of a repository');
  return outputOptions(registryOptions(own));
}

function checkOptions({ limit, newest, sort, repository }: TagsCliOptions): void {
  if (newest && (sort !== 'name' || limit !== undefined)) {
    throw new UsageError('--newest and --sort or --limit exclude each other', {
      hint: 'for the newest few: --sort created --limit N',
    });
  }
  const { tag, digest } = parseReference(repository);
  if (tag === undefined && digest === undefined) return;
  throw new UsageError(`${repository} names a version`, { hint: 'leave out the tag or digest' });
}

function entryLine({ tag, created }: TagEntry, isDated: boolean): string {
  return isDated ? `${tag}  ${created?.toISOString() ?? 'no date'}\n` : `${tag}\n`;
}

async function run(options: TagsCliOptions, io: CommandIo, settings: Settings): Promise<number> {
  checkOptions(options);
  const reference = parseReference(options.repository);
  const { signal } = io;
  const isJson = options.output === 'json';
  const progress = await createProgress(io, options);
  const copier = await openCopier(options, settings, io, progress, { cache: false });
  try {
    const source = await copier.open(reference, { signal });
    const { compareTags, findNewestTag, isCandidate, listTags, matchesGlob } =
      await import('@oci-sync/discovery');
    const excluded = options.excludeTag.map(matchesGlob);
    const dating = {
      platform: parsePlatform(options.platform),
      cache: openContentCache({
        directory: defaultCacheDirectory({
          env: io.environment,
          home: homedir(),
          platform: process.platform,
        }),
      }),
      remainingPulls: () =>
        reference.kind === 'registry' ? copier.client.rateLimitOf(reference.registry)?.remaining : undefined,
      signal,
    };
    if (!options.newest) {
      const { limit, sort } = options;
      const counts = (tag: string): boolean => !excluded.some((matches) => matches(tag));
      const entries = await listTags(source, { ...dating, counts, sort, limit });
      const isDated = sort === 'created';
      await write(
        io.stdout,
        isJson ? toJson(entries) : entries.map((entry) => entryLine(entry, isDated)).join(''),
      );
      return exitCodes.done;
    }
    const newest = await findNewestTag(source, {
      ...dating,
      counts: isCandidate(options.excludeTag),
      compare: compareTags,
    });
    if (newest === undefined) throw new Error(`${formatReference(reference)} has no tag that counts`);
    await write(io.stdout, isJson ? toJson(newest) : `${newest.tag}\n`);
    return exitCodes.done;
  } finally {
    progress.stop();
    await copier.close();
  }
}

/** `oci-sync tags` */
export const tagsCommand = defineCommand({
  positionals: '<repository>',
  builder,
  settings: 'connections',
  run,
});
