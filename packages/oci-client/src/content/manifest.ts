import { OciError } from '../errors/oci-error.js';
import { digestAlgorithm, digestOf, isDigest, type Digest } from '../reference/digest.js';
import type { Descriptor, ManifestContent, Platform } from './descriptor.js';
import { isIndexType, isManifestType, isSchema1Type, mediaTypes } from './media-types.js';

/** Largest manifest that is read or written. Distribution spec: "at least 4 megabytes"; ECR: exactly this. */
export const maxManifestSizeBytes = 4 * 1024 * 1024;

/** A list of manifests: OCI image index or docker manifest list. */
export interface IndexManifest {
  readonly kind: 'index';
  readonly manifests: readonly Descriptor[];
  readonly subject: Descriptor | undefined;
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** An image or artifact: blobs only. */
export interface ImageManifest {
  readonly kind: 'image';
  /** `undefined` only for the withdrawn OCI artifact manifest. */
  readonly config: Descriptor | undefined;
  readonly layers: readonly Descriptor[];
  readonly subject: Descriptor | undefined;
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A manifest's content, checked. */
export type Manifest = IndexManifest | ImageManifest;

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(what: string): OciError {
  return new OciError(`invalid manifest: ${what}`, { code: 'OCI_INVALID_MANIFEST' });
}

function parseJsonObject(bytes: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw invalid('it is not JSON');
  }
  if (!isObject(value)) throw invalid('it is not a JSON object');
  return value;
}

function stringMap(value: unknown, where: string): Readonly<Record<string, string>> | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw invalid(`${where} is not an object`);
  const entries = Object.entries(value);
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
    throw invalid(`${where} has a value that is not a string`);
  }
  return Object.fromEntries(entries);
}

function readPlatform(value: unknown, where: string): Platform | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw invalid(`${where} is not an object`);
  const { os, architecture, variant, 'os.version': osVersion } = value;
  if (typeof os !== 'string' || typeof architecture !== 'string') {
    throw invalid(`${where} has no os or architecture`);
  }
  return {
    os,
    architecture,
    variant: typeof variant === 'string' ? variant : undefined,
    osVersion: typeof osVersion === 'string' ? osVersion : undefined,
  };
}

function readDescriptor(value: unknown, where: string): Descriptor {
  if (!isObject(value)) throw invalid(`${where} is not a descriptor`);
  const { mediaType, digest, size, artifactType, urls } = value;
  if (typeof mediaType !== 'string' || mediaType === '') throw invalid(`${where} has no mediaType`);
  if (!isDigest(digest)) throw invalid(`${where} has an invalid digest`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw invalid(`${where} has an invalid size`);
  }
  return {
    mediaType,
    digest,
    size,
    platform: readPlatform(value['platform'], `${where}.platform`),
    artifactType: typeof artifactType === 'string' ? artifactType : undefined,
    annotations: stringMap(value['annotations'], `${where}.annotations`),
    urls: Array.isArray(urls) ? urls.filter((url) => typeof url === 'string') : undefined,
  };
}

function readDescriptors(value: unknown, where: string): readonly Descriptor[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid(`${where} is not a list`);
  return value.map((entry, index) => readDescriptor(entry, `${where}[${index}]`));
}

function refuseSchema1(): never {
  throw new OciError('the image is in docker schema 1, which cannot be copied', {
    code: 'OCI_UNSUPPORTED_CONTENT',
    hint: 'rebuild or re-push the image with any current tool: schema 1 was withdrawn in 2017',
  });
}

/**
 * What type of manifest some bytes are, from the registry's Content-Type and the body. A generic type
 * (`text/plain`, `application/json`, none) leaves it to the body: its `mediaType`, else its fields.
 * @throws OciError `OCI_INVALID_MANIFEST` when header and body disagree or nothing tells the type.
 */
export function manifestMediaType(contentType: string | undefined, bytes: Uint8Array): string {
  const header = contentType?.split(';', 1)[0]?.trim().toLowerCase() || undefined;
  if (header !== undefined && isSchema1Type(header)) refuseSchema1();
  const body = parseJsonObject(bytes);
  const inside = body['mediaType'];
  if (inside !== undefined && typeof inside !== 'string') throw invalid('its mediaType is not a string');
  if (header !== undefined && isManifestType(header)) {
    // Distribution spec, "Pulling manifests": both MUST be the same (GHSA-mc8v-mgrf-8f4m).
    if (inside !== undefined && inside !== '' && inside !== header) {
      throw invalid(`served as ${header}, but it says ${inside}`);
    }
    return header;
  }
  if (inside !== undefined && inside !== '') return inside;
  if (body['schemaVersion'] === 1) refuseSchema1();
  if (Array.isArray(body['manifests'])) return mediaTypes.ociIndex;
  if (isObject(body['config']) || Array.isArray(body['layers'])) return mediaTypes.ociManifest;
  throw invalid('nothing in it tells its type');
}

/**
 * Reads a manifest. Strict where a mistake would copy the wrong thing, silent about what it does not know:
 * unknown media types are opaque content (image-spec: "MUST NOT error").
 * @throws OciError `OCI_INVALID_MANIFEST`; `OCI_UNSUPPORTED_CONTENT` for docker schema 1 and unknown manifest types.
 */
export function parseManifest(content: ManifestContent): Manifest {
  if (isSchema1Type(content.mediaType)) refuseSchema1();
  const body = parseJsonObject(content.bytes);
  if (body['schemaVersion'] === 1) refuseSchema1();
  if (body['schemaVersion'] !== undefined && body['schemaVersion'] !== 2)
    throw invalid('its schemaVersion is not 2');
  const shared = {
    subject: isObject(body['subject']) ? readDescriptor(body['subject'], 'subject') : undefined,
    artifactType: typeof body['artifactType'] === 'string' ? body['artifactType'] : undefined,
    annotations: stringMap(body['annotations'], 'annotations') ?? {},
  };
  // CVE-2021-41190: what is both an index and an image means different things to different readers.
  if (body['manifests'] !== undefined && (body['layers'] !== undefined || body['config'] !== undefined)) {
    throw invalid('it has both manifests and layers');
  }
  if (isIndexType(content.mediaType)) {
    if (!Array.isArray(body['manifests'])) throw invalid('an index without manifests');
    return { kind: 'index', manifests: readDescriptors(body['manifests'], 'manifests'), ...shared };
  }
  if (body['manifests'] !== undefined) throw invalid(`manifests in a ${content.mediaType}`);
  if (content.mediaType === mediaTypes.ociArtifact) {
    return { kind: 'image', config: undefined, layers: readDescriptors(body['blobs'], 'blobs'), ...shared };
  }
  if (content.mediaType !== mediaTypes.ociManifest && content.mediaType !== mediaTypes.dockerManifest) {
    throw new OciError(`manifests of type ${content.mediaType} cannot be copied`, {
      code: 'OCI_UNSUPPORTED_CONTENT',
    });
  }
  return {
    kind: 'image',
    config: readDescriptor(body['config'], 'config'),
    layers: readDescriptors(body['layers'], 'layers'),
    ...shared,
  };
}

/** What becomes of one manifest of an index: left as it is, left out, or replaced (a nested index that was filtered). */
export type IndexEdit = 'keep' | 'drop' | { readonly digest: Digest; readonly size: number };

/**
 * An index with some of its manifests left out or replaced: every other field and descriptor stays as it was, in
 * the same order, so that the same choice from the same index always has the same digest. The bytes are those
 * received when nothing changes.
 */
export function editIndex(content: ManifestContent, edit: (position: number) => IndexEdit): ManifestContent {
  const body = parseJsonObject(content.bytes);
  const manifests: readonly unknown[] = Array.isArray(body['manifests']) ? body['manifests'] : [];
  const edits = manifests.map((_, position) => edit(position));
  if (edits.every((each) => each === 'keep')) return content;
  const kept = manifests.flatMap((entry, position) => {
    const each = edits[position];
    if (each === 'drop' || each === undefined) return [];
    return each === 'keep' || !isObject(entry)
      ? [entry]
      : [{ ...entry, digest: each.digest, size: each.size }];
  });
  const bytes = new TextEncoder().encode(JSON.stringify({ ...body, manifests: kept }));
  return { mediaType: content.mediaType, digest: digestOf(bytes, digestAlgorithm(content.digest)), bytes };
}

/** What an image configuration says of its image. */
export interface ImageConfigFacts {
  /** `undefined` when it names no os and architecture. */
  readonly platform: Platform | undefined;
  /** Creation date; `undefined` when it is missing or not a date. */
  readonly created: Date | undefined;
}

/** Reads platform and creation date from an image configuration. @throws OciError `OCI_INVALID_MANIFEST` */
export function parseImageConfig(bytes: Uint8Array): ImageConfigFacts {
  const { os, architecture, variant, created, 'os.version': osVersion } = parseJsonObject(bytes);
  const known =
    typeof os === 'string' && os !== '' && typeof architecture === 'string' && architecture !== '';
  const date = typeof created === 'string' ? new Date(created) : undefined;
  return {
    platform: known
      ? {
          os,
          architecture,
          variant: typeof variant === 'string' ? variant : undefined,
          osVersion: typeof osVersion === 'string' ? osVersion : undefined,
        }
      : undefined,
    created: date === undefined || Number.isNaN(date.getTime()) ? undefined : date,
  };
}
