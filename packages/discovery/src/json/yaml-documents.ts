import type { JsonValue } from '@oci-sync/helm-template';
import { parseAllDocuments } from 'yaml';

/** Most values that aliases may make of one text. */
const maxAliasCount = 1000;

/**
 * All documents of a YAML or JSON text as plain data, by YAML 1.1 as Kubernetes reads it, or `undefined` when it
 * is neither. Never throws.
 */
export function parseYamlDocuments(text: string): readonly JsonValue[] | undefined {
  const json = parseJson(text);
  if (json !== undefined) return [json];
  try {
    const documents = parseAllDocuments(text, {
      version: '1.1',
      merge: true,
      uniqueKeys: false,
      stringKeys: true,
      prettyErrors: false,
      logLevel: 'silent',
    });
    if ('empty' in documents) return [];
    if (documents.some(({ errors }) => errors.length > 0)) return undefined;
    return documents.map((document) => document.toJS({ maxAliasCount }) as JsonValue);
  } catch {
    return undefined;
  }
}

/** JSON is YAML, but its own reader is many times faster on dashboards and schemas. */
function parseJson(text: string): JsonValue | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
