import { readFile } from 'node:fs/promises';

import { HelmTemplateError } from '../errors.js';
import { fromBytes } from '../go/byte-string.js';
import { GoError } from '../go/go-error.js';
import { GoMap } from '../go/value.js';
import { fromJsonValue } from '../yaml/json-convert.js';
import { decodeJson } from '../yaml/json-decode.js';
import { readYaml } from '../yaml/read.js';
import { YamlError } from '../yaml/yaml-error.js';
import { applySet } from './strvals.js';
import type { ValuesSources, ValuesText } from './values-sources.js';

export interface MergeValuesOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * The user's values from files and `--set` expressions, merged in Helm's order. Integers from `set` are Go's int64,
 * as with Helm; numbers from files are float64. Nulls stay: they delete defaults when a chart is rendered.
 *
 * @throws HelmTemplateError `HELM_VALUES_NOT_FOUND`, `HELM_VALUES_INVALID`; `signal.reason` once the signal aborts
 */
export async function mergeValues(sources: ValuesSources, options: MergeValuesOptions = {}): Promise<GoMap> {
  const { signal } = options;
  let values = new GoMap();
  if (sources.values !== undefined) values = overlay(values, toTable(sources.values));
  for (const source of sources.valuesFiles ?? []) {
    const { name, text } = typeof source === 'string' ? await readText(source, signal) : source;
    values = overlay(values, parseValues(text, name));
  }
  for (const expression of sources.setJson ?? []) {
    if (expression.trimStart().startsWith('{')) values = overlay(values, parseJsonTable(expression));
    else applySet(values, expression, { mode: 'json' });
  }
  for (const expression of sources.set ?? []) applySet(values, expression, { mode: 'typed' });
  for (const expression of sources.setString ?? []) applySet(values, expression, { mode: 'string' });
  for (const expression of sources.setFile ?? []) await applySetFile(values, expression, signal);
  for (const expression of sources.setLiteral ?? []) applySet(values, expression, { mode: 'literal' });
  return values;
}

/**
 * Reads a values file: YAML, several documents laid over each other.
 *
 * @param name - for messages
 * @throws HelmTemplateError `HELM_VALUES_INVALID`
 */
export function parseValues(text: string, name: string): GoMap {
  let values = new GoMap();
  for (const document of splitDocuments(text)) {
    let parsed;
    try {
      parsed = readYaml(document);
    } catch (error) {
      if (!(error instanceof YamlError)) throw error;
      throw new HelmTemplateError('HELM_VALUES_INVALID', `failed to parse ${name}: ${error.message}`, {
        cause: error,
      });
    }
    if (parsed === null) continue;
    if (!(parsed instanceof GoMap)) {
      throw new HelmTemplateError('HELM_VALUES_INVALID', `failed to parse ${name}: the document is no map`);
    }
    values = overlay(values, parsed);
  }
  return values;
}

/** `upper` over `lower`: tables merge, everything else is replaced, nulls included. */
function overlay(lower: GoMap, upper: GoMap): GoMap {
  const entries = new Map(lower.entries);
  for (const [key, value] of upper.entries) {
    const existing = entries.get(key);
    const merges = existing instanceof GoMap && value instanceof GoMap;
    entries.set(key, merges ? overlay(existing, value) : value);
  }
  return new GoMap(entries);
}

/** A plain object as values; used wherever a caller may give either. */
export function toTable(values: GoMap | NonNullable<ValuesSources['values']>): GoMap {
  const table = values instanceof GoMap ? values : fromJsonValue(values);
  if (table instanceof GoMap) return table;
  throw new HelmTemplateError('HELM_VALUES_INVALID', 'the values are no map');
}

/** As the reader of Kubernetes' apimachinery: a line of `---` and white space begins a document. */
function splitDocuments(text: string): string[] {
  const documents: string[] = [];
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    if (/^---[\t\v\f\r \u0085\u00a0]*$/.test(line) && lines.length > 0) {
      documents.push(lines.join('\n'));
      lines = [];
    }
    lines.push(line);
  }
  documents.push(lines.join('\n'));
  return documents;
}

function parseJsonTable(expression: string): GoMap {
  try {
    const value = decodeJson(expression.trim());
    if (value instanceof GoMap) return value;
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    throw new HelmTemplateError('HELM_VALUES_INVALID', `failed parsing --set-json data: ${error.message}`, {
      cause: error,
    });
  }
  throw new HelmTemplateError('HELM_VALUES_INVALID', 'failed parsing --set-json data: no object');
}

/** `--set-file` names its files inside the expression, so they are read while a first pass finds them. */
async function applySetFile(
  values: GoMap,
  expression: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const paths: string[] = [];
  const collect = (path: string): string => {
    paths.push(path);
    return '';
  };
  applySet(new GoMap(), expression, { mode: 'file', readFile: collect });
  const texts = new Map<string, string>();
  for (const path of paths) texts.set(path, (await readText(path, signal)).text);
  applySet(values, expression, { mode: 'file', readFile: (path) => texts.get(path) ?? '' });
}

async function readText(path: string, signal: AbortSignal | undefined): Promise<ValuesText> {
  signal?.throwIfAborted();
  try {
    const bytes = await readFile(path, signal === undefined ? {} : { signal });
    return { name: path, text: fromBytes(bytes) };
  } catch (error) {
    signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new HelmTemplateError('HELM_VALUES_NOT_FOUND', `cannot read values from ${path}: ${reason}`, {
      cause: error,
    });
  }
}
