import type { JsonObject } from '@oci-sync/helm-template';
import { isObject, textOf } from '../json/json-access.js';

/** An image that an object spells in parts. */
export interface ImageParts {
  /** Registry and repository. */
  readonly name: string;
  readonly tag: string | undefined;
  /** Complete, with its algorithm. */
  readonly digest: string | undefined;
}

/**
 * The image an object spells as `repository` with `registry`, `tag` (or `version`) and `digest` (or `sha`).
 * Below a key that ends in `image`, the repository may also be called `name` or `image`.
 *
 * @param key the key the object stands at
 * @param isVersioned whether the object has to have a tag or digest, if only an empty one
 * @returns `undefined` when the object has no such parts; `tag` and `digest` both `undefined` when they are empty
 */
export function readImageParts(object: JsonObject, key: string, isVersioned = true): ImageParts | undefined {
  const belowImage = /image$/i.test(key);
  const repository =
    textOf(object['repository']) ??
    (belowImage ? (textOf(object['name']) ?? textOf(object['image'])) : undefined);
  const hasVersion =
    (!isVersioned && (belowImage || Object.hasOwn(object, 'registry'))) ||
    ['tag', 'digest', 'sha'].some((part) => Object.hasOwn(object, part)) ||
    (Object.hasOwn(object, 'version') && (belowImage || Object.hasOwn(object, 'registry')));
  // With `chart` or `url` the repository is one of charts or of git.
  if (repository === undefined || !hasVersion || Object.hasOwn(object, 'chart')) return undefined;
  if (isObject(object['repository'])) return undefined;
  const registry = textOf(object['registry'])?.replace(/\/+$/, '');
  const isPrefixed = registry === undefined || repository.startsWith(`${registry}/`);
  const digest = textOf(object['digest']) ?? textOf(object['sha']);
  return {
    name: isPrefixed ? repository : `${registry}/${repository}`,
    tag: (textOf(object['tag']) ?? textOf(object['version']))?.replace(/^:/, ''),
    digest: digest === undefined ? undefined : completeDigest(digest),
  };
}

/** The parts as one text. */
export function joinImageParts({ name, tag, digest }: ImageParts): string {
  const isWhole = /@|:[^/]*$/.test(name);
  if (isWhole) return digest === undefined || name.includes('@') ? name : `${name}@${digest}`;
  return `${name}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

function completeDigest(text: string): string {
  return /^[a-f0-9]{64}$/.test(text) ? `sha256:${text}` : text.replace(/^@/, '');
}
