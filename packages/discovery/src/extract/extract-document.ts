import type { JsonObject, JsonValue } from '@oci-sync/helm-template';
import { scanConfigurationData } from './configuration-data.js';
import { scanCustomResource } from './custom-resources.js';
import type { Finding } from './finding.js';
import { isObject, textOf, valueAt } from '../json/json-access.js';
import { atIndex, atKey } from './json-path.js';
import { startScan, type Scan } from './scan.js';
import { walkValue } from './walk-value.js';

/** Deepest lists of lists that are opened. */
const deepest = 10;

/**
 * Every image that a Kubernetes document names, and every place that names one which cannot be told. Lists
 * (`kind: List`) count as their items; CustomResourceDefinitions name none. Never throws, whatever the value is.
 */
export function extractFromDocument(document: JsonValue): readonly Finding[] {
  return itemsOf(document, '', 0).flatMap(({ object, path }) => {
    const scan = startScan(describe(object));
    scanResource(scan, object, path);
    return scan.findings;
  });
}

interface Item {
  readonly object: JsonObject;
  readonly path: string;
}

function itemsOf(document: JsonValue, path: string, level: number): readonly Item[] {
  if (!isObject(document) || level > deepest) return [];
  const { items, kind } = document;
  const isList = typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items);
  if (!isList) return [{ object: document, path }];
  return (items as readonly JsonValue[]).flatMap((item, index) =>
    itemsOf(item, atIndex(atKey(path, 'items'), index), level + 1),
  );
}

function scanResource(scan: Scan, object: JsonObject, path: string): void {
  const { kind } = object;
  if (kind === 'CustomResourceDefinition') return;
  if (kind === 'ConfigMap' || kind === 'Secret') {
    scanConfigurationData(scan, object, path);
    return;
  }
  scanCustomResource(scan, object, path);
  walkValue(scan, object, path);
}

function describe(object: JsonObject): Scan['document'] {
  const [kind, name] = [textOf(object['kind']), textOf(valueAt(object, ['metadata', 'name']))];
  return {
    ...(kind === undefined ? {} : { documentKind: kind }),
    ...(name === undefined ? {} : { documentName: name }),
  };
}
