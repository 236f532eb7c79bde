import type { ListReferrersOptions, Referrers } from '../content/store.js';
import type { Descriptor } from '../content/descriptor.js';
import { mediaTypes } from '../content/media-types.js';
import { OciError, isOciError } from '../errors/oci-error.js';
import { isDigest, type Digest } from '../reference/digest.js';
import { headerValues, type HttpResponse } from '../transport/http-message.js';
import { nextLink } from '../transport/link-header.js';
import { resolveLocation } from '../transport/location.js';
import { readBody } from '../transport/read-body.js';
import { contentType, fetchManifest } from './manifests.js';
import { hasCode, readFailure } from './registry-error.js';
import type { RepositorySession } from './repository-session.js';

const largestPage = 4 * 1024 * 1024;
const mostPages = 1000;

/** See {@link ContentSource.listReferrers}. */
export async function listReferrers(
  session: RepositorySession,
  digest: Digest,
  options: ListReferrersOptions = {},
): Promise<Referrers> {
  const fromApi =
    session.knowledge.referrersApi === false ? undefined : await askApi(session, digest, options);
  const descriptors = fromApi ?? (await readFallbackTag(session, digest, options));
  const wanted = options.artifactType;
  return {
    from: fromApi === undefined ? 'tag' : 'api',
    // Filtering is optional for registries (`OCI-Filters-Applied`), so it is done here in any case.
    descriptors:
      wanted === undefined ? descriptors : descriptors.filter((item) => item.artifactType === wanted),
  };
}

/** What the referrers API says, all pages; `undefined` when the registry has none. */
async function askApi(
  session: RepositorySession,
  digest: Digest,
  options: ListReferrersOptions,
): Promise<readonly Descriptor[] | undefined> {
  const filter =
    options.artifactType === undefined ? '' : `?artifactType=${encodeURIComponent(options.artifactType)}`;
  const found: Descriptor[] = [];
  const visited = new Set<string>();
  let url = await session.url(`referrers/${digest}${filter}`);
  for (;;) {
    visited.add(url.href);
    const response = await session.send({
      method: 'GET',
      url,
      headers: { accept: mediaTypes.ociIndex },
      signal: options.signal,
    });
    if (!(await isReferrersAnswer(session, response, digest))) return undefined;
    const body = await readBody(response, largestPage, `the referrers of ${session.name}@${digest}`);
    found.push(...parseDescriptors(body));
    const link = nextLink(headerValues(response, 'link'));
    if (link === undefined) return found;
    url = resolveLocation(response.url, link, 'link');
    if (url.origin !== response.url.origin || visited.has(url.href) || visited.size >= mostPages) {
      throw new OciError(`the referrers of ${session.name}@${digest} do not end, or go on at another host`, {
        code: 'OCI_REFUSED_REDIRECT',
      });
    }
  }
}

/**
 * Whether an answer comes from a referrers API: 200 with an index. A 404 means there is none, and so do 400
 * (quay issue 3071), 405 and pages of HTML with a 200; a missing repository is another matter.
 */
async function isReferrersAnswer(
  session: RepositorySession,
  response: HttpResponse,
  digest: Digest,
): Promise<boolean> {
  if (response.status === 200 && contentType(response) === mediaTypes.ociIndex) {
    session.knowledge.referrersApi = true;
    return true;
  }
  const failure = await readFailure(response);
  const absent = [200, 400, 404, 405, 406, 501].includes(failure.status) && !hasCode(failure, 'NAME_UNKNOWN');
  if (!absent) throw session.failureOf(failure, `list the referrers of ${session.name}@${digest}`);
  session.knowledge.referrersApi ??= false;
  return false;
}

/** What clients noted under the fallback tag. Distribution spec, "Referrers Tag Schema". */
async function readFallbackTag(
  session: RepositorySession,
  digest: Digest,
  options: ListReferrersOptions,
): Promise<readonly Descriptor[]> {
  try {
    const index = await fetchManifest(session, digest.replace(':', '-').slice(0, 128), options);
    return index.mediaType === mediaTypes.ociIndex ? parseDescriptors(index.bytes) : [];
  } catch (error) {
    if (isOciError(error, 'OCI_NOT_FOUND')) return [];
    throw error;
  }
}

function parseDescriptors(body: Uint8Array): readonly Descriptor[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch (cause) {
    throw new OciError('a list of referrers is not JSON', { code: 'OCI_INVALID_MANIFEST', cause });
  }
  const list: unknown =
    typeof parsed === 'object' && parsed !== null && 'manifests' in parsed ? parsed.manifests : undefined;
  return Array.isArray(list) ? list.flatMap((item: unknown) => parseDescriptor(item) ?? []) : [];
}

function parseDescriptor(item: unknown): Descriptor | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const { mediaType, digest, size, artifactType, annotations } = item as Readonly<Record<string, unknown>>;
  if (typeof mediaType !== 'string' || !isDigest(digest)) return undefined;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return undefined;
  return {
    mediaType,
    digest,
    size,
    ...(typeof artifactType === 'string' ? { artifactType } : {}),
    ...(isStringRecord(annotations) ? { annotations } : {}),
  };
}

function isStringRecord(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === 'string')
  );
}
