import { UsageError } from '../usage-error.js';
import type { SettingOrigin } from './settings.js';

/** A setting as one layer states it. */
export interface StatedSetting extends SettingOrigin {
  readonly value: unknown;
}

interface Contradiction {
  readonly one: string;
  /** Only where `one` is switched on, or off. @default whatever it says */
  readonly when?: boolean;
  readonly others: readonly string[];
  readonly hint: string;
}

const contradictions: readonly Contradiction[] = [
  {
    one: 'plan',
    others: [
      'chart',
      'charts',
      'catalog',
      'branch',
      'extraImages',
      'images',
      'image',
      'manifests',
      'prefix',
      'nameTemplate',
      'dateTags',
      'platform',
      'excludeTag',
      'only',
      'skip',
    ],
    hint: 'a plan says all that itself',
  },
  { one: 'charts', others: ['chart'], hint: 'list them all under charts' },
  { one: 'quiet', when: true, others: ['verbose'], hint: 'choose one' },
  { one: 'cache', when: false, others: ['cacheDir'], hint: 'choose one' },
  {
    one: 'createRepository',
    when: false,
    others: ['repositorySettings'],
    hint: 'settings are for repositories that are created',
  },
];

const isMeant = (setting: StatedSetting | undefined, when: boolean | undefined): boolean =>
  setting !== undefined && (when === undefined ? setting.value !== false : setting.value === when);

/** What contradicts a setting among others. */
function opponent(
  name: string,
  setting: StatedSetting,
  others: ReadonlyMap<string, StatedSetting>,
): { readonly name: string; readonly setting: StatedSetting; readonly hint: string } | undefined {
  for (const { one, when, others: names, hint } of contradictions) {
    const candidates = name === one && isMeant(setting, when) ? names : [];
    const opposed = names.includes(name) && isMeant(setting, undefined) && isMeant(others.get(one), when);
    const found = opposed ? one : candidates.find((each) => isMeant(others.get(each), undefined));
    const rival = found === undefined ? undefined : others.get(found);
    if (found !== undefined && rival !== undefined) return { name: found, setting: rival, hint };
  }
  return undefined;
}

/** A setting as the user knows it; places in a file do not say which one they are of. */
function nameOf(name: string, { place, source }: StatedSetting): string {
  return source === 'file' ? `${name} (${place})` : place;
}

/**
 * Settings of all layers, one of each name: the first layer that states one wins. What contradicts a layer before is
 * left out, since the nearer one is meant.
 * @throws UsageError when one layer contradicts itself
 */
export function joinLayers(
  layers: readonly ReadonlyMap<string, StatedSetting>[],
): ReadonlyMap<string, StatedSetting> {
  const joined = new Map<string, StatedSetting>();
  for (const layer of layers) {
    const nearer = new Map(joined);
    for (const [name, setting] of layer) {
      const rival = opponent(name, setting, layer);
      if (rival !== undefined) {
        throw new UsageError(
          `${nameOf(name, setting)} and ${nameOf(rival.name, rival.setting)} exclude each other`,
          {
            hint: rival.hint,
          },
        );
      }
      if (!nearer.has(name) && opponent(name, setting, nearer) === undefined) joined.set(name, setting);
    }
  }
  return joined;
}
