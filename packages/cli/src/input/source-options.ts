import { homedir } from 'node:os';
import { text } from 'node:stream/consumers';
import type { ChartInput, DiscoverOptions, HelmRepository, Preset } from '@oci-sync/discovery';
import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { CommandIo } from '../command-io.js';
import type { Settings } from '../config/settings.js';
import { UsageError } from '../usage-error.js';

/** What a command finds images in: everything of `discoverImages` but its connections. */
export type ImageSources = Omit<DiscoverOptions, 'open' | 'fetchBytes' | 'onEvent' | 'signal'>;

function list(
  describe: string,
  more: { readonly alias?: string; readonly defaultDescription?: string } = {},
) {
  return {
    type: 'string',
    // With a count, yargs takes a lone `-` as the value, but not for arrays.
    nargs: 1,
    default: [] as string[],
    coerce: (value: string | readonly string[]): readonly string[] => [value].flat(),
    describe,
    defaultDescription: 'none',
    ...more,
  } as const;
}

/** Adds the options that name where images come from. */
export function sourceOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('chart', {
      alias: 'c',
      type: 'string',
      array: true,
      nargs: 1,
      describe:
        'Chart: directory, .tgz, REPOSITORY/CHART[@VERSION], https://… or oci://…; "" for the preset\'s static list',
      defaultDescription: "the preset's",
    })
    .option('chart-version', { type: 'string', describe: 'Version or range of the charts' })
    .option('devel', { type: 'boolean', default: false, describe: 'Prerelease versions of charts count too' })
    .option('values', list('Render with this values file; later files win', { alias: 'f' }))
    .option('set', list('Set a value: KEY=VALUE[,KEY=VALUE…]'))
    .option('set-string', list('As --set, every value a string'))
    .option('set-json', list('Set a value given as JSON'))
    .option('set-file', list('Set a value to the text of a file: KEY=PATH'))
    .option('set-literal', list('Set a value to the text behind the =, as it is'))
    .option('release-name', { type: 'string', describe: 'Release name that templates see' })
    .option('namespace', { alias: 'n', type: 'string', describe: 'Namespace that templates see' })
    .option('kube-version', { type: 'string', describe: 'Kubernetes version that templates see' })
    .option('api-versions', list('Kubernetes API version that templates see, besides the usual ones'))
    .option('helm-repo', list('Chart repository: NAME=URL'))
    .option(
      'extra-images',
      list('Add the images this file lists (text, YAML or JSON; - is stdin)', { alias: 'e' }),
    )
    .option('images', list('As --extra-images, and no default chart and catalog'))
    .option('image', list('One image, and no default chart and catalog'))
    .option('manifests', list('Kubernetes manifests (- is stdin), and no default chart and catalog'))
    .option('catalog', {
      type: 'string',
      describe: 'CodeCollection catalog: https://… or a file; "" for none',
      defaultDescription: "the preset's",
    })
    .option('branch', {
      alias: 'b',
      type: 'string',
      describe: 'Branch of CodeCollections',
      defaultDescription: 'main, or what an entry says',
    })
    .option('codecollection-registry-prefix', {
      type: 'string',
      describe: 'Registry and path of CodeCollection images in catalogs that do not name them',
      defaultDescription: "the preset's",
    })
    .option('preset', { type: 'string', default: 'runwhen', describe: 'Defaults: runwhen, or none' })
    .option('fallback', {
      type: 'boolean',
      default: true,
      describe: 'Use static lists for what cannot be read; --no-fallback makes it an error',
    })
    .option('all-images', {
      type: 'boolean',
      default: false,
      describe: 'Count images that only the values of a chart name',
    });
}

/** What {@link sourceOptions} reads. */
export type SourceCliOptions = ArgumentsCamelCase<
  ReturnType<typeof sourceOptions> extends Argv<infer Options> ? Options : never
>;

/** The sources the options name, for `discoverImages`. @throws UsageError */
export async function readSources(
  options: SourceCliOptions,
  settings: Settings,
  preset: Preset,
  io: CommandIo,
): Promise<ImageSources> {
  const [{ defaultRepositoriesFile }, { defaultCacheDirectory }] = await Promise.all([
    import('@oci-sync/discovery'),
    import('@oci-sync/oci-client'),
  ]);
  const { environment } = io;
  const { platform } = process;
  return {
    preset,
    charts: chartsOf(options, settings, preset),
    catalog: catalogOf(options, settings, preset),
    lists: [...options.extraImages, ...options.images],
    images: options.image,
    manifests: options.manifests,
    stdin: () => text(io.stdin),
    noFallback: !options.fallback,
    allImages: options.allImages,
    devel: options.devel,
    helmRepositories: options.helmRepo.map(readRepository),
    helmRepositoriesFile: defaultRepositoriesFile({ environment, home: homedir(), platform }),
    cacheDirectory: defaultCacheDirectory({ env: environment, home: homedir(), platform }),
  };
}

/** Sources of their own stand for themselves; `-e` adds to the defaults, as it always did. */
function hasOwnSources({ images, image, manifests }: SourceCliOptions): boolean {
  return images.length + image.length + manifests.length > 0;
}

function chartsOf(options: SourceCliOptions, settings: Settings, preset: Preset): readonly ChartInput[] {
  const named = options.chart ?? (hasOwnSources(options) || preset.chart === undefined ? [] : [preset.chart]);
  const charts = settings.charts ?? named.map((chart) => ({ chart }));
  return charts.map((chart) => withOptions(chart, options));
}

/** A chart with what the options say of all charts, over what it says itself. */
function withOptions(
  { chart, version, values = {}, render = {} }: ChartInput,
  options: SourceCliOptions,
): ChartInput {
  const { apiVersions = [] } = render;
  return {
    chart,
    version: options.chartVersion ?? version,
    values: {
      valuesFiles: [...(values.valuesFiles ?? []), ...options.values],
      set: [...(values.set ?? []), ...options.set],
      setString: [...(values.setString ?? []), ...options.setString],
      setJson: [...(values.setJson ?? []), ...options.setJson],
      setFile: [...(values.setFile ?? []), ...options.setFile],
      setLiteral: [...(values.setLiteral ?? []), ...options.setLiteral],
    },
    render: {
      releaseName: options.releaseName ?? render.releaseName,
      namespace: options.namespace ?? render.namespace,
      kubeVersion: options.kubeVersion ?? render.kubeVersion,
      apiVersions: [...apiVersions, ...options.apiVersions.flatMap((versions) => versions.split(','))],
    },
  };
}

function catalogOf(options: SourceCliOptions, settings: Settings, preset: Preset): ImageSources['catalog'] {
  const { branch, codecollectionRegistryPrefix: registryPrefix } = options;
  const namesChart = options.chart !== undefined || settings.charts !== undefined;
  const isLeftOut = options.catalog === undefined && !namesChart && hasOwnSources(options);
  const catalog = isLeftOut ? '' : (options.catalog ?? preset.catalog?.catalog ?? '');
  return { catalog, branch, registryPrefix };
}

function readRepository(value: string): HelmRepository {
  const match = /^([^=/\s]+)=((?:https?|oci):\/\/\S+)$/.exec(value);
  if (match?.[1] !== undefined && match[2] !== undefined) return { name: match[1], url: match[2] };
  throw new UsageError(`--helm-repo ${value} is not NAME=URL`, {
    hint: 'such as --helm-repo mine=https://charts.example.com',
  });
}
