import type { StoredManifest } from '../content/registry-content.js';
import type { RegistryRequest, RegistryResponse } from '../http/exchange.js';
import { jsonResponse } from '../http/json-response.js';
import { RegistryError } from '../http/registry-error.js';
import { requireDigest, requireGet, type HandlerContext } from './context.js';
import { linkHeader, selectPage } from './page.js';

const indexType = 'application/vnd.oci.image.index.v1+json';

/** GET of `/v2/_catalog`. */
export function handleCatalog(context: HandlerContext, request: RegistryRequest): RegistryResponse {
  requireGet(request);
  const page = selectPage(context.content.repositories(), request.query, context.bounds.pageSize);
  return jsonResponse(200, { repositories: page.items }, linkHeader('/v2/_catalog', page.next));
}

/** GET of `/v2/<name>/tags/list`. */
export function handleTags(
  { content, bounds }: HandlerContext,
  request: RegistryRequest,
  repository: string,
): RegistryResponse {
  requireGet(request);
  if (!content.hasRepository(repository)) {
    throw new RegistryError(404, 'NAME_UNKNOWN', 'repository name not known to registry', {
      detail: { name: repository },
    });
  }
  const page = selectPage(content.tags(repository), request.query, bounds.pageSize);
  const link = linkHeader(`/v2/${repository}/tags/list`, page.next);
  return jsonResponse(200, { name: repository, tags: page.items }, link);
}

/** GET of `/v2/<name>/referrers/<digest>`: always an index, empty when nothing refers to the digest. */
export function handleReferrers(
  { content, bounds }: HandlerContext,
  request: RegistryRequest,
  repository: string,
  digestText: string,
): RegistryResponse {
  requireGet(request);
  const subject = requireDigest(digestText);
  const artifactType = request.query.get('artifactType');
  const referrers = new Map(
    content
      .manifests(repository)
      .filter((manifest) => manifest.subject === subject)
      .filter((manifest) => artifactType === null || manifest.artifactType === artifactType)
      .map((manifest) => [manifest.digest as string, manifest]),
  );
  const page = selectPage([...referrers.keys()].sort(), request.query, bounds.pageSize);
  const filter = artifactType === null ? '' : `&artifactType=${encodeURIComponent(artifactType)}`;
  const next = page.next === undefined ? undefined : `${page.next}${filter}`;
  const manifests = page.items.flatMap((digest) => {
    const manifest = referrers.get(digest);
    return manifest ? [descriptorOf(manifest)] : [];
  });
  return jsonResponse(
    200,
    { schemaVersion: 2, mediaType: indexType, manifests },
    {
      'content-type': indexType,
      ...(artifactType === null ? {} : { 'oci-filters-applied': 'artifactType' }),
      ...linkHeader(`/v2/${repository}/referrers/${subject}`, next),
    },
  );
}

function descriptorOf({ mediaType, digest, sizeBytes, artifactType, annotations }: StoredManifest) {
  return {
    mediaType,
    digest,
    size: sizeBytes,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}
