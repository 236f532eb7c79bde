import type { CallOptions, ListedTag, ListTagsOptions } from '../content/store.js';
import { OciError } from '../errors/oci-error.js';
import { headerValues, type HttpResponse } from '../transport/http-message.js';
import { isDigest, type Digest } from '../reference/digest.js';
import { nextLink } from '../transport/link-header.js';
import { resolveLocation } from '../transport/location.js';
import { discardBody, readBody } from '../transport/read-body.js';
import { hasCode, readFailure } from './registry-error.js';
import type { RepositorySession } from './repository-session.js';

const largestPage = 16 * 1024 * 1024;
const mostPages = 10_000;

/** A tag as it may be. Distribution spec, "Pulling manifests"; what is none (Artifactory lists digests) is left out. */
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** With these, registries refuse a page size they do not take: ECR 405, quay 413. */
const pageSizeRefusals = new Set([400, 405, 413, 422]);

/** See {@link ContentSource.listTags}. */
export async function* listTags(
  session: RepositorySession,
  options: ListTagsOptions = {},
): AsyncGenerator<string> {
  for await (const { tag } of listTagDigests(session, options)) yield tag;
}

/** See {@link ContentSource.listTagDigests}. */
export async function* listTagDigests(
  session: RepositorySession,
  options: ListTagsOptions = {},
): AsyncGenerator<ListedTag> {
  const pageSize = Math.min(options.pageSize ?? 1000, session.profile.tagPageSize ?? 1000);
  const first = await session.url(`tags/list?n=${pageSize}`);
  const visited = new Set([first.href]);
  const seen = new Set<string>();
  let response = await getPage(session, first, options);
  let sized = true;
  if (pageSizeRefusals.has(response.status)) {
    discardBody(response);
    response = await getPage(session, await session.url('tags/list'), options);
    sized = false;
  }
  for (;;) {
    const { tags, digests } = await readPage(session, response);
    const known = seen.size;
    for (const tag of tags) {
      if (seen.has(tag)) continue;
      seen.add(tag);
      if (tagPattern.test(tag)) yield { tag, digest: digests.get(tag) };
    }
    const link = nextLink(headerValues(response, 'link'));
    let next: URL;
    if (link !== undefined) {
      next = linkedPage(session, response, link);
    } else if (sized && tags.length >= pageSize && seen.size > known) {
      // Some registries cut a page without saying that there is another (crane's).
      const last = encodeURIComponent(tags.at(-1) ?? '');
      next = await session.url(`tags/list?n=${pageSize}&last=${last}`);
    } else {
      return;
    }
    if (visited.has(next.href) || visited.size >= mostPages) {
      throw new OciError(`the tag list of ${session.name} does not end`, { code: 'OCI_REGISTRY' });
    }
    visited.add(next.href);
    response = await getPage(session, next, options);
  }
}

function getPage(session: RepositorySession, url: URL, options: CallOptions): Promise<HttpResponse> {
  return session.send({ method: 'GET', url, signal: options.signal });
}

interface TagPage {
  readonly tags: readonly string[];
  /** Digests by tag, where the page tells them. */
  readonly digests: ReadonlyMap<string, Digest>;
}

async function readPage(session: RepositorySession, response: HttpResponse): Promise<TagPage> {
  const what = `the tag list of ${session.name}`;
  if (response.status !== 200) throw await session.failure(response, `read ${what}`);
  const text = (await readBody(response, largestPage, what)).toString('utf8');
  let page: unknown;
  try {
    page = JSON.parse(text);
  } catch (cause) {
    throw new OciError(`${what} is not JSON`, { code: 'OCI_REGISTRY', cause });
  }
  const { tags, manifest }: Readonly<Record<string, unknown>> =
    typeof page === 'object' && page !== null ? { ...page } : {};
  return {
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
    digests: readDigests(manifest),
  };
}

/** GAR and GCR add `manifest`: by digest, its tags among other things. */
function readDigests(manifest: unknown): ReadonlyMap<string, Digest> {
  const digests = new Map<string, Digest>();
  if (typeof manifest !== 'object' || manifest === null) return digests;
  for (const [digest, facts] of Object.entries(manifest) as Iterable<[string, unknown]>) {
    if (!isDigest(digest) || typeof facts !== 'object' || facts === null || !('tag' in facts)) continue;
    const tags: unknown = facts.tag;
    if (!Array.isArray(tags)) continue;
    for (const tag of tags) if (typeof tag === 'string') digests.set(tag, digest);
  }
  return digests;
}

/**
 * The page a link leads to. Only its query counts: Artifactory's links lack the name of a virtual repository in
 * their path (RTFACT-18971), and a tag list is always where it is.
 * @throws OciError `OCI_REFUSED_REDIRECT` when it leads to another host.
 */
function linkedPage(session: RepositorySession, response: HttpResponse, link: string): URL {
  const target = resolveLocation(response.url, link, 'link');
  if (target.origin !== response.url.origin) {
    throw new OciError(`the tag list of ${session.name} goes on at another host, ${target.host}`, {
      code: 'OCI_REFUSED_REDIRECT',
    });
  }
  const next = new URL(response.url);
  next.search = target.search;
  return next;
}

/** See {@link ContentDestination.repositoryExists}. */
export async function repositoryExists(
  session: RepositorySession,
  options: CallOptions = {},
): Promise<boolean | undefined> {
  const response = await session.send({ method: 'GET', path: 'tags/list?n=1', signal: options.signal });
  if (response.status === 200) {
    discardBody(response);
    return true;
  }
  const failure = await readFailure(response);
  // A 404 of another kind may be a registry without tag lists, or an empty repository.
  return hasCode(failure, 'NAME_UNKNOWN') ? false : undefined;
}
