/** Actions on one repository that a token permits. Distribution token spec, "Requesting a Token". */
export interface Scope {
  readonly repository: string;
  /** Such as `pull`, `push`. */
  readonly actions: readonly string[];
}

/** A scope as text: `repository:library/alpine:pull,push`, actions sorted. */
export function formatScope(scope: Scope): string {
  return `repository:${scope.repository}:${[...new Set(scope.actions)].sort().join(',')}`;
}
