import { parse } from 'yaml';
import { readPackageFile } from '../access/package-file.js';
import { DiscoveryError } from '../errors.js';
import type { Preset } from './preset.js';

/** Names of the presets; `none` starts empty. */
export const presetNames = ['runwhen', 'none'] as const;

const none: Preset = {
  name: 'none',
  excludeTags: [],
  helmRepositories: [],
  helmKeys: {},
  staticImages: { chart: [], catalog: [] },
  valuesRules: [],
};

/**
 * A built-in preset.
 * @throws DiscoveryError `DISCOVERY_OPTION_INVALID` for a name that is none.
 */
export async function loadPreset(name: string): Promise<Preset> {
  if (name === 'none') return none;
  if (name !== 'runwhen') {
    throw new DiscoveryError(`unknown preset "${name}"`, {
      code: 'DISCOVERY_OPTION_INVALID',
      hint: `presets are ${presetNames.join(', ')}`,
    });
  }
  return parse(await readPackageFile(`presets/${name}.yaml`)) as Preset;
}
