import { isDigest, type Digest } from '@oci-sync/oci-client';

/** What a registry reads out of a manifest's JSON; whatever is missing or of the wrong type is left out. */
export interface ManifestFacts {
  readonly mediaType: string | undefined;
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly subject: Digest | undefined;
  /** Config and layers, foreign layers (those with `urls` or a non-distributable type) left out. */
  readonly blobs: readonly Digest[];
  readonly children: readonly Digest[];
  /** Why this is not a manifest that a registry takes; undefined when nothing is wrong. */
  readonly problem: string | undefined;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Reads a manifest. Never throws: what is wrong is said in `problem`. */
export function readManifestBody(bytes: Uint8Array): ManifestFacts {
  const json = parseObject(bytes);
  if (!json) return { ...nothing, problem: 'the manifest is not a JSON object' };
  const problems: string[] = [];
  if ('manifests' in json && ('layers' in json || 'config' in json)) {
    problems.push('the manifest is both an index and an image (GHSA-mc8v-mgrf-8f4m)');
  }
  const digestsOf = (field: string, values: readonly unknown[]): Digest[] =>
    values.flatMap((value) => {
      const digest = isObject(value) ? value['digest'] : undefined;
      if (isDigest(digest)) return [digest];
      problems.push(`${field} holds something that is not a descriptor with a valid digest`);
      return [];
    });
  const config = json['config'] === undefined ? [] : [json['config']];
  const layers = arrayOf(json['layers']).filter((layer) => !isForeign(layer));
  const subject = json['subject'] === undefined ? [] : digestsOf('subject', [json['subject']]);
  return {
    mediaType: stringOf(json['mediaType']),
    artifactType: stringOf(json['artifactType']) ?? configType(json['config']),
    annotations: annotationsOf(json['annotations']),
    subject: subject[0],
    blobs: [...digestsOf('config', config), ...digestsOf('layers', layers)],
    children: digestsOf('manifests', arrayOf(json['manifests'])),
    problem: problems[0],
  };
}

const nothing: Omit<ManifestFacts, 'problem'> = {
  mediaType: undefined,
  artifactType: undefined,
  annotations: undefined,
  subject: undefined,
  blobs: [],
  children: [],
};

function parseObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isForeign(layer: unknown): boolean {
  if (!isObject(layer)) return false;
  const mediaType = stringOf(layer['mediaType']) ?? '';
  const urls = layer['urls'];
  return /\.(?:foreign|nondistributable)\./.test(mediaType) || (Array.isArray(urls) && urls.length > 0);
}

function configType(config: unknown): string | undefined {
  return isObject(config) ? stringOf(config['mediaType']) : undefined;
}

function annotationsOf(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value).filter((entry): entry is [string, string] => {
    return typeof entry[1] === 'string';
  });
  return Object.fromEntries(entries);
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
