import type { ArgumentsCamelCase, Argv } from 'yargs';
import { outputOptions } from './output-options.js';
import { planOptions } from './plan-options.js';
import { registryOptions } from './registry-options.js';
import { sourceOptions } from './source-options.js';
import { transferOptions } from './transfer-options.js';

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
    .option('fail-fast', {
      type: 'boolean',
      default: false,
      describe: 'Start no further image after one has failed',
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
  return outputOptions(registryOptions(transferOptions(planOptions(sourceOptions(own)))));
}

/** What {@link syncOptions} reads. */
export type SyncCliOptions = ArgumentsCamelCase<
  ReturnType<typeof syncOptions> extends Argv<infer Options> ? Options : never
>;
