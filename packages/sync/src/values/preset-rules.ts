import type { PresetValuesRule } from '@oci-sync/discovery';
import type { JsonValue, RenderedChart } from '@oci-sync/helm-template';
import type { Setting } from './chart-probe.js';
import type { RewriteValuesOptions, ValuesChange } from './rewritten-values.js';

/** A rule with what it sets for one destination. */
export interface AppliedRule {
  readonly rule: PresetValuesRule;
  readonly setting: Setting & { readonly value: string };
}

/** What the rules for a chart set; without a chart, what all of them do. */
export function applyRules(
  rules: readonly PresetValuesRule[],
  chart: string | undefined,
  { registry, prefix }: RewriteValuesOptions['destination'],
): readonly AppliedRule[] {
  return rules
    .filter((rule) => chart === undefined || rule.chart === chart)
    .map((rule) => {
      const value = rule.value.replaceAll('{registry}', registry).replaceAll('{prefix}', prefix);
      return { rule, setting: { path: rule.key.split('.'), value } };
    });
}

/** What the rendered chart made of a rule's value: the first field of that name in the data of a ConfigMap. */
export function readBack({ rule, setting }: AppliedRule, rendered: RenderedChart): ValuesChange['readBack'] {
  for (const { kind, name, object } of rendered.documents) {
    if (kind !== 'ConfigMap') continue;
    for (const [file, text] of dataOf(object)) {
      const value = file === rule.readBack ? text : fieldOf(text, rule.readBack);
      if (value === undefined) continue;
      return { place: `ConfigMap/${name} ${file}`, value, agrees: value === setting.value };
    }
  }
  return undefined;
}

function dataOf(object: JsonValue): readonly (readonly [string, string])[] {
  if (typeof object !== 'object' || object === null || !('data' in object)) return [];
  const { data } = object;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return [];
  return Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}

/** The value of a line `name: value` of YAML or JSON. */
function fieldOf(text: string, name: string): string | undefined {
  for (const line of text.split('\n')) {
    const [, key, value] = /^\s*["']?([\w.-]+)["']?\s*:\s*["']?(.*?)["']?,?\s*$/.exec(line) ?? [];
    if (key === name) return value ?? '';
  }
  return undefined;
}
