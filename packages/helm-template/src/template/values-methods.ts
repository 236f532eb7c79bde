import { GoError } from '../go/go-error.js';
import { quote } from '../go/quote.js';
import { GoMap, type GoMethod, type GoValue } from '../go/value.js';
import { emitYaml } from '../yaml/emit.js';
import { YamlError } from '../yaml/yaml-error.js';

/** Helm's map type of the top map and of `.Values`. It has methods, and in a template they come before keys. */
export const valuesType = 'common.Values';

/**
 * A method of Helm's `common.Values`: `AsMap`, `Encode`, `PathValue`, `Table` or `YAML`. A key of that name is
 * only reached through `index` or `get`.
 */
export function valuesMethod(values: GoMap, name: string): GoMethod | undefined {
  switch (name) {
    case 'AsMap':
      return { parameters: [], call: () => new GoMap(values.entries) };
    case 'Encode':
      return { parameters: ['io.Writer'], call: () => null };
    case 'PathValue':
      return { parameters: ['string'], call: (path) => pathValue(values, textOf(path)) };
    case 'Table':
      return { parameters: ['string'], call: (path) => tableAt(values, textOf(path).split('.')) };
    case 'YAML':
      return { parameters: [], call: () => yamlOf(values) };
    default:
      return undefined;
  }
}

function yamlOf(values: GoMap): string {
  try {
    return emitYaml(values);
  } catch (error) {
    if (error instanceof YamlError) throw new GoError(error.message, { cause: error });
    throw error;
  }
}

/** A parameter of type string holds nothing else. */
function textOf(value: GoValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function tableAt(values: GoMap, path: readonly string[]): GoMap {
  let table = values;
  for (const name of path) {
    const next = table.entries.get(name);
    if (!(next instanceof GoMap) || (!isPlainTable(next) && next.typeName !== valuesType)) {
      throw new GoError(`${quote(name)} is not a table`);
    }
    table = new GoMap(next.entries, valuesType);
  }
  return table;
}

function pathValue(values: GoMap, path: string): GoValue {
  if (path === '') throw new GoError('YAML path cannot be empty');
  const names = path.split('.');
  const key = names.pop() ?? '';
  const missing = new GoError(`${quote(key)} is not a value`);
  const value = parentTable(values, names)?.entries.get(key);
  if (value === undefined || (value instanceof GoMap && isPlainTable(value))) throw missing;
  return value;
}

function parentTable(values: GoMap, path: readonly string[]): GoMap | undefined {
  try {
    return tableAt(values, path);
  } catch (error) {
    if (error instanceof GoError) return undefined;
    throw error;
  }
}

function isPlainTable(map: GoMap): boolean {
  return map.typeName === 'map[string]interface {}';
}
