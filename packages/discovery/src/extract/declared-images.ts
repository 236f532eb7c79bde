import type { Chart, JsonValue } from '@oci-sync/helm-template';
import type { Finding } from './finding.js';
import { isObject, textOf, valueAt } from '../json/json-access.js';
import { atIndex, atKey } from './json-path.js';
import { offer, startScan, type Scan } from './scan.js';
import { parseYamlDocuments } from '../json/yaml-documents.js';

/** Annotations of Chart.yaml that list images: Artifact Hub's, Bitnami's, Helm's own proposal (zarf, hauler). */
const annotations = ['artifacthub.io/images', 'images', 'helm.sh/images'] as const;

/** An image that a chart's author declares, with the file it is declared in. */
export interface DeclaredFinding {
  readonly file: 'Chart.yaml' | 'Images.lock';
  readonly finding: Finding;
}

/**
 * The images a chart declares: the annotations and `Images.lock`, its subcharts' left out. An entry with a
 * `condition` counts unless the values say false.
 *
 * @param values the chart's values as plain data
 */
export function declaredImages(chart: Chart, values: JsonValue): readonly DeclaredFinding[] {
  const scan = startScan({});
  for (const name of annotations) {
    const text = chart.metadata.annotations.get(name);
    if (text !== undefined) offerList(scan, text, atKey('annotations', name), values);
  }
  const inMetadata = scan.findings.map((finding) => ({ file: 'Chart.yaml', finding }) as const);
  const lock = chart.files.find(({ name }) => name === 'Images.lock');
  if (lock === undefined) return inMetadata;
  const lockScan = startScan({});
  offerList(lockScan, new TextDecoder().decode(lock.data), '', values);
  return [...inMetadata, ...lockScan.findings.map((finding) => ({ file: 'Images.lock', finding }) as const)];
}

function offerList(scan: Scan, text: string, path: string, values: JsonValue): void {
  for (const document of parseYamlDocuments(text) ?? []) {
    const isWrapped = isObject(document);
    const list = isWrapped ? document['images'] : document;
    if (!Array.isArray(list)) continue;
    const at = isWrapped ? atKey(path, 'images') : path;
    for (const [index, entry] of (list as readonly JsonValue[]).entries()) {
      const image = isObject(entry) ? textOf(entry['image']) : textOf(entry);
      if (image === undefined || (isObject(entry) && isSwitchedOff(entry['condition'], values))) continue;
      offer(scan, {
        text: image,
        path: atIndex(at, index),
        rule: 'declared',
        confidence: 'declared',
        untagged: 'latest',
        isImageField: true,
      });
    }
  }
}

/** As a dependency's condition: of the comma list, the first path that leads to a boolean decides. */
function isSwitchedOff(condition: JsonValue | undefined, values: JsonValue): boolean {
  if (typeof condition !== 'string') return false;
  const decision = condition
    .split(',')
    .map((path) => valueAt(values, path.trim().split('.')))
    .find((value) => typeof value === 'boolean');
  return decision === false;
}
