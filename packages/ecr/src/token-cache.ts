import type { RegistryToken } from './registry-token.js';
import { untilAborted } from './until-aborted.js';

/** Options of {@link TokenCache.get}. */
export interface GetTokenOptions {
  /** The last token was refused: get another in any case. @default false */
  readonly refresh?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Held {
  readonly token: RegistryToken;
  readonly renewAtMs: number;
}

/**
 * Tokens by key, each asked for once at a time however many want it. One is renewed when half of its life is over;
 * should that fail, it serves until it expires. amazon-ecr-credential-helper (`ecr-login/cache/credentials.go`).
 */
export class TokenCache {
  readonly #now: () => number;
  readonly #held = new Map<string, Held>();
  readonly #asking = new Map<string, Promise<RegistryToken>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * The token of a key, from `ask` where there is none to use.
   * @throws what `ask` throws, when no earlier token is left to fall back to
   */
  async get(
    key: string,
    ask: () => Promise<RegistryToken>,
    { refresh = false, signal }: GetTokenOptions = {},
  ): Promise<RegistryToken> {
    signal?.throwIfAborted();
    const held = this.#held.get(key);
    if (!refresh && held !== undefined && this.#now() < held.renewAtMs) return held.token;
    try {
      return await untilAborted(async () => this.#askOnce(key, ask), signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (!refresh && held !== undefined && this.#now() < held.token.expiresAt.getTime()) return held.token;
      throw error;
    }
  }

  #askOnce(key: string, ask: () => Promise<RegistryToken>): Promise<RegistryToken> {
    const running = this.#asking.get(key);
    if (running !== undefined) return running;
    const asking = ask()
      .then((token) => {
        const nowMs = this.#now();
        this.#held.set(key, { token, renewAtMs: nowMs + (token.expiresAt.getTime() - nowMs) / 2 });
        return token;
      })
      .finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }
}
