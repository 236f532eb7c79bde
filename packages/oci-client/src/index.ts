export type { RefusedCredential } from './auth/credential-chain.js';
export type { DockerLogin } from './auth/credentials/docker-login.js';
export type { Credential, CredentialProvider, CredentialRequest } from './auth/credentials/provider.js';
export type { ContentCache } from './content/content-cache.js';
export type { Descriptor, ManifestContent, Platform } from './content/descriptor.js';
export type { ImageConfigFacts, ImageManifest, IndexManifest, Manifest } from './content/manifest.js';
export type { CreateRepositoryRequest, RepositoryCreator } from './content/repository-creator.js';
export type {
  CallOptions,
  ContentDestination,
  ContentSource,
  FetchBlobOptions,
  ListedTag,
  ListReferrersOptions,
  ListTagsOptions,
  Referrers,
} from './content/store.js';
export type { CopyOptions } from './copy-image.js';
export type {
  CopierOptions,
  CopyAllOptions,
  CopyCallOptions,
  CopyOutcome,
  CopyRequest,
  CopySelection,
  PlanOutcome,
  SidedRequestEvent,
} from './copy-options.js';
export type { BlobCounts, CopyReport, ReferrersReport } from './copy/copy-report.js';
export type { CopyEvent, CopySubject } from './copy/events.js';
export type { MissingContent, VerifyReport } from './copy/verify-content.js';
export type { Copier } from './create-copier.js';
export type { OciErrorCode } from './errors/codes.js';
export type { CopyErrorDetails, CopyOperation } from './errors/copy-error.js';
export type { OciErrorDetails, Side } from './errors/oci-error.js';
export type { InspectedImage, InspectedManifest } from './inspect-image.js';
export type { CopyPlan, PlannedBlob, PlannedManifest } from './plan/predict-copy.js';
export type { Digest, DigestAlgorithm } from './reference/digest.js';
export type { LayoutReference, Reference, RegistryReference } from './reference/reference.js';
export type { RateLimit } from './registry/rate-limit.js';
export type { RegistryProfile } from './registry/registry-profile.js';
export type { HttpClient } from './transport/http-client.js';
export type { HttpMethod } from './transport/http-message.js';
export type {
  HostTlsOptions,
  HttpClientOptions,
  HttpTimeouts,
  ProxyOptions,
  RetryOptions,
} from './transport/http-options.js';

export { manifestMediaType, parseImageConfig, parseManifest } from './content/manifest.js';
export { isImageConfigType, isIndexType, mediaTypes } from './content/media-types.js';
export { formatPlatform, normalizePlatform, parsePlatform, samePlatform } from './content/platform.js';
export { defaultCredentialProviders, dockerConfigFile } from './auth/credentials/default-providers.js';
export { removeDockerLogin, saveDockerLogin } from './auth/credentials/docker-login.js';
export { explicitCredentials } from './auth/credentials/explicit-credentials.js';
export { defaultCacheDirectory } from './cache/default-cache-directory.js';
export { openContentCache } from './cache/open-content-cache.js';
export { scopedSignal } from './copy/scoped-signal.js';
export { copyImage } from './copy-image.js';
export { createCopier } from './create-copier.js';
export { CopyError, isCopyError } from './errors/copy-error.js';
export { isOciError, OciError } from './errors/oci-error.js';
export { printable } from './errors/printable.js';
export { digestAlgorithm, digestHex, digestOf, isDigest, parseDigest } from './reference/digest.js';
export { inspectImage } from './inspect-image.js';
export { formatReference } from './reference/format-reference.js';
export { isRegistry, isRepository, isTag } from './reference/name-rules.js';
export { parseReference, withDefaultTag } from './reference/parse-reference.js';
export { createHttpClient } from './transport/http-client.js';
export { readBody } from './transport/read-body.js';
export { checkLogin } from './registry/check-login.js';
export { proxyFromEnvironment } from './transport/proxy.js';
