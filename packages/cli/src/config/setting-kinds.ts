import { readPackageJsonFile } from '../package-file.js';

/** What a setting holds. `list` and `lines`: several texts, which commas or only line breaks separate in a variable. */
export type SettingKind = 'text' | 'boolean' | 'number' | 'list' | 'lines' | 'structure';

interface PropertySchema {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
}

/** The published schema of the settings file. */
export interface SettingsSchema {
  readonly properties: Readonly<Record<string, PropertySchema>>;
}

/** Reads the schema that is published with this package. */
export function readSettingsSchema(): SettingsSchema {
  return readPackageJsonFile('schema/oci-sync.schema.json') as SettingsSchema;
}

function kindOf({ $ref, type }: PropertySchema): SettingKind {
  if ($ref !== undefined) return $ref.endsWith('/lines') ? 'lines' : 'list';
  const types = [type].flat();
  if (types.includes('boolean')) return 'boolean';
  if (types.includes('integer')) return 'number';
  return types.includes('string') ? 'text' : 'structure';
}

/** Every setting, by its name in camelCase. The schema is the one place that lists them. */
export function settingKinds({ properties }: SettingsSchema): ReadonlyMap<string, SettingKind> {
  return new Map(Object.entries(properties).map(([name, property]) => [name, kindOf(property)]));
}

/** `dateTags` -> `date-tags` */
export function optionName(setting: string): string {
  return setting.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `dateTags` -> `OCI_SYNC_DATE_TAGS` */
export function variableName(setting: string): string {
  return `OCI_SYNC_${optionName(setting).replaceAll('-', '_').toUpperCase()}`;
}
