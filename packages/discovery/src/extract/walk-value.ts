import type { JsonObject, JsonValue } from '@oci-sync/helm-template';
import { offerQualified, scanArguments, scanEnvironment } from './container-rules.js';
import { scanEmbeddedText } from './embedded-text.js';
import { joinImageParts, readImageParts } from './image-parts.js';
import { isObject, textOf } from '../json/json-access.js';
import { atIndex, atKey } from './json-path.js';
import { offer, reportUnresolved, type Scan } from './scan.js';

const containerLists = new Set(['containers', 'initContainers', 'ephemeralContainers']);

/** Schemas describe images without naming any; the rest is written by the cluster. */
const skippedKeys = new Set(['openAPIV3Schema', 'status', 'managedFields']);

/** Names, never images, except annotations that say so in their key. */
const labelKeys = new Set(['metadata', 'labels', 'matchLabels', 'selector', 'nodeSelector']);

const imageKey = /(?:image|image_?name|image_?url|base_?image)$/i;

/** Deepest nesting that is read; YAML aliases can nest without end. */
const deepest = 100;

/** Applies the rules for fields to a value and everything below it. */
export function walkValue(scan: Scan, value: JsonValue, path: string, key = '', level = 0): void {
  if (level > deepest) return;
  if (Array.isArray(value)) {
    for (const [index, item] of (value as readonly JsonValue[]).entries()) {
      walkValue(scan, item, atIndex(path, index), key, level + 1);
    }
  } else if (isObject(value)) {
    walkObject(scan, value, path, key, level);
  } else if (typeof value === 'string') {
    walkText(scan, value, path, key);
  }
}

function walkObject(outer: Scan, object: JsonObject, path: string, key: string, level: number): void {
  const scan = withComposition(outer, object);
  offerParts(scan, object, path, key);
  for (const [name, value] of Object.entries(object)) {
    const at = atKey(path, name);
    if (skippedKeys.has(name)) continue;
    if (labelKeys.has(name) && isObject(value)) {
      walkAnnotations(scan, value['annotations'], atKey(at, 'annotations'));
    } else if (name === 'annotations') {
      walkAnnotations(scan, value, at);
    } else if (containerLists.has(name) && Array.isArray(value)) {
      walkContainers(scan, value, at, level);
    } else if (name === 'volumes' && Array.isArray(value)) {
      walkVolumes(scan, value, at, level);
    } else if (name === 'env' && Array.isArray(value)) {
      scanEnvironment(scan, value, at);
    } else if (name === 'args' || name === 'command') {
      scanArguments(scan, value, at);
      if (isObject(value)) walkValue(scan, value, at, name, level + 1);
    } else {
      walkValue(scan, value, at, name, level + 1);
    }
  }
}

function walkText(scan: Scan, text: string, path: string, key: string): void {
  if (text.includes('\n')) scanEmbeddedText(scan, text, path, walkValue);
  else if (key === 'image') offerImageField(scan, text, path);
  else if (imageKey.test(key)) offerImageKey(scan, text, path);
  else offerQualified(scan, text, path, 'qualified-text');
}

function offerImageField(scan: Scan, text: string, path: string): void {
  const { composedWith } = scan;
  if (composedWith !== undefined && /^[\w.-]+$/.test(text)) {
    const { hub, tag } = composedWith;
    const composed = { path, rule: 'composed', confidence: 'probable' } as const;
    offer(scan, { ...composed, text: `${hub}/${text}:${tag}`, untagged: 'unknown', isImageField: true });
    return;
  }
  const isConfiguration = scan.ceiling === 'probable';
  offer(scan, {
    text,
    path,
    rule: 'image',
    confidence: 'certain',
    untagged: isConfiguration ? 'unknown' : 'path',
    isImageField: !isConfiguration || text.includes('{{'),
  });
}

function offerImageKey(scan: Scan, text: string, path: string): void {
  const isPath = text.includes('/') || text.includes(':');
  if (!isPath) return;
  offer(scan, {
    text,
    path,
    rule: 'image-key',
    confidence: 'probable',
    untagged: 'unknown',
    isImageField: text.includes('{{'),
  });
}

/** Objects that spell an image in parts. Without tag and digest the program that reads them adds its own. */
function offerParts(scan: Scan, object: JsonObject, path: string, key: string): void {
  const parts = readImageParts(object, key);
  if (parts === undefined) return;
  offer(scan, {
    text: joinImageParts(parts),
    path,
    rule: 'image-parts',
    confidence: 'certain',
    untagged: 'unknown',
    isImageField: false,
  });
}

/** Pod templates: `image` of a container. One without a tag is `latest` to the kubelet. */
function walkContainers(scan: Scan, list: readonly JsonValue[], path: string, level: number): void {
  for (const [index, item] of list.entries()) {
    const at = atIndex(path, index);
    const image = isObject(item) ? item['image'] : undefined;
    if (typeof image === 'string') offerContainer(scan, image, atKey(at, 'image'));
    walkValue(scan, item, at, '', level + 1);
  }
}

function offerContainer(scan: Scan, text: string, path: string): void {
  const found = { text, path, rule: 'container', confidence: 'certain' } as const;
  // Istio replaces the image of an injected gateway.
  if (text === 'auto') reportUnresolved(scan, 'placeholder', found);
  else offer(scan, { ...found, untagged: 'latest', isImageField: true });
}

/** Image volumes: `volumes[].image.reference`. */
function walkVolumes(scan: Scan, list: readonly JsonValue[], path: string, level: number): void {
  for (const [index, item] of list.entries()) {
    const at = atIndex(path, index);
    const image = isObject(item) ? item['image'] : undefined;
    const reference = isObject(image) ? textOf(image['reference']) : undefined;
    if (reference !== undefined) {
      offer(scan, {
        text: reference,
        path: atKey(atKey(at, 'image'), 'reference'),
        rule: 'image-volume',
        confidence: 'certain',
        untagged: 'latest',
        isImageField: true,
      });
    }
    walkValue(scan, item, at, '', level + 1);
  }
}

function walkAnnotations(scan: Scan, value: JsonValue | undefined, path: string): void {
  if (!isObject(value)) return;
  for (const [name, text] of Object.entries(value)) {
    if (typeof text === 'string' && imageKey.test(name)) offerImageKey(scan, text, atKey(path, name));
  }
}

/** Istio's way: `hub` and `tag` above, plain names of images below. */
function withComposition(scan: Scan, object: JsonObject): Scan {
  const [hub, tag] = [textOf(object['hub']), textOf(object['tag'])];
  return hub === undefined || tag === undefined ? scan : { ...scan, composedWith: { hub, tag } };
}
