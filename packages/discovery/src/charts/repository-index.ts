import type { JsonValue } from '@oci-sync/helm-template';
import { DiscoveryError } from '../errors.js';
import { isObject, textOf } from '../json/json-access.js';
import { parseYamlDocuments } from '../json/yaml-documents.js';

/** A version of a chart in a repository's index. */
export interface IndexEntry {
  readonly version: string;
  /** Absolute, or relative to the repository. */
  readonly urls: readonly string[];
  /** Of the archive, sha256 in hex; not every index states it. */
  readonly digest: string | undefined;
}

/**
 * The versions of one chart in an `index.yaml`, in the index's order; `undefined` when the index has no such chart.
 * Indexes of large repositories hold tens of megabytes, so only the chart's own part is parsed where the layout
 * allows that.
 *
 * @throws DiscoveryError `DISCOVERY_CHART_INVALID` for a text that is no index.
 */
export function readIndexEntries(
  repository: string,
  text: string,
  chart: string,
): readonly IndexEntry[] | undefined {
  if (!/^\s*\{/.test(text)) {
    const part = partOf(text, chart);
    const [parsed] = part === undefined ? [] : (parseYamlDocuments(part) ?? []);
    const entries = isObject(parsed) ? parsed[chart] : undefined;
    if (Array.isArray(entries)) return readEntries(entries);
  }
  const entries = readAll(repository, text)[chart];
  return Array.isArray(entries) ? readEntries(entries) : undefined;
}

/** Names of all charts in an `index.yaml`. @throws DiscoveryError `DISCOVERY_CHART_INVALID` */
export function readIndexNames(repository: string, text: string): readonly string[] {
  return Object.keys(readAll(repository, text));
}

function readAll(repository: string, text: string): Readonly<Record<string, JsonValue>> {
  const [index] = parseYamlDocuments(text) ?? [];
  if (!isObject(index) || textOf(index['apiVersion']) === undefined || !isObject(index['entries'])) {
    throw new DiscoveryError(`${repository} has an index.yaml that is no index of charts`, {
      code: 'DISCOVERY_CHART_INVALID',
      hint: 'check the address of the repository; it is what `helm repo add` takes',
    });
  }
  return index['entries'];
}

/**
 * The lines of one chart below `entries`: from its key to the next line that is indented as little and is no list
 * item.
 */
function partOf(text: string, chart: string): string | undefined {
  const start = /^entries:[ \t]*\r?$/m.exec(text);
  if (start === null) return undefined;
  const escaped = chart.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  const key = new RegExp(`^([ \\t]+)(["']?)${escaped}\\2:[ \\t]*\\r?$`, 'gm');
  key.lastIndex = start.index;
  const match = key.exec(text);
  if (match === null) return undefined;
  const indent = match[1] ?? '';
  const next = new RegExp(`^(?:${indent}[^\\s-]|(?!${indent})[ \\t]*[^\\s#])`, 'gm');
  next.lastIndex = match.index + match[0].length;
  return text.slice(match.index, next.exec(text)?.index ?? text.length);
}

function readEntries(entries: readonly JsonValue[]): readonly IndexEntry[] {
  return entries.flatMap((entry) => {
    if (!isObject(entry)) return [];
    const version = textOf(entry['version']);
    const urls = entry['urls'];
    const digest = textOf(entry['digest'])?.replace(/^sha256:/, '');
    if (version === undefined || entry['removed'] === true || !Array.isArray(urls)) return [];
    const addresses = (urls as readonly JsonValue[]).filter((url) => typeof url === 'string');
    return [{ version, urls: addresses, digest }];
  });
}
