import type { CallOptions, ListTagsOptions } from '../content/store.js';
import { OciError } from '../errors/oci-error.js';
import { headerValues, type HttpResponse } from '../transport/http-message.js';
import { nextLink } from '../transport/link-header.js';
import { resolveLocation } from '../transport/location.js';
import { discardBody, readBody } from '../transport/response-body.js';
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
    const page = await readPage(session, response);
    const known = seen.size;
    for (const tag of page) {
      if (seen.has(tag)) continue;
      seen.add(tag);
      if (tagPattern.test(tag)) yield tag;
    }
    const link = nextLink(headerValues(response, 'link'));
    let next: URL;
    if (link !== undefined) {
      next = linkedPage(session, response, link);
    } else if (sized && page.length >= pageSize && seen.size > known) {
      // Some registries cut a page without saying that there is another (crane's).
      const last = encodeURIComponent(page.at(-1) ?? '');
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

async function readPage(session: RepositorySession, response: HttpResponse): Promise<readonly string[]> {
  const what = `the tag list of ${session.name}`;
  if (response.status !== 200) throw await session.failure(response, `read ${what}`);
  const text = (await readBody(response, largestPage, what)).toString('utf8');
  let page: unknown;
  try {
    page = JSON.parse(text);
  } catch (cause) {
    throw new OciError(`${what} is not JSON`, { code: 'OCI_REGISTRY', cause });
  }
  const tags: unknown = typeof page === 'object' && page !== null && 'tags' in page ? page.tags : undefined;
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
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
