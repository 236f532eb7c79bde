import type { PlanOptions, Preset } from '@oci-sync/discovery';
import type { ArgumentsCamelCase, Argv } from 'yargs';

/** Where images go and which of them: the part of planning that options decide. */
export type Destination = Pick<
  PlanOptions,
  'prefix' | 'nameTemplate' | 'dateTags' | 'platforms' | 'excludeTags' | 'only' | 'skip'
>;

function list(describe: string, defaultDescription: string) {
  return { type: 'string', array: true, nargs: 1, describe, defaultDescription } as const;
}

/** Adds the options that decide tags and destinations. */
export function planOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('registry', {
      type: 'string',
      describe: 'Destination registry: HOST[:PORT]',
      defaultDescription: 'your own ECR registry',
    })
    .option('prefix', {
      alias: 'p',
      type: 'string',
      describe: 'Destination prefix of repositories',
      defaultDescription: "the preset's",
    })
    .option('name-template', {
      type: 'string',
      default: '{prefix}/{name}',
      describe: 'Destination repository, of {prefix} {name} {path} {host} {org}',
    })
    .option('date-tags', {
      type: 'boolean',
      default: false,
      describe: "Tag copies with the run's moment, YYYYMMDDHHMMSS (UTC), instead of the source's tag",
    })
    .option(
      'platform',
      list(
        'Platform to copy, such as linux/amd64; repeat it or give a comma list; all for all',
        "the preset's, else all",
      ),
    )
    .option('exclude-tag', list('Tag that never counts as the newest, with * and ?', "the preset's"))
    .option('only', list('Only images like this, with * and ?', 'all'))
    .option('skip', list('No images like this, with * and ?', 'none'));
}

/** What {@link planOptions} reads. */
export type PlanCliOptions = ArgumentsCamelCase<
  ReturnType<typeof planOptions> extends Argv<infer Options> ? Options : never
>;

/** What the options, and behind them the preset, say about destinations. */
export function readDestination(options: PlanCliOptions, preset: Preset): Destination {
  const named = (options.platform ?? [])
    .flatMap((platforms) => platforms.split(','))
    .filter((name) => name !== '');
  const platforms = named.length === 0 ? (preset.platforms ?? 'all') : named.includes('all') ? 'all' : named;
  return {
    prefix: options.prefix ?? preset.prefix,
    nameTemplate: options.nameTemplate,
    dateTags: options.dateTags,
    platforms,
    excludeTags: options.excludeTag ?? preset.excludeTags,
    only: options.only,
    skip: options.skip,
  };
}
