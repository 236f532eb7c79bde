import type { JsonValue } from '@oci-sync/helm-template';
import { isQualifiedImage, qualifiedImagesIn } from './image-text.js';
import { isObject } from '../json/json-access.js';
import { atIndex, atKey } from './json-path.js';
import { offer, type Scan } from './scan.js';

/** Environment variables: those named after an image, and any that names a registry and a version. */
export function scanEnvironment(scan: Scan, list: readonly JsonValue[], path: string): void {
  for (const [index, entry] of list.entries()) {
    if (!isObject(entry)) continue;
    const { name, value } = entry;
    if (typeof name === 'string' && typeof value === 'string') {
      scanVariable(scan, name, value, atKey(atIndex(path, index), 'value'));
    }
  }
}

function scanVariable(scan: Scan, name: string, value: string, path: string): void {
  const isNamedImage = /image/i.test(name);
  if (isNamedImage && !/[\s,]/.test(value.trim())) {
    offer(scan, {
      text: value,
      path,
      rule: 'env',
      confidence: 'probable',
      untagged: 'unknown',
      // The convention of operators: nothing else is called like that.
      isImageField: name.startsWith('RELATED_IMAGE_'),
    });
  }
  offerQualified(scan, value, path, 'env');
}

/**
 * Arguments and commands: values of flags named after an image, and every part that names a registry and a
 * version (split at white space, `=`, `,` and quotes).
 */
export function scanArguments(scan: Scan, value: JsonValue, path: string): void {
  const list = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
  let flag = '';
  for (const [index, entry] of list.entries()) {
    if (typeof entry !== 'string') {
      flag = '';
      continue;
    }
    const at = Array.isArray(value) ? atIndex(path, index) : path;
    const assignment = /^(-{1,2}[\w.-]+)[= ](.*)$/s.exec(entry);
    const [name, text] = assignment === null ? [flag, entry] : [assignment[1] ?? '', assignment[2] ?? ''];
    if (/image/i.test(name) && !text.startsWith('-')) scanFlag(scan, text, at);
    offerQualified(scan, entry, at, 'argument');
    flag = assignment === null && entry.startsWith('-') ? entry : '';
  }
}

function scanFlag(scan: Scan, value: string, path: string): void {
  for (const part of value.split(/[\s,]+/)) {
    // A pair, such as `--images=name=image`.
    const text = part.slice(part.lastIndexOf('=') + 1).replaceAll(/^["']|["']$/g, '');
    const hasPath = text.includes('/') || text.includes(':');
    if (!hasPath || text.startsWith('$(')) continue;
    offer(scan, {
      text,
      path,
      rule: 'argument',
      confidence: 'probable',
      untagged: 'unknown',
      isImageField: /\{\{/.test(text),
    });
  }
}

/** Every image inside a text that names registry and version. */
export function offerQualified(scan: Scan, text: string, path: string, rule: string): void {
  const trimmed = text.trim();
  const found = isQualifiedImage(trimmed) ? [trimmed] : qualifiedImagesIn(text);
  for (const image of found) {
    offer(scan, {
      text: image,
      path,
      rule,
      confidence: 'probable',
      untagged: 'unknown',
      isImageField: false,
    });
  }
}
