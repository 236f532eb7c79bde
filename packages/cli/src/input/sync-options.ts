import type { ArgumentsCamelCase, Argv } from 'yargs';
import { countOption } from './count-option.js';
import { outputOptions } from './output-options.js';
import { planOptions } from './plan-options.js';
import { registryOptions } from './registry-options.js';
import { sourceOptions } from './source-options.js';

/** Every option of `oci-sync sync`. */
export function syncOptions(yargs: Argv) {
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
    .option('concurrency', countOption('concurrency', 'Images at the same time', '48'))
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
    });
  return outputOptions(registryOptions(planOptions(sourceOptions(own))));
}

/** What {@link syncOptions} reads. */
export type SyncCliOptions = ArgumentsCamelCase<
  ReturnType<typeof syncOptions> extends Argv<infer Options> ? Options : never
>;
