import { nearestName } from '../nearest-name.js';
import { UsageError } from '../usage-error.js';
import type { SettingKind } from './setting-kinds.js';
import { variableName } from './setting-kinds.js';

const truths: Readonly<Record<string, boolean>> = { true: true, 1: true, false: false, 0: false };

function readValue(variable: string, text: string, kind: SettingKind): unknown {
  switch (kind) {
    case 'boolean': {
      const value = truths[text.toLowerCase()];
      if (value === undefined) throw new UsageError(`${variable} is not true or false`);
      return value;
    }
    case 'number': {
      if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`${variable} is not a number from 1 on`);
      return Number(text);
    }
    case 'list':
    case 'lines':
      return text
        .split(kind === 'list' ? /[,\n]/ : '\n')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '');
    default:
      return text;
  }
}

/**
 * The settings that `OCI_SYNC_*` variables state, by name in camelCase. An empty variable counts as not set.
 * @throws UsageError for a value that cannot be used, and for a variable whose name is nearly that of a setting
 */
export function readEnvironmentSettings(
  environment: Readonly<Record<string, string | undefined>>,
  kinds: ReadonlyMap<string, SettingKind>,
): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  const known = new Set(['OCI_SYNC_CONFIG']);
  for (const [setting, kind] of kinds) {
    const variable = variableName(setting);
    if (kind === 'structure') continue;
    known.add(variable);
    const text = environment[variable];
    if (text !== undefined && text !== '') values.set(setting, readValue(variable, text, kind));
  }
  for (const variable of Object.keys(environment)) {
    if (!variable.startsWith('OCI_SYNC_') || known.has(variable)) continue;
    // Others may have variables of this prefix for purposes of their own; a slip of the pen is told.
    const meant = nearestVariable(variable, known);
    if (meant !== undefined)
      throw new UsageError(`${variable} is no setting`, { hint: `did you mean ${meant}?` });
  }
  return values;
}

function nearestVariable(variable: string, known: ReadonlySet<string>): string | undefined {
  const names = [...known].map((name) => name.slice('OCI_SYNC_'.length));
  const nearest = nearestName(variable.slice('OCI_SYNC_'.length), names);
  return nearest === undefined ? undefined : `OCI_SYNC_${nearest}`;
}
