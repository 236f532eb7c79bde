import type { JsonObject, JsonValue } from '@oci-sync/helm-template';
import type { Finding } from './finding.js';
import { joinImageParts, readImageParts } from './image-parts.js';
import { isObject, textOf, valueAt } from '../json/json-access.js';
import { atIndex, atKey } from './json-path.js';
import { offer, startScan, type Scan } from './scan.js';

const imageKey = /image$/i;
const deepest = 50;

/** What is known of the chart whose values are read. */
export interface ValuesImagesOptions {
  /** Tag of images without one. */
  readonly appVersion: string;
  /** Keys that hold values of subcharts, which are read on their own. */
  readonly subchartKeys: ReadonlySet<string>;
}

/**
 * The images that a chart's values spell, rendered or not: objects of registry, repository, tag and digest, and
 * texts below keys that end in `image`. A missing tag means the chart's `appVersion`. What cannot be told is left
 * out: whether values lead to an image at all is known to templates only.
 */
export function valuesImages(values: JsonValue, options: ValuesImagesOptions): readonly Finding[] {
  if (!isObject(values)) return [];
  const scan = startScan({});
  const registry = textOf(valueAt(values, ['global', 'imageRegistry']));
  for (const [key, value] of Object.entries(values)) {
    if (key !== 'global' && !options.subchartKeys.has(key)) {
      visit(scan, value, key, key, { appVersion: options.appVersion, registry });
    }
  }
  return scan.findings.filter(({ kind }) => kind === 'image');
}

interface Defaults {
  readonly appVersion: string;
  readonly registry: string | undefined;
}

function visit(scan: Scan, value: JsonValue, path: string, key: string, defaults: Defaults, level = 0): void {
  if (level > deepest) return;
  if (Array.isArray(value)) {
    for (const [index, item] of (value as readonly JsonValue[]).entries()) {
      visit(scan, item, atIndex(path, index), key, defaults, level + 1);
    }
  } else if (isObject(value)) {
    const text = imageOf(value, key, defaults);
    if (text !== undefined) offerValue(scan, text, path);
    for (const [name, item] of Object.entries(value)) {
      visit(scan, item, atKey(path, name), name, defaults, level + 1);
    }
  } else if (typeof value === 'string' && imageKey.test(key) && /[/:]/.test(value)) {
    offerValue(scan, value, path);
  }
}

function imageOf(value: JsonObject, key: string, { appVersion, registry }: Defaults): string | undefined {
  const object = registry === undefined || !Object.hasOwn(value, 'registry') ? value : { ...value, registry };
  const parts = readImageParts(object, key, false);
  if (parts === undefined) return undefined;
  const isVersioned = parts.tag !== undefined || parts.digest !== undefined;
  return joinImageParts({ ...parts, tag: isVersioned ? parts.tag : appVersion || undefined });
}

function offerValue(scan: Scan, text: string, path: string): void {
  offer(scan, {
    text,
    path,
    rule: 'values',
    confidence: 'potential',
    untagged: 'unknown',
    isImageField: false,
  });
}
