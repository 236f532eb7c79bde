/** Actions by resource, such as `repository:library/alpine`. */
export type Grants = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Reads scopes of the distribution token specification, `type:name:action,action`, several separated by spaces.
 * A name may contain colons. Malformed scopes are passed over.
 */
export function parseScopes(texts: readonly string[]): Grants {
  const grants = new Map<string, Set<string>>();
  for (const scope of texts.flatMap((text) => text.split(' '))) {
    const first = scope.indexOf(':');
    const last = scope.lastIndexOf(':');
    if (first <= 0 || last <= first + 1) continue;
    const resource = scope.slice(0, last);
    const actions = grants.get(resource) ?? new Set<string>();
    for (const action of scope.slice(last + 1).split(',')) if (action !== '') actions.add(action);
    grants.set(resource, actions);
  }
  return grants;
}
