import {
  HelmTemplateError,
  loadChart,
  mergeValues,
  type RenderedChart,
  renderChart,
  showOnly,
} from '@oci-sync/helm-template';
import type { ArgumentsCamelCase, Argv } from 'yargs';
import { defineCommand } from '../command.js';
import { write, type CommandIo } from '../command-io.js';
import { exitCodes } from '../exit-codes.js';
import { toJson } from '../output/json.js';
import { UsageError } from '../usage-error.js';

type TemplateCliOptions = ArgumentsCamelCase<
  ReturnType<typeof builder> extends Argv<infer Options> ? Options : never
>;

function list(describe: string, alias?: string) {
  return {
    type: 'string',
    array: true,
    nargs: 1,
    default: [] as string[],
    defaultDescription: 'none',
    describe,
    ...(alias === undefined ? {} : { alias }),
  } as const;
}

function builder(yargs: Argv) {
  return yargs
    .positional('name-or-chart', {
      type: 'string',
      demandOption: true,
      describe: 'Release name, or the chart where no other argument follows',
    })
    .positional('chart', { type: 'string', describe: 'Chart directory or .tgz file' })
    .option('values', list('Take values from this YAML file; later files win', 'f'))
    .option('set', list('Set a value: KEY=VALUE[,KEY=VALUE…]'))
    .option('set-string', list('As --set, every value a string'))
    .option('set-json', list('Set a value given as JSON'))
    .option('set-file', list('Set a value to the text of a file: KEY=PATH'))
    .option('set-literal', list('Set a value to the text behind the =, as it is'))
    .option('namespace', {
      alias: 'n',
      type: 'string',
      default: 'default',
      describe: 'Namespace of the release',
    })
    .option('kube-version', { type: 'string', describe: 'Kubernetes version that templates see' })
    .option('api-versions', list('Kubernetes API version that templates see, besides the usual ones', 'a'))
    .option('include-crds', { type: 'boolean', default: false, describe: 'Print CRDs too' })
    .option('hooks', { type: 'boolean', default: true, describe: 'Print hooks (--no-hooks leaves them out)' })
    .option('skip-tests', { type: 'boolean', default: false, describe: 'Leave out tests' })
    .option('is-upgrade', {
      type: 'boolean',
      default: false,
      describe: 'Render as for an upgrade, not an installation',
    })
    .option('skip-schema-validation', {
      type: 'boolean',
      default: false,
      describe: 'Do not check values against values.schema.json',
    })
    .option('show-only', list('Print only what this template made: templates/NAME, with * and ?', 's'))
    .option('output', {
      choices: ['text', 'json'] as const,
      default: 'text' as const,
      describe: 'YAML as helm prints it, or the parsed documents',
    })
    .example('$0 template my-release ./chart -f prod.yaml --set image.tag=1.2', 'print the manifests');
}

async function render(options: TemplateCliOptions, signal: AbortSignal): Promise<RenderedChart> {
  const { nameOrChart, chart, showOnly: patterns } = options;
  const loaded = await loadChart(chart ?? nameOrChart, { signal });
  const values = await mergeValues(
    {
      valuesFiles: options.values,
      setJson: options.setJson,
      set: options.set,
      setString: options.setString,
      setFile: options.setFile,
      setLiteral: options.setLiteral,
    },
    { signal },
  );
  const rendered = await renderChart(loaded, {
    values,
    releaseName: chart === undefined ? undefined : nameOrChart,
    namespace: options.namespace,
    kubeVersion: options.kubeVersion,
    apiVersions: options.apiVersions.flatMap((versions) => versions.split(',')),
    includeCrds: options.includeCrds,
    includeHooks: options.hooks,
    includeTests: !options.skipTests,
    isUpgrade: options.isUpgrade,
    skipSchemaValidation: options.skipSchemaValidation,
    signal,
  });
  return patterns.length === 0 ? rendered : showOnly(rendered, patterns);
}

async function run(options: TemplateCliOptions, io: CommandIo): Promise<number> {
  try {
    const { documents, notes, text } = await render(options, io.signal);
    await write(io.stdout, options.output === 'json' ? toJson({ documents, notes }) : text);
    return exitCodes.done;
  } catch (error) {
    const isInput =
      error instanceof HelmTemplateError &&
      ['HELM_CHART_NOT_FOUND', 'HELM_VALUES_NOT_FOUND'].includes(error.code);
    throw isInput ? new UsageError(error.message, { hint: error.hint, cause: error }) : error;
  }
}

/** `oci-sync template` */
export const templateCommand = defineCommand({ positionals: '<name-or-chart> [chart]', builder, run });
