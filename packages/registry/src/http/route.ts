/** What a request is about, read from its path alone; repository names are checked later, by the handlers. */
export type Route =
  | { readonly kind: 'base' }
  | { readonly kind: 'catalog' }
  | { readonly kind: 'token' }
  | { readonly kind: 'tags'; readonly repository: string }
  | { readonly kind: 'manifest'; readonly repository: string; readonly reference: string }
  | { readonly kind: 'blob'; readonly repository: string; readonly digest: string }
  | { readonly kind: 'uploads'; readonly repository: string }
  | { readonly kind: 'upload'; readonly repository: string; readonly session: string }
  | { readonly kind: 'referrers'; readonly repository: string; readonly digest: string }
  | { readonly kind: 'other' };

/** The name of a route, as request filters and faults use it. */
export type RouteKind = Route['kind'];

type Build = (repository: string, rest: string) => Route;

const patterns: readonly (readonly [RegExp, Build])[] = [
  [/^\/v2\/(.+)\/tags\/list$/, (repository) => ({ kind: 'tags', repository })],
  [
    /^\/v2\/(.+)\/manifests\/([^/]+)$/,
    (repository, reference) => ({ kind: 'manifest', repository, reference }),
  ],
  [/^\/v2\/(.+)\/blobs\/uploads\/?$/, (repository) => ({ kind: 'uploads', repository })],
  [
    /^\/v2\/(.+)\/blobs\/uploads\/([^/]+)$/,
    (repository, session) => ({ kind: 'upload', repository, session }),
  ],
  [/^\/v2\/(.+)\/blobs\/([^/]+)$/, (repository, digest) => ({ kind: 'blob', repository, digest })],
  [/^\/v2\/(.+)\/referrers\/([^/]+)$/, (repository, digest) => ({ kind: 'referrers', repository, digest })],
];

/** The route of a path. Percent escapes are decoded; a path that is not a registry's is `other`. */
export function parseRoute(path: string): Route {
  if (path === '/v2/' || path === '/v2') return { kind: 'base' };
  if (path === '/v2/_catalog') return { kind: 'catalog' };
  if (path === '/token' || path === '/token/') return { kind: 'token' };
  const decoded = decodePath(path);
  if (decoded === undefined) return { kind: 'other' };
  for (const [pattern, build] of patterns) {
    const match = pattern.exec(decoded);
    if (match) return build(match[1] ?? '', match[2] ?? '');
  }
  return { kind: 'other' };
}

/** The repository a route names, if any. */
export function routeRepository(route: Route): string | undefined {
  return 'repository' in route ? route.repository : undefined;
}

function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
