/** Actions on one repository that a token permits. Distribution token spec, "Requesting a Token". */
export interface Scope {
  readonly repository: string;
  /** Such as `pull`, `push`. */
  readonly actions: readonly string[];
}

/**
 * Scopes as texts, `repository:library/alpine:pull,push`: actions of one repository merged and sorted, order of
 * repositories kept, because some servers read only the first scope.
 */
export function formatScopes(scopes: readonly Scope[]): readonly string[] {
  const actions = new Map<string, Set<string>>();
  for (const scope of scopes) {
    const merged = actions.get(scope.repository) ?? new Set();
    for (const action of scope.actions) merged.add(action);
    actions.set(scope.repository, merged);
  }
  return [...actions].map(([repository, names]) => `repository:${repository}:${[...names].sort().join(',')}`);
}

/** The scopes a challenge names, separated by spaces; others than `type:name:actions` are left out. */
export function parseScopes(text: string | undefined): readonly string[] {
  return (text ?? '').split(/\s+/).filter((scope) => /^[^:\s]+:\S+:[^:\s]+$/.test(scope));
}
