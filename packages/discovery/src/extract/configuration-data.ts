import type { JsonObject, JsonValue } from '@oci-sync/helm-template';
import { scanEmbeddedText } from './embedded-text.js';
import { isObject } from '../json/json-access.js';
import { atKey } from './json-path.js';
import { walkValue } from './walk-value.js';
import type { Scan } from './scan.js';

/** Reads the data of a ConfigMap or Secret, whose values are texts: files, mostly. */
export function scanConfigurationData(scan: Scan, object: JsonObject, path: string): void {
  const isSecret = object['kind'] === 'Secret';
  for (const field of ['data', 'stringData']) {
    const data = object[field];
    if (!isObject(data)) continue;
    for (const [name, value] of Object.entries(data)) {
      const text = isSecret && field === 'data' ? decodeBase64(value) : value;
      if (typeof text === 'string') scanEntry(scan, name, text, atKey(atKey(path, field), name));
    }
  }
}

function scanEntry(scan: Scan, name: string, text: string, path: string): void {
  const isFile = text.includes('\n') || /^\s*[[{]/.test(text) || /:\s/.test(text);
  if (isFile) scanEmbeddedText(scan, text, path, walkValue);
  else walkValue({ ...scan, ceiling: 'probable' }, text, path, name);
}

/** The text of a Secret's value; `undefined` where it is no text (keys, archives). */
function decodeBase64(value: JsonValue | undefined): string | undefined {
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value)) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'base64'));
    return /[^\P{Cc}\t\n\r]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
