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

/** Tokens of one owner: a run with a token for each of its repositories looks among few of them. */
interface OwnedTokens {
  /** In the order they came. */
  readonly all: Set<Entry>;
  readonly byScope: Map<string, Set<Entry>>;
}

/**
 * The tokens of a run. One request serves all that wait for the same token; a failed one is forgotten, so that
 * the next caller may try again.
 */
export class TokenCache {
  readonly #now: () => number;
  readonly #owned = new Map<string, OwnedTokens>();
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
    const owned = this.#owned.get(key.owner);
    if (owned === undefined) return;
    for (const entry of candidates(owned, key.scopes)) if (entry.token === token) forget(owned, entry);
  }

  #find(key: TokenKey, lifeMs: number): BearerToken | undefined {
    const owned = this.#owned.get(key.owner);
    if (owned === undefined) return undefined;
    const now = this.#now();
    for (const { scopes, token } of candidates(owned, key.scopes)) {
      const needed = Math.max(renewEarlyMs, Math.min(lifeMs, token.lifeMs * 0.75));
      if (token.expiresAtMs - now > needed && key.scopes.every((scope) => scopes.has(scope))) return token;
    }
    return undefined;
  }

  #keep({ owner, scopes: names }: TokenKey, token: BearerToken): void {
    const owned = this.#owned.get(owner) ?? { all: new Set(), byScope: new Map() };
    this.#owned.set(owner, owned);
    const now = this.#now();
    // Those that expire later than younger ones do hold these up a little.
    for (const entry of owned.all) {
      if (entry.token.expiresAtMs > now) break;
      forget(owned, entry);
    }
    const scopes = new Set(names);
    for (const entry of candidates(owned, names.slice(0, 1))) {
      if ([...entry.scopes].every((scope) => scopes.has(scope))) forget(owned, entry);
    }
    remember(owned, { scopes, token });
  }
}

/** All that can have all of the scopes, and others. */
function candidates({ all, byScope }: OwnedTokens, scopes: readonly string[]): Iterable<Entry> {
  let fewest: ReadonlySet<Entry> = all;
  for (const scope of scopes) {
    const some = byScope.get(scope);
    if (some === undefined) return [];
    if (some.size < fewest.size) fewest = some;
  }
  return fewest;
}

function remember({ all, byScope }: OwnedTokens, entry: Entry): void {
  all.add(entry);
  for (const scope of entry.scopes) {
    const some = byScope.get(scope) ?? new Set();
    byScope.set(scope, some.add(entry));
  }
}

function forget({ all, byScope }: OwnedTokens, entry: Entry): void {
  all.delete(entry);
  for (const scope of entry.scopes) {
    const some = byScope.get(scope);
    some?.delete(entry);
    if (some?.size === 0) byScope.delete(scope);
  }
}
