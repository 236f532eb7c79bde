import { readFile } from 'node:fs/promises';
import type { ChartInput } from '@oci-sync/discovery';
import { parseRepositorySettings, type RepositorySettings } from '@oci-sync/ecr';
import { isOciError } from '@oci-sync/oci-client';
import type { CommandIo } from '../command-io.js';
import { UsageError } from '../usage-error.js';
import { readConfiguredChart } from './configured-charts.js';
import { joinLayers, type StatedSetting } from './contradictions.js';
import { readEnvironmentSettings } from './environment-settings.js';
import { configFlag, givenFlags } from './given-flags.js';
import type { ConfigFile } from './read-config-file.js';
import { readRegistrySettings } from './registry-settings.js';
import {
  optionName,
  readSettingsSchema,
  settingKinds,
  variableName,
  type SettingKind,
  type SettingsSchema,
} from './setting-kinds.js';
import type { Settings } from './settings.js';

const defaultFile = 'oci-sync.yaml';

/** Settings of commands that connect to registries, but mirror no sources. */
const connectionSettings: ReadonlySet<string> = new Set([
  'plainHttp',
  'caFile',
  'authfile',
  'region',
  'registries',
  'concurrency',
  'cache',
  'cacheDir',
  'createRepository',
  'repositorySettings',
  'output',
  'verbose',
  'quiet',
  'logFormat',
]);

/** The settings file that is meant: a named one has to be there. @throws UsageError */
async function openConfigFile(
  named: string | undefined,
  schema: SettingsSchema,
): Promise<ConfigFile | undefined> {
  if (named === '') return undefined;
  const path = named ?? defaultFile;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' && named === undefined) return undefined;
    throw new UsageError(
      `the settings file ${path} cannot be read${code === 'ENOENT' ? ': there is no such file' : `: ${String(code)}`}`,
      { cause },
    );
  }
  const { readConfigFile } = await import('./read-config-file.js');
  return readConfigFile(path, text, schema);
}

function fileLayer(
  file: ConfigFile | undefined,
  kinds: ReadonlyMap<string, SettingKind>,
): ReadonlyMap<string, StatedSetting> {
  return new Map(
    Object.entries(file?.values ?? {}).map(([name, value]) => {
      const kind = kinds.get(name);
      const place = (file?.place([name]) ?? '').replace(/:\d+$/, '');
      return [
        name,
        { source: 'file', place, value: kind === 'list' || kind === 'lines' ? [value].flat() : value },
      ];
    }),
  );
}

function readCharts(setting: StatedSetting | undefined): readonly ChartInput[] | undefined {
  if (setting?.source !== 'file') return undefined;
  return (setting.value as Parameters<typeof readConfiguredChart>[0][]).map((entry) =>
    readConfiguredChart(entry),
  );
}

function readInlineSettings(
  file: ConfigFile | undefined,
  setting: StatedSetting | undefined,
): RepositorySettings | undefined {
  if (file === undefined || setting?.source !== 'file' || typeof setting.value !== 'object') return undefined;
  try {
    return parseRepositorySettings(setting.value);
  } catch (error) {
    if (!isOciError(error)) throw error;
    throw file.error(['repositorySettings'], error.message, error.hint);
  }
}

/** Which settings concern a command. */
export interface SettingsScope {
  /** Names of the command's options, as in `--date-tags`; only asked for where anything but a flag states something. */
  readonly options: () => Promise<ReadonlySet<string>>;
  /** All that it has options for, or only those about registries and output. */
  readonly settings: 'all' | 'connections';
}

/**
 * The settings of a command: what its flags, the environment and the settings file say, nearest first.
 * @param args behind the command's name
 * @throws UsageError with the place of what cannot be used
 */
export async function loadSettings(
  args: readonly string[],
  { options, settings }: SettingsScope,
  io: CommandIo,
): Promise<Settings> {
  const schema = readSettingsSchema();
  const kinds = settingKinds(schema);
  const { environment } = io;
  const file = await openConfigFile(
    configFlag(args) ?? (environment['OCI_SYNC_CONFIG'] || undefined),
    schema,
  );
  const flags = [...givenFlags(args, kinds.keys())].map(([name, value]): [string, StatedSetting] => [
    name,
    { source: 'flag', place: `${value ? '--' : '--no-'}${optionName(name)}`, value },
  ]);
  const variables = [...readEnvironmentSettings(environment, kinds)].map(
    ([name, value]): [string, StatedSetting] => [
      name,
      { source: 'environment', place: variableName(name), value },
    ],
  );
  const stated = fileLayer(file, kinds);
  const names = variables.length === 0 && stated.size === 0 ? undefined : await options();
  const concerns = ([name]: readonly [string, unknown]): boolean =>
    (kinds.get(name) === 'structure' || names === undefined || names.has(optionName(name))) &&
    (settings === 'all' || connectionSettings.has(name));
  const layers = [flags, variables, stated];
  const joined = joinLayers(layers.map((layer) => new Map([...layer].filter(concerns))));
  const values = [...joined].filter(
    ([name, { source, value }]) =>
      source !== 'flag' &&
      kinds.get(name) !== 'structure' &&
      (Array.isArray(value) || typeof value !== 'object'),
  );
  return {
    values: Object.fromEntries(values.map(([name, { value }]) => [name, value])),
    origins: new Map([...joined].map(([name, { source, place }]) => [name, { source, place }])),
    charts: readCharts(joined.get('charts')),
    registries: file === undefined ? new Map() : readRegistrySettings(file, environment),
    repositorySettings: readInlineSettings(file, joined.get('repositorySettings')),
  };
}
