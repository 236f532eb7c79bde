import type { RegistryRequest, RegistryResponse } from '../http/exchange.js';

/** What a request needs: actions on a repository, on the catalog, or only to be known. */
export interface NeededAccess {
  readonly repository?: string | undefined;
  readonly catalog?: boolean | undefined;
  readonly action: 'pull' | 'push' | 'delete';
}

/** What the sender of a request may do beyond what the request itself needed. */
export interface GrantedAccess {
  allows(repository: string, action: 'pull' | 'push'): boolean;
}

/** Checks who sends a request. */
export interface Authorizer {
  /** @throws RegistryError 401 with a challenge, or 403 */
  authorize(request: RegistryRequest, needed: NeededAccess): GrantedAccess;
  /** Answers the token endpoint; undefined when this kind of authentication has none. */
  readonly issueToken: ((request: RegistryRequest) => Promise<RegistryResponse>) | undefined;
}

/** An authorizer with a token endpoint. */
export type TokenAuthorizer = Authorizer & { readonly issueToken: NonNullable<Authorizer['issueToken']> };

/** Everyone may do anything. */
export const openAccess: Authorizer = {
  authorize: () => ({ allows: () => true }),
  issueToken: undefined,
};
