/**
 * Every code an {@link OciError} can carry. Codes are API: they are never renamed, only added.
 *
 * | code | meaning |
 * | --- | --- |
 * | `OCI_INVALID_REFERENCE` | a reference, repository, tag or digest is malformed |
 * | `OCI_INVALID_OPTION` | an option has a value that cannot be used |
 * | `OCI_NOT_FOUND` | the manifest, tag or blob is not there |
 * | `OCI_REPOSITORY_MISSING` | the repository is not there (NAME_UNKNOWN) |
 * | `OCI_UNAUTHORIZED` | no credentials, or the registry does not accept them |
 * | `OCI_DENIED` | authenticated, but not permitted |
 * | `OCI_CREDENTIALS` | credentials could not be obtained (helper, file, AWS chain) |
 * | `OCI_RATE_LIMITED` | 429 (or a registry's own form of it) after all retries |
 * | `OCI_DIGEST_MISMATCH` | content does not hash to its digest |
 * | `OCI_SIZE_MISMATCH` | content is longer or shorter than its descriptor says |
 * | `OCI_INVALID_MANIFEST` | a manifest is not JSON, ambiguous, or has malformed descriptors |
 * | `OCI_UNSUPPORTED_CONTENT` | content that cannot be copied (docker schema 1, too deep, refused by the destination) |
 * | `OCI_TOO_LARGE` | a manifest, page, token or header is above its bound |
 * | `OCI_PLATFORM_MISSING` | a requested platform is not in the source |
 * | `OCI_TAG_IMMUTABLE` | the destination tag exists with other content and cannot be moved |
 * | `OCI_REPOSITORY_CREATION` | the destination repository is missing and could not be created |
 * | `OCI_UPLOAD_FAILED` | a blob or manifest was refused by the destination |
 * | `OCI_REGISTRY` | the registry answered in a way that is against the protocol, or a server error after all retries |
 * | `OCI_NETWORK` | the host cannot be reached, or the connection was lost after all retries |
 * | `OCI_TLS` | the TLS handshake or the certificate check failed |
 * | `OCI_TIMEOUT` | connecting, waiting for an answer, or a stalled body took too long |
 * | `OCI_REFUSED_REDIRECT` | a redirect, upload location, link or realm breaks a safety rule |
 * | `OCI_LAYOUT` | an OCI image layout directory cannot be read or written |
 */
export type OciErrorCode =
  | 'OCI_INVALID_REFERENCE'
  | 'OCI_INVALID_OPTION'
  | 'OCI_NOT_FOUND'
  | 'OCI_REPOSITORY_MISSING'
  | 'OCI_UNAUTHORIZED'
  | 'OCI_DENIED'
  | 'OCI_CREDENTIALS'
  | 'OCI_RATE_LIMITED'
  | 'OCI_DIGEST_MISMATCH'
  | 'OCI_SIZE_MISMATCH'
  | 'OCI_INVALID_MANIFEST'
  | 'OCI_UNSUPPORTED_CONTENT'
  | 'OCI_TOO_LARGE'
  | 'OCI_PLATFORM_MISSING'
  | 'OCI_TAG_IMMUTABLE'
  | 'OCI_REPOSITORY_CREATION'
  | 'OCI_UPLOAD_FAILED'
  | 'OCI_REGISTRY'
  | 'OCI_NETWORK'
  | 'OCI_TLS'
  | 'OCI_TIMEOUT'
  | 'OCI_REFUSED_REDIRECT'
  | 'OCI_LAYOUT';
