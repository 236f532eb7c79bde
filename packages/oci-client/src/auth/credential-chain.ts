import { OciError, isOciError } from '../errors/oci-error.js';
import type { Credential, CredentialProvider } from './credentials/provider.js';

/** A credential a registry did not accept, or that could not be got. Never carries the secret. */
export interface RefusedCredential {
  readonly registry: string;
  /** {@link CredentialProvider.name} */
  readonly provider: string;
  readonly username: string | undefined;
  /** One line: what the registry said, or why there was none. */
  readonly reason: string;
}

/** What a repository's requests are sent with. */
export interface CredentialChoice {
  /** Tells one credential from another in cache keys; no secret. */
  readonly id: string;
  readonly provider: CredentialProvider | undefined;
  /** `undefined`: as nobody. */
  readonly credential: Credential | undefined;
}

/** Whose credential is wanted. */
export interface CredentialSubject {
  readonly registry: string;
  readonly repository: string;
  /** Whether something is to be pushed: then a refused credential never gives way to nobody's. */
  readonly push: boolean;
  readonly signal: AbortSignal | undefined;
}

const anonymous: CredentialChoice = { id: 'anonymous', provider: undefined, credential: undefined };

/**
 * Chooses among the providers, in their order, for each repository. A refused credential gives way to the next
 * provider's, in the end to nobody's for what is only read; one the user gave for this very registry never does.
 */
export class CredentialChain {
  readonly #providers: readonly CredentialProvider[];
  readonly #onRefused: ((refused: RefusedCredential) => void) | undefined;
  readonly #choices = new Map<string, CredentialChoice>();
  /** What came in the place of refused choices, by subject and choice. */
  readonly #replacements = new Map<string, Promise<CredentialChoice>>();
  /** Ids of credentials, by their content. */
  readonly #ids = new Map<string, string>();
  readonly #refusedIds = new Set<string>();
  readonly #refused: RefusedCredential[] = [];
  /** Why nobody's credentials are in use, by registry. */
  readonly #failures = new Map<string, OciError>();

  constructor(
    providers: readonly CredentialProvider[],
    onRefused: ((refused: RefusedCredential) => void) | undefined,
  ) {
    this.#providers = providers;
    this.#onRefused = onRefused;
  }

  /**
   * The credential in use.
   * @throws OciError `OCI_UNAUTHORIZED` when the ones there are were refused and nobody's will not do;
   * `OCI_CREDENTIALS` when one cannot be got and none of the others is there.
   */
  async current(subject: CredentialSubject): Promise<CredentialChoice> {
    const known = this.#choices.get(keyOf(subject));
    // One that expires is asked for each time: its provider knows when to renew it.
    if (known !== undefined && !expires(known)) return known;
    const choice = await this.#choose(subject);
    this.#choices.set(keyOf(subject), choice);
    return choice;
  }

  /**
   * The choice in the place of one that was not accepted. With `renew`, its provider is first asked for a newer one.
   * @throws OciError as {@link current}; at once when the choice was explicit.
   */
  async refuse(
    subject: CredentialSubject,
    choice: CredentialChoice,
    refusal: { readonly reason: string; readonly renew: boolean },
  ): Promise<CredentialChoice> {
    const key = `${keyOf(subject)} ${choice.id}`;
    const replacing = this.#replacements.get(key) ?? this.#replace(subject, choice, refusal);
    this.#replacements.set(key, replacing);
    const replacement = await replacing;
    this.#choices.set(keyOf(subject), replacement);
    return replacement;
  }

  /** How the requests of a repository are sent: as nobody, because all credentials were refused or there are none. */
  standing(registry: string, repository: string): 'anonymous' | 'refused' | 'accepted' {
    const choices = [true, false].map((push) => this.#choices.get(keyOf({ registry, repository, push })));
    const accepted = choices.some(
      (choice) => choice?.credential !== undefined && !this.#refusedIds.has(choice.id),
    );
    if (accepted) return 'accepted';
    return this.#failures.has(registry) ? 'refused' : 'anonymous';
  }

  /** What was refused so far. */
  refused(): readonly RefusedCredential[] {
    return [...this.#refused];
  }

  async #replace(
    subject: CredentialSubject,
    choice: CredentialChoice,
    refusal: { readonly reason: string; readonly renew: boolean },
  ): Promise<CredentialChoice> {
    const { provider, credential } = choice;
    if (provider === undefined) return anonymous;
    if (refusal.renew) {
      // A refusal at another repository may have renewed it already.
      for (const refresh of [false, true]) {
        const renewed = await this.#ask(provider, subject, refresh).catch(() => undefined);
        if (renewed !== undefined && renewed.id !== choice.id && !this.#refusedIds.has(renewed.id))
          return renewed;
      }
    }
    this.#refusedIds.add(choice.id);
    const username = credential !== undefined && 'username' in credential ? credential.username : undefined;
    this.#note(subject, {
      registry: subject.registry,
      provider: provider.name,
      username,
      reason: refusal.reason,
    });
    this.#failures.set(
      subject.registry,
      new OciError(
        `${subject.registry} does not accept the credentials from ${provider.name}: ${refusal.reason}`,
        { code: 'OCI_UNAUTHORIZED', hint: 'check them, or log in again', status: 401 },
      ),
    );
    return await this.#choose(subject);
  }

  async #choose(subject: CredentialSubject): Promise<CredentialChoice> {
    for (const provider of this.#providers) {
      let choice: CredentialChoice | undefined;
      try {
        choice = await this.#ask(provider, subject, false);
      } catch (error) {
        if (provider.explicit === true || !isOciError(error)) throw error;
        const { registry } = subject;
        if (!this.#failures.has(registry)) this.#failures.set(registry, error);
        this.#note(subject, {
          registry,
          provider: provider.name,
          username: undefined,
          reason: error.message,
        });
        continue;
      }
      if (choice === undefined) continue;
      if (!this.#refusedIds.has(choice.id)) return choice;
      if (provider.explicit === true) break;
    }
    const failure = this.#failures.get(subject.registry);
    const explicit = this.#providers.some(
      (provider) => provider.explicit === true && this.#hasRefused(subject.registry, provider),
    );
    if (failure !== undefined && (subject.push || explicit)) throw failure;
    return anonymous;
  }

  async #ask(
    provider: CredentialProvider,
    subject: CredentialSubject,
    refresh: boolean,
  ): Promise<CredentialChoice | undefined> {
    const { registry, repository, signal } = subject;
    const credential = await provider.getCredential({ registry, repository, refresh, signal });
    if (credential === undefined) return undefined;
    const content = JSON.stringify([provider.name, credential]);
    const id = this.#ids.get(content) ?? `credential ${this.#ids.size + 1}`;
    this.#ids.set(content, id);
    return { id, provider, credential };
  }

  #hasRefused(registry: string, provider: CredentialProvider): boolean {
    return this.#refused.some(
      (refused) => refused.registry === registry && refused.provider === provider.name,
    );
  }

  #note(subject: CredentialSubject, refused: RefusedCredential): void {
    const known = this.#refused.some(
      (other) =>
        other.registry === subject.registry &&
        other.provider === refused.provider &&
        other.username === refused.username,
    );
    if (known) return;
    this.#refused.push(refused);
    this.#onRefused?.(refused);
  }
}

function keyOf(subject: Pick<CredentialSubject, 'registry' | 'repository' | 'push'>): string {
  return `${subject.registry} ${subject.repository} ${subject.push ? 'push' : 'pull'}`;
}

function expires({ credential }: CredentialChoice): boolean {
  return credential?.kind === 'basic' && credential.expiresAt !== undefined;
}
