import { randomBytes } from 'node:crypto';
import { RegistryError } from '../../http/registry-error.js';
import type { EcrOptions } from './ecr-options.js';

/** Settings of one repository, in the shapes of the ECR API. */
export interface EcrRepositorySettings {
  createdAtMs: number;
  imageTagMutability: string;
  imageTagMutabilityExclusionFilters:
    | readonly { readonly filterType: string; readonly filter: string }[]
    | undefined;
  imageScanningConfiguration: { readonly scanOnPush: boolean };
  encryptionConfiguration: { readonly encryptionType: string; readonly kmsKey?: string | undefined };
  tags: readonly { readonly Key: string; readonly Value: string }[];
  lifecyclePolicyText: string | undefined;
  policyText: string | undefined;
}

/** One use of an IAM action: what a policy has to allow. */
export interface IamCall {
  /** Such as `ecr:PutImage`. */
  readonly action: string;
  readonly repository: string | undefined;
}

/** Credentials for `docker login`. */
export interface EcrCredentials {
  readonly username: 'AWS';
  readonly password: string;
  readonly expiresAtMs: number;
}

/** The state of one account in one region: tokens, settings, permissions. Content lives in the registry. */
export class EcrAccount {
  readonly accountId: string;
  readonly region: string;
  readonly now: () => number;
  /** Account settings by name. */
  readonly settings = new Map<string, string>();
  /** Names of repositories that are being created. */
  readonly creating = new Set<string>();
  /** IAM actions that are denied; may be changed at any time. */
  readonly denied: Set<string>;
  /** Every use of an action, denied ones included, oldest first. */
  readonly calls: IamCall[] = [];
  readonly #tokenLifetimeMs: number;
  readonly #tokens = new Map<string, number>();
  readonly #repositories = new Map<string, EcrRepositorySettings>();

  constructor(options: EcrOptions) {
    this.accountId = options.accountId ?? '123456789012';
    this.region = options.region ?? 'us-east-1';
    this.now = options.now ?? Date.now;
    this.denied = new Set(options.denied);
    this.settings.set('BLOB_MOUNTING', options.blobMounting ?? 'DISABLED');
    this.#tokenLifetimeMs = options.tokenLifetimeMs ?? 12 * 3_600_000;
  }

  /** Issues a token. */
  issueToken(): EcrCredentials {
    const password = randomBytes(24).toString('base64url');
    const expiresAtMs = this.now() + this.#tokenLifetimeMs;
    this.#tokens.set(password, expiresAtMs);
    return { username: 'AWS', password, expiresAtMs };
  }

  /** What a user name and password are worth. */
  checkToken(user: string, password: string): 'valid' | 'expired' | 'unknown' {
    const expiresAtMs = user === 'AWS' ? this.#tokens.get(password) : undefined;
    if (expiresAtMs === undefined) return 'unknown';
    return expiresAtMs > this.now() ? 'valid' : 'expired';
  }

  /** Expires every token issued so far. */
  expireTokens(): void {
    for (const password of this.#tokens.keys()) this.#tokens.set(password, 0);
  }

  /** Settings of a repository; those of one that was seeded or pushed are the defaults. */
  repository(name: string): EcrRepositorySettings {
    let settings = this.#repositories.get(name);
    if (!settings) {
      settings = {
        createdAtMs: this.now(),
        imageTagMutability: 'MUTABLE',
        imageTagMutabilityExclusionFilters: undefined,
        imageScanningConfiguration: { scanOnPush: false },
        encryptionConfiguration: { encryptionType: 'AES256' },
        tags: [],
        lifecyclePolicyText: undefined,
        policyText: undefined,
      };
      this.#repositories.set(name, settings);
    }
    return settings;
  }

  repositoryArn(name: string): string {
    return `arn:aws:ecr:${this.region}:${this.accountId}:repository/${name}`;
  }

  /** Records the use of an action. The reason when it is denied. */
  use(action: string, repository: string | undefined): string | undefined {
    this.calls.push({ action, repository });
    if (!this.denied.has(action)) return undefined;
    const resource = repository === undefined ? '*' : this.repositoryArn(repository);
    const user = `arn:aws:iam::${this.accountId}:user/tester`;
    return (
      `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ` +
      `because no identity-based policy allows the ${action} action`
    );
  }

  /** Records the use of an action by a request of the data plane. @throws RegistryError 403 `DENIED` */
  require(action: string, repository: string): void {
    const reason = this.use(action, repository);
    if (reason !== undefined) throw new RegistryError(403, 'DENIED', reason);
  }

  /** The error for a repository that does not exist. */
  nameUnknown(repository: string): RegistryError {
    return new RegistryError(404, 'NAME_UNKNOWN', this.missingRepositoryText(repository));
  }

  missingRepositoryText(repository: string): string {
    const where = `in the registry with id '${this.accountId}'`;
    return `The repository with name '${repository}' does not exist ${where}`;
  }

  /** Whether the repository's settings forbid moving a tag, and what they blame: themselves or a filter. */
  immutability(repository: string, tag: string): 'repository' | 'tag' | undefined {
    const { imageTagMutability: mode, imageTagMutabilityExclusionFilters: filters } =
      this.repository(repository);
    const excluded = filters?.some(({ filter }) => globMatches(filter, tag)) ?? false;
    if (mode === 'IMMUTABLE') return 'repository';
    if (mode === 'IMMUTABLE_WITH_EXCLUSION') return excluded ? undefined : 'tag';
    return mode === 'MUTABLE_WITH_EXCLUSION' && excluded ? 'tag' : undefined;
  }
}

function globMatches(glob: string, text: string): boolean {
  const pattern = glob.split('*').map((part) => part.replaceAll(/[.]/g, '\\.'));
  return new RegExp(`^${pattern.join('.*')}$`).test(text);
}
