import { homedir } from 'node:os';
import {
  defaultCacheDirectory,
  formatReference,
  openContentCache,
  parsePlatform,
  parseReference,
  type ContentSource,
} from '@oci-sync/oci-client';
import type { ArgumentsCamelCase, Argv } from 'yargs';
import { defineCommand } from '../command.js';
import { write, type CommandIo } from '../command-io.js';
import type { Settings } from '../config/settings.js';
import { exitCodes } from '../exit-codes.js';
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
    .option('newest', {
      type: 'boolean',
      default: false,
      describe: 'Only the newest by creation date; latest and tags of digests never count',
    })
    .option('platform', {
      type: 'string',
      default: 'linux/amd64',
      describe: 'Platform whose creation date counts for --newest',
    })
    .option('exclude-tag', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      defaultDescription: 'none',
      describe: 'Tag that never counts for --newest, with * and ?',
    })
    .example('$0 tags ghcr.io/org/app --newest', 'the newest tag of a repository');
  return outputOptions(registryOptions(own));
}

async function listAll(source: ContentSource, signal: AbortSignal): Promise<readonly string[]> {
  const tags: string[] = [];
  for await (const tag of source.listTags({ signal })) tags.push(tag);
  return tags;
}

async function run(options: TagsCliOptions, io: CommandIo, settings: Settings): Promise<number> {
  const reference = parseReference(options.repository);
  if (reference.tag !== undefined || reference.digest !== undefined) {
    throw new UsageError(`${options.repository} names a version`, { hint: 'leave out the tag or digest' });
  }
  const { signal } = io;
  const isJson = options.output === 'json';
  const progress = await createProgress(io, options);
  const copier = await openCopier(options, settings, io, progress, { cache: false });
  try {
    const source = await copier.open(reference, { signal });
    if (!options.newest) {
      const tags = await listAll(source, signal);
      await write(io.stdout, isJson ? toJson(tags) : tags.map((tag) => `${tag}\n`).join(''));
      return exitCodes.done;
    }
    const { compareTags, findNewestTag, isCandidate } = await import('@oci-sync/discovery');
    const directory = defaultCacheDirectory({
      env: io.environment,
      home: homedir(),
      platform: process.platform,
    });
    const newest = await findNewestTag(source, {
      counts: isCandidate(options.excludeTag),
      compare: compareTags,
      platform: parsePlatform(options.platform),
      cache: openContentCache({ directory }),
      remainingPulls: () =>
        reference.kind === 'registry' ? copier.client.rateLimitOf(reference.registry)?.remaining : undefined,
      signal,
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
