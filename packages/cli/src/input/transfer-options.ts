import type { Argv } from 'yargs';
import { countOption } from './count-option.js';

/** Adds the options about how images are copied, which `copy` and `sync` share. */
export function transferOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('missing-platform', {
      choices: ['fail', 'skip'] as const,
      default: 'fail' as const,
      describe: 'What to do about a platform the source does not have',
    })
    .option('concurrency', countOption('concurrency', 'Images at the same time', '48'))
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
    });
}
