import { isDigest, type Digest } from '@oci-sync/oci-client';
import { readManifestBody, type ManifestFacts } from '../content/read-manifest-body.js';
import { algorithmOf, computeDigest } from '../content/running-digest.js';
import type { RegistryRequest, RegistryResponse } from '../http/exchange.js';
import { emptyResponse } from '../http/json-response.js';
import { readBody } from '../http/read-body.js';
import { RegistryError } from '../http/registry-error.js';
import { methodNotAllowed, requireDigest, type HandlerContext } from './context.js';

const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** Most `tag` parameters of one push; the specification asks for at least ten. */
const tagParameters = 32;

/** GET, HEAD, PUT and DELETE of `/v2/<name>/manifests/<reference>`. */
export async function handleManifest(
  context: HandlerContext,
  request: RegistryRequest,
  repository: string,
  reference: string,
): Promise<RegistryResponse> {
  if (reference.includes(':')) requireDigest(reference);
  else if (request.method === 'PUT') requireTag(reference);
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return pull(context, request, repository, reference);
    case 'PUT':
      return push(context, request, repository, reference);
    case 'DELETE': {
      const { content } = context;
      const deleted = isDigest(reference)
        ? await content.deleteManifest(repository, reference)
        : await content.deleteTag(repository, reference);
      if (!deleted) throw manifestUnknown(repository, reference);
      return emptyResponse(202);
    }
    default:
      throw methodNotAllowed();
  }
}

async function pull(
  { content }: HandlerContext,
  request: RegistryRequest,
  repository: string,
  reference: string,
): Promise<RegistryResponse> {
  const digest = isDigest(reference) ? reference : content.resolveTag(repository, reference);
  const manifest = digest === undefined ? undefined : content.manifest(repository, digest);
  if (!manifest) throw manifestUnknown(repository, reference);
  const etag = `"${manifest.digest}"`;
  if (request.headers['if-none-match'] === etag) return emptyResponse(304, { etag });
  const headers = {
    'content-type': manifest.mediaType,
    'content-length': String(manifest.sizeBytes),
    'docker-content-digest': manifest.digest,
    etag,
  };
  if (request.method === 'HEAD') return emptyResponse(200, headers);
  return { status: 200, headers, body: await content.readManifest(repository, manifest.digest) };
}

async function push(
  context: HandlerContext,
  request: RegistryRequest,
  repository: string,
  reference: string,
): Promise<RegistryResponse> {
  const { content, bounds } = context;
  const tags = isDigest(reference) ? request.query.getAll('tag').map(requireTag) : [reference];
  if (tags.length > tagParameters) {
    throw new RegistryError(414, 'TAG_INVALID', `more than ${tagParameters} tags in one push`);
  }
  const bytes = await readBody(request.body, bounds.manifestBytes);
  const facts = readManifestBody(bytes);
  if (facts.problem !== undefined) throw new RegistryError(400, 'MANIFEST_INVALID', facts.problem);
  const digest = isDigest(reference) ? reference : computeDigest(bytes);
  if (computeDigest(bytes, algorithmOf(digest)) !== digest) {
    throw new RegistryError(400, 'DIGEST_INVALID', 'the manifest does not have the digest given');
  }
  const mediaType = agreedMediaType(request.headers['content-type'], facts.mediaType);
  checkReferences(context, repository, facts);
  await content.putManifest(repository, bytes, { mediaType, tags, digest });
  return emptyResponse(201, {
    location: `/v2/${repository}/manifests/${digest}`,
    'docker-content-digest': digest,
    ...(facts.subject === undefined ? {} : { 'oci-subject': facts.subject }),
    ...(isDigest(reference) && tags.length > 0 ? { 'oci-tag': tags } : {}),
  });
}

/** Content-Type and the body's `mediaType` have to agree where both are given (distribution-spec, end-7). */
function agreedMediaType(header: string | undefined, field: string | undefined): string {
  const type = header?.split(';', 1)[0]?.trim().toLowerCase();
  const mediaType = type === undefined || type === '' ? field : type;
  if (mediaType === undefined) {
    throw new RegistryError(400, 'MANIFEST_INVALID', 'neither Content-Type nor mediaType is given');
  }
  if (field !== undefined && field.toLowerCase() !== mediaType.toLowerCase()) {
    throw new RegistryError(400, 'MANIFEST_INVALID', 'Content-Type and mediaType disagree');
  }
  return mediaType;
}

/** Blobs and children have to be there; a subject need not be. */
function checkReferences({ content }: HandlerContext, repository: string, facts: ManifestFacts): void {
  const missing = [
    ...facts.blobs.filter((digest) => !content.blob(repository, digest)),
    ...facts.children.filter((digest) => !content.manifest(repository, digest)),
  ];
  if (missing.length === 0) return;
  throw new RegistryError(404, 'MANIFEST_BLOB_UNKNOWN', 'the manifest names content that is not here', {
    detail: missing.slice(0, 100).map((digest: Digest) => ({ digest })),
  });
}

function requireTag(tag: string): string {
  if (tagPattern.test(tag)) return tag;
  throw new RegistryError(400, 'TAG_INVALID', 'the tag is not valid');
}

function manifestUnknown(repository: string, reference: string): RegistryError {
  return new RegistryError(404, 'MANIFEST_UNKNOWN', 'manifest unknown', {
    detail: { name: repository, reference },
  });
}
