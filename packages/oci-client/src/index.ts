export type { ContentCache } from './content/content-cache.js';
export type { Descriptor, ManifestContent, Platform } from './content/descriptor.js';
export type { ImageConfigFacts, ImageManifest, IndexManifest, Manifest } from './content/manifest.js';
export type {
  CallOptions,
  ContentSource,
  FetchBlobOptions,
  ListedTag,
  ListReferrersOptions,
  ListTagsOptions,
  Referrers,
} from './content/store.js';
export type { OciErrorCode } from './errors/codes.js';
export type { OciErrorDetails, Side } from './errors/oci-error.js';
export type { Digest, DigestAlgorithm } from './reference/digest.js';
export type { LayoutReference, Reference, RegistryReference } from './reference/reference.js';

export { manifestMediaType, parseImageConfig, parseManifest } from './content/manifest.js';
export { isImageConfigType, isIndexType, mediaTypes } from './content/media-types.js';
export { formatPlatform, normalizePlatform, parsePlatform, samePlatform } from './content/platform.js';
export { isOciError, OciError } from './errors/oci-error.js';
export { printable } from './errors/printable.js';
export { digestAlgorithm, digestHex, digestOf, isDigest, parseDigest } from './reference/digest.js';
export { formatReference } from './reference/format-reference.js';
export { isRegistry, isRepository, isTag } from './reference/name-rules.js';
export { parseReference, withDefaultTag } from './reference/parse-reference.js';
