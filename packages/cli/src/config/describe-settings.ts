import type { Preset } from '@oci-sync/discovery';
import type { RegistrySettings, Settings, SettingSource } from './settings.js';
import { readSettingsSchema, settingKinds } from './setting-kinds.js';

/** A setting with its value and where that comes from. */
export interface DescribedSetting {
  readonly name: string;
  readonly value: unknown;
  readonly origin: {
    readonly from: SettingSource | 'preset' | 'default';
    /** As the user wrote it: `--prefix`, `OCI_SYNC_PREFIX`, `oci-sync.yaml:3`; the preset's name. */
    readonly place?: string | undefined;
  };
}

/** What a preset says where nobody else does, by the setting's name. */
function presetValues({
  catalog,
  chart,
  excludeTags,
  platforms,
  prefix,
  region,
}: Preset): Readonly<Record<string, unknown>> {
  return {
    chart: chart === undefined ? undefined : [chart],
    catalog: catalog?.catalog,
    codecollectionRegistryPrefix: catalog?.registryPrefix,
    excludeTag: excludeTags.length === 0 ? undefined : excludeTags,
    platform: platforms,
    prefix,
    region,
  };
}

/** Secrets give way to stars; that there is one is worth knowing. */
function masked(settings: RegistrySettings): RegistrySettings {
  return settings.password === undefined ? settings : { ...settings, password: '***' };
}

/**
 * Every setting with its value and its origin, in the order of the schema.
 * @param options as parsed, defaults included
 */
export function describeSettings(
  options: Readonly<Record<string, unknown>>,
  settings: Settings,
  preset: Preset,
): readonly DescribedSetting[] {
  const ofPreset = presetValues(preset);
  const structures: Readonly<Record<string, unknown>> = {
    charts: settings.charts,
    registries: Object.fromEntries([...settings.registries].map(([name, each]) => [name, masked(each)])),
  };
  return [...settingKinds(readSettingsSchema()).keys()].flatMap((name): readonly DescribedSetting[] => {
    const origin = settings.origins.get(name);
    const stated =
      name === 'repositorySettings' ? (settings.repositorySettings ?? options[name]) : options[name];
    if (origin !== undefined) {
      const { place, source } = origin;
      return [{ name, value: structures[name] ?? stated, origin: { from: source, place } }];
    }
    // The preset's chart steps back where sources or charts of one's own are named.
    const value = name === 'chart' && settings.charts !== undefined ? undefined : ofPreset[name];
    if (value !== undefined)
      return [{ name, value, origin: { from: 'preset', place: `preset ${preset.name}` } }];
    const isSet = stated !== undefined && !(Array.isArray(stated) && stated.length === 0);
    return isSet ? [{ name, value: stated, origin: { from: 'default' } }] : [];
  });
}
