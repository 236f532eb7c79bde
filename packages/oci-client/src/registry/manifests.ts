import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { CallOptions, PushManifestOptions, PushedManifest } from '../content/store.js';
import type { Descriptor, ManifestContent } from '../content/descriptor.js';
import { manifestMediaType } from '../content/manifest.js';
import { manifestAccept } from '../content/media-types.js';
import { OciError } from '../errors/oci-error.js';
import { digestAlgorithm, digestOf, isDigest, type Digest } from '../reference/digest.js';
import { header, type HttpResponse } from '../transport/http-message.js';
import { discardBody, readBody } from '../transport/read-body.js';
import { hasCode, readFailure, type RegistryFailure } from './registry-error.js';
import type { RepositorySession } from './repository-session.js';

/** Largest manifest that is read: what registries must take. Distribution spec, "Pushing Manifests". */
const largestManifest = 4 * 1024 * 1024;

const accept = manifestAccept.join(', ');

const decoders = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);

function path(tagOrDigest: string): string {
  return `manifests/${tagOrDigest}`;
}

function describe(tagOrDigest: string, session: RepositorySession): string {
  return isDigest(tagOrDigest) ? `${session.name}@${tagOrDigest}` : `${session.name}:${tagOrDigest}`;
}

/** See {@link ContentSource.resolve}. */
export async function resolveManifest(
  session: RepositorySession,
  tagOrDigest: string,
  options: CallOptions = {},
): Promise<Descriptor | undefined> {
  const response = await session.send({
    method: 'HEAD',
    path: path(tagOrDigest),
    headers: { accept },
    signal: options.signal,
  });
  discardBody(response);
  if (response.status === 404) return undefined;
  if (response.status === 200) {
    const described = describeAnswer(response, tagOrDigest);
    if (described !== undefined) return described;
  }
  if (response.status === 429 || response.status >= 500) {
    throw await session.failure(response, `resolve ${describe(tagOrDigest, session)}`);
  }
  // No digest in the answer, HEAD not implemented (405), or an error whose text only a GET shows.
  return await resolveByFetching(session, tagOrDigest, options);
}

function describeAnswer(response: HttpResponse, tagOrDigest: string): Descriptor | undefined {
  const digest = header(response, 'docker-content-digest');
  const mediaType = contentType(response);
  if (!isDigest(digest) || mediaType === '') return undefined;
  if (isDigest(tagOrDigest) && digest !== tagOrDigest) return undefined;
  return { mediaType, digest, size: declaredSize(response) ?? 0 };
}

async function resolveByFetching(
  session: RepositorySession,
  tagOrDigest: string,
  options: CallOptions,
): Promise<Descriptor | undefined> {
  const response = await getManifest(session, tagOrDigest, options);
  if (response.status === 404) {
    discardBody(response);
    return undefined;
  }
  const content = await readManifest(session, tagOrDigest, response);
  return { mediaType: content.mediaType, digest: content.digest, size: content.bytes.length };
}

/** See {@link ContentSource.fetchManifest}. */
export async function fetchManifest(
  session: RepositorySession,
  tagOrDigest: string,
  options: CallOptions = {},
): Promise<ManifestContent> {
  const content = await readManifest(session, tagOrDigest, await getManifest(session, tagOrDigest, options));
  return { ...content, mediaType: manifestMediaType(content.mediaType, content.bytes) };
}

function getManifest(
  session: RepositorySession,
  tagOrDigest: string,
  options: CallOptions,
): Promise<HttpResponse> {
  return session.send({
    method: 'GET',
    path: path(tagOrDigest),
    headers: { accept },
    signal: options.signal,
  });
}

/** A manifest as it was served: its media type is what the header says, and may be empty. */
async function readManifest(
  session: RepositorySession,
  tagOrDigest: string,
  response: HttpResponse,
): Promise<ManifestContent> {
  const what = describe(tagOrDigest, session);
  if (response.status !== 200) throw await session.failure(response, `fetch the manifest ${what}`);
  const bytes = await decode(
    response,
    await readBody(response, largestManifest, `the manifest ${what}`),
    what,
  );
  const wanted = isDigest(tagOrDigest) ? tagOrDigest : undefined;
  const digest = digestOf(bytes, wanted === undefined ? 'sha256' : digestAlgorithm(wanted));
  if (wanted !== undefined && digest !== wanted) {
    throw new OciError(`the manifest ${what} has the digest ${digest}`, {
      code: 'OCI_DIGEST_MISMATCH',
      hint: 'the registry, or a proxy before it, holds damaged content',
    });
  }
  return { mediaType: contentType(response), digest, bytes };
}

/** The body without a content encoding: some registries apply one that was not asked for (Harbor). */
async function decode(response: HttpResponse, body: Buffer, what: string): Promise<Buffer> {
  const encoding = (header(response, 'content-encoding') ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return body;
  const decoder = decoders.get(encoding);
  if (decoder === undefined) {
    throw new OciError(`the manifest ${what} came in the unknown encoding "${encoding}"`, {
      code: 'OCI_REGISTRY',
    });
  }
  try {
    return await decoder(body, { maxOutputLength: largestManifest });
  } catch (cause) {
    throw new OciError(`the manifest ${what} cannot be decoded from ${encoding}, or is too large`, {
      code: 'OCI_REGISTRY',
      cause,
    });
  }
}

/** See {@link ContentDestination.pushManifest}. */
export async function pushManifest(
  session: RepositorySession,
  content: ManifestContent,
  options: PushManifestOptions = {},
): Promise<PushedManifest> {
  const name = options.tag ?? content.digest;
  await session.knowledge.manifestTurn(options.signal);
  const response = await session.send({
    method: 'PUT',
    path: path(name),
    headers: { 'content-type': content.mediaType },
    body: content.bytes,
    signal: options.signal,
  });
  if (response.status >= 200 && response.status <= 204) {
    discardBody(response);
    const digest = header(response, 'docker-content-digest');
    return {
      digest: isDigest(digest) ? digest : undefined,
      subjectProcessed: header(response, 'oci-subject') !== undefined,
    };
  }
  const failure = await readFailure(response);
  if (options.tag !== undefined && isImmutable(failure)) {
    return await settleImmutableTag(session, content.digest, options.tag, failure, options);
  }
  throw pushError(session, failure, describe(name, session));
}

/** ECR and Docker Hub: TAG_INVALID; Harbor: 412; others: 409. */
function isImmutable(failure: RegistryFailure): boolean {
  if (failure.status === 412 || failure.status === 409) return true;
  return (
    hasCode(failure, 'TAG_INVALID', 'TAG_IMMUTABLE') ||
    (failure.status < 500 && /\bimmutable\b/i.test(failure.text))
  );
}

/** A tag that cannot be moved is no failure when it is where it should be: ECR refuses even the same digest. */
async function settleImmutableTag(
  session: RepositorySession,
  digest: Digest,
  tag: string,
  failure: RegistryFailure,
  options: CallOptions,
): Promise<PushedManifest> {
  const present = await resolveManifest(session, tag, options);
  if (present?.digest === digest) return { digest, subjectProcessed: false };
  const refusal = session.failureOf(failure, `push ${describe(tag, session)}`);
  throw new OciError(`the tag ${describe(tag, session)} is immutable and has other content`, {
    code: 'OCI_TAG_IMMUTABLE',
    hint: 'choose another tag, or allow tags of this repository to be moved',
    status: failure.status,
    registryCodes: refusal.registryCodes,
    cause: refusal,
  });
}

function pushError(session: RepositorySession, failure: RegistryFailure, what: string): OciError {
  const general = session.failureOf(failure, `push the manifest ${what}`);
  const details = {
    status: failure.status,
    registryCodes: general.registryCodes,
    cause: general,
  };
  if (hasCode(failure, 'MANIFEST_BLOB_UNKNOWN', 'BLOB_UPLOAD_UNKNOWN', 'BLOB_UNKNOWN', 'MANIFEST_UNKNOWN')) {
    return new OciError(`${general.message}: the destination misses content it refers to`, {
      ...details,
      code: 'OCI_UPLOAD_FAILED',
      retryable: true,
    });
  }
  if (failure.status === 413) {
    return new OciError(`${general.message}: it is too large for the registry`, {
      ...details,
      code: 'OCI_TOO_LARGE',
    });
  }
  if (
    hasCode(failure, 'UNSUPPORTED', 'MANIFEST_INVALID') ||
    failure.status === 405 ||
    failure.status === 415
  ) {
    return new OciError(general.message, {
      ...details,
      code: 'OCI_UNSUPPORTED_CONTENT',
      hint: 'the destination does not take manifests of this kind',
    });
  }
  if (general.code !== 'OCI_REGISTRY' || general.retryable) return general;
  return new OciError(general.message, { ...details, code: 'OCI_UPLOAD_FAILED' });
}

/** The media type without parameters, in lower case; empty when the registry named none. */
export function contentType(response: Pick<HttpResponse, 'headers'>): string {
  const [type = ''] = (header(response, 'content-type') ?? '').split(';');
  return type.trim().toLowerCase();
}

/** The size the registry announced, if it did. */
export function declaredSize(response: Pick<HttpResponse, 'headers'>): number | undefined {
  const value = header(response, 'content-length');
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}
