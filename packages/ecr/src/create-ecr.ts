import {
  OciError,
  type CallOptions,
  type Credential,
  type CredentialProvider,
  type CredentialRequest,
  type RegistryProfile,
  type RepositoryCreator,
} from '@oci-sync/oci-client';
import { AwsClients, type EcrEndpoint } from './aws-clients.js';
import type { AwsHttp } from './aws-http-handler.js';
import { createEcrRepository } from './create-repository.js';
import { parseEcrHost } from './ecr-host.js';
import { configuredRegion } from './ecr-region.js';
import { EcrTokens } from './ecr-tokens.js';
import { RegistryLocations, type EcrRegistrySettings } from './registry-locations.js';
import type { RepositorySettings } from './repository-settings.js';
import { untilAborted } from './until-aborted.js';

/** Options of {@link createEcr}. */
export interface EcrOptions {
  /** HTTP for calls to AWS, with the same proxy, CAs and time-outs as for registries. */
  readonly http: AwsHttp;
  /** Region where a registry's host does not name one. @default what the AWS configuration says */
  readonly region?: string | undefined;
  /** Region where the AWS configuration says none either. @default none */
  readonly fallbackRegion?: string | undefined;
  /** Value of `AWS_ENDPOINT_URL_ECR`: the API's URL instead of AWS's own. */
  readonly endpoint?: string | undefined;
  /** Registries, by host and port, that are ECR behind a name of their own. */
  readonly registries?: ReadonlyMap<string, EcrRegistrySettings> | undefined;
  /** How missing repositories are created. @default scan on push, AES256, mutable tags */
  readonly repositorySettings?: RepositorySettings | undefined;
  /** Whether missing repositories are created at all. @default true */
  readonly createRepositories?: boolean | undefined;
  /** Whether public.ecr.aws is used with AWS credentials (higher limits, pushing) instead of anonymously. @default false */
  readonly publicToken?: boolean | undefined;
  /** The time. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** Options of {@link Ecr.callerRegistry}. */
export interface CallerRegistryOptions extends CallOptions {
  /** @default that of {@link EcrOptions} */
  readonly region?: string | undefined;
}

/** Everything about AWS ECR that copying to it needs. Nothing of AWS is loaded or asked before it is needed. */
export interface Ecr {
  /** Tokens for ECR registries; has none for any other. */
  readonly credentials: CredentialProvider;
  /** Creates missing repositories of private ECR registries. */
  readonly repositoryCreator: RepositoryCreator;
  /** What is known of an ECR registry; `undefined` for any other. */
  profileFor(registry: string): RegistryProfile | undefined;
  /**
   * Whether a registry is ECR. Host names and settings answer at once; another host is ECR when the API at
   * `endpoint` says that it is its registry. `credentials`, `repositoryCreator` and `profileFor` know the
   * answer from then on.
   * @throws OciError `OCI_CREDENTIALS` when that API has to be asked and cannot be
   */
  isEcr(registry: string, options?: CallOptions): Promise<boolean>;
  /**
   * Host of the caller's own registry. @throws OciError `OCI_CREDENTIALS`; `OCI_INVALID_OPTION` when no region is known
   */
  callerRegistry(options?: CallerRegistryOptions): Promise<string>;
  /**
   * Whether the registry's account has blob mounting switched on; `undefined` when it does not say (a missing
   * permission, an old region). The profile tells from then on. Never fails, but for the signal's reason.
   */
  readMountSetting(registry: string, options?: CallOptions): Promise<boolean | undefined>;
}

/** Makes everything about AWS ECR for one run. */
export function createEcr(options: EcrOptions): Ecr {
  return new EcrSession(options);
}

class EcrSession implements Ecr {
  readonly credentials: CredentialProvider;
  readonly repositoryCreator: RepositoryCreator;
  readonly #options: EcrOptions;
  readonly #clients: AwsClients;
  readonly #tokens: EcrTokens;
  readonly #locations: RegistryLocations;
  readonly #creations = new Map<string, Promise<'created' | 'exists'>>();
  readonly #mountSettings = new Map<string, boolean>();

  constructor(options: EcrOptions) {
    const { http, endpoint, now = Date.now } = options;
    this.#options = options;
    this.#clients = new AwsClients({ http, endpoint });
    this.#tokens = new EcrTokens({ clients: this.#clients, http, now });
    this.#locations = new RegistryLocations(options.registries ?? new Map());
    this.credentials = { name: 'AWS', getCredential: async (request) => this.#getCredential(request) };
    this.repositoryCreator = {
      handles: (registry) => this.#locations.find(registry) !== undefined,
      createRepository: async ({ registry, repository, signal }) =>
        untilAborted(async () => this.#createOnce(registry, repository), signal),
    };
  }

  profileFor(registry: string): RegistryProfile | undefined {
    const isPublic = parseEcrHost(registry)?.kind === 'public';
    if (!isPublic && this.#locations.find(registry) === undefined) return undefined;
    return {
      name: isPublic ? 'ecr-public' : 'ecr',
      tagPageSize: 1000,
      mountNeedsCommittedManifest: true,
      // ECR Public answers every mount with 202.
      mounts: isPublic ? false : (this.#mountSettings.get(registry) ?? true),
      manifestPutsPerSecond: 10,
      refusesEmptyBlobs: true,
      uploadFallback: false,
    };
  }

  async isEcr(registry: string, { signal }: CallOptions = {}): Promise<boolean> {
    if (parseEcrHost(registry) !== undefined || this.#locations.find(registry) !== undefined) return true;
    if (this.#options.endpoint === undefined) return false;
    return (await this.callerRegistry({ signal })) === registry;
  }

  async callerRegistry({ region, signal }: CallerRegistryOptions = {}): Promise<string> {
    const { region: usualRegion, fallbackRegion } = this.#options;
    const endpoint: EcrEndpoint = {
      region:
        region ??
        usualRegion ??
        (await untilAborted(async () => configuredRegion(this.#clients, fallbackRegion), signal)),
    };
    const { registry } = await this.#tokens.get(endpoint, { signal });
    if (registry === undefined) {
      throw new OciError('AWS did not say which registry is yours', {
        code: 'OCI_CREDENTIALS',
        hint: 'name the registry in full: ACCOUNT.dkr.ecr.REGION.amazonaws.com',
      });
    }
    this.#locations.learn(registry, endpoint);
    return registry;
  }

  async readMountSetting(registry: string, { signal }: CallOptions = {}): Promise<boolean | undefined> {
    const location = this.#locations.find(registry);
    if (location === undefined) return undefined;
    const ask = async (): Promise<string | undefined> => {
      const { GetAccountSettingCommand } = await this.#clients.load();
      const client = await this.#clients.client(location.endpoint);
      const { value } = await client.send(new GetAccountSettingCommand({ name: 'BLOB_MOUNTING' }));
      return value;
    };
    const value = await untilAborted(async () => ask().catch(() => undefined), signal);
    if (value !== 'ENABLED' && value !== 'DISABLED') return undefined;
    this.#mountSettings.set(registry, value === 'ENABLED');
    return value === 'ENABLED';
  }

  async #getCredential({ registry, refresh, signal }: CredentialRequest): Promise<Credential | undefined> {
    const location = this.#locations.find(registry);
    const isPublic = this.#options.publicToken === true && parseEcrHost(registry)?.kind === 'public';
    if (location === undefined && !isPublic) return undefined;
    const { username, password, expiresAt } =
      location === undefined
        ? await this.#tokens.getPublic({ refresh, signal })
        : await this.#tokens.get(location.endpoint, { refresh, signal });
    return { kind: 'basic', username, password, expiresAt };
  }

  async #createOnce(registry: string, repository: string): Promise<'created' | 'exists'> {
    const key = `${registry}/${repository}`;
    const known = this.#creations.get(key);
    if (known !== undefined) return known;
    const creation = this.#create(registry, repository);
    this.#creations.set(key, creation);
    creation.catch(() => this.#creations.delete(key));
    return creation;
  }

  async #create(registry: string, name: string): Promise<'created' | 'exists'> {
    const location = this.#locations.find(registry);
    if (location === undefined) throw new Error(`${registry} is not an ECR registry`);
    const { createRepositories = true, repositorySettings = {} } = this.#options;
    if (createRepositories) {
      return createEcrRepository(this.#clients, { ...location, registry, name }, repositorySettings);
    }
    const { region } = location.endpoint;
    throw new OciError(`repository ${registry}/${name} does not exist, and creating it is switched off`, {
      code: 'OCI_REPOSITORY_CREATION',
      hint: `create it first: aws ecr create-repository --repository-name ${name}${region === undefined ? '' : ` --region ${region}`}`,
    });
  }
}
