import type { BearerToken } from './token-request.js';

/** A token that expires sooner than this is as good as expired. */
const renewEarlyMs = 10_000;

/** What a token is for. */
export interface TokenKey {
  /** Origin, realm, service and credential it belongs to, as one text. */
  readonly owner: string;
  readonly scopes: readonly string[];
}

interface Entry {
  readonly scopes: ReadonlySet<string>;
  readonly token: BearerToken;
}

/**
 * The tokens of a run. One request serves all that wait for the same token; a failed one is forgotten, so that
 * the next caller may try again.
 */
export class TokenCache {
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry[]>();
  readonly #pending = new Map<string, Promise<BearerToken>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * A token that covers the scopes: one there is, if it is good for `lifeMs` more (or for most of the life such
   * tokens have, where that is shorter), else a new one. `fresh` tells which.
   */
  async get(
    key: TokenKey,
    lifeMs: number,
    request: () => Promise<BearerToken>,
  ): Promise<{ readonly token: BearerToken; readonly fresh: boolean }> {
    const known = this.#find(key, lifeMs);
    if (known !== undefined) return { token: known, fresh: false };
    const id = JSON.stringify([key.owner, [...key.scopes].sort()]);
    const pending = this.#pending.get(id);
    if (pending !== undefined) return { token: await pending, fresh: true };
    const requested = request().finally(() => this.#pending.delete(id));
    this.#pending.set(id, requested);
    const token = await requested;
    this.#keep(key, token);
    return { token, fresh: true };
  }

  /** Forgets a token that was not accepted. */
  drop(key: TokenKey, token: BearerToken): void {
    const entries = this.#entries.get(key.owner);
    if (entries !== undefined)
      this.#entries.set(
        key.owner,
        entries.filter((entry) => entry.token !== token),
      );
  }

  #find(key: TokenKey, lifeMs: number): BearerToken | undefined {
    const now = this.#now();
    return this.#entries.get(key.owner)?.find(({ scopes, token }) => {
      const needed = Math.max(renewEarlyMs, Math.min(lifeMs, token.lifeMs * 0.75));
      return token.expiresAtMs - now > needed && key.scopes.every((scope) => scopes.has(scope));
    })?.token;
  }

  #keep(key: TokenKey, token: BearerToken): void {
    const now = this.#now();
    const scopes = new Set(key.scopes);
    const others = (this.#entries.get(key.owner) ?? []).filter(
      (entry) => entry.token.expiresAtMs > now && ![...entry.scopes].every((scope) => scopes.has(scope)),
    );
    this.#entries.set(key.owner, [{ scopes, token }, ...others]);
  }
}
