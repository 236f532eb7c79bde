import type { JsonObject, JsonValue } from '@oci-sync/helm-template';

/** One change to a chart's values. */
export interface Mutation {
  /** Such as `ingress.enabled = true`. */
  readonly name: string;
  /** The values file that makes the change. */
  readonly values: JsonObject;
}

/**
 * Every change of one value: each boolean the other way round, each leaf (a scalar, a list, an empty map) null.
 *
 * @param values - the chart's values, those of its subcharts included.
 */
export function allMutations(values: JsonObject): Mutation[] {
  const mutations: Mutation[] = [];
  const change = (path: readonly string[], value: boolean | null): void => {
    mutations.push({ name: `${path.join('.')} = ${String(value)}`, values: nest(path, value) });
  };
  const visit = (value: JsonValue, path: readonly string[]): void => {
    if (isObject(value) && Object.keys(value).length > 0) {
      for (const [key, item] of Object.entries(value)) visit(item, [...path, key]);
      return;
    }
    if (typeof value === 'boolean') change(path, !value);
    if (value !== null) change(path, null);
  };
  for (const [key, item] of Object.entries(values)) visit(item, [key]);
  return mutations;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nest(path: readonly string[], value: JsonValue): JsonObject {
  const [key = '', ...rest] = path;
  return { [key]: rest.length === 0 ? value : nest(rest, value) };
}
