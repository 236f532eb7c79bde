import { homedir } from 'node:os';
import {
  createEcr,
  resolveEcrRegion,
  type AwsHttp,
  type Ecr,
  type EcrRegistrySettings,
  type RepositorySettings,
} from '@oci-sync/ecr';
import {
  createCopier as createOciCopier,
  defaultCacheDirectory,
  defaultCredentialProviders,
  isOciError,
  openContentCache,
  proxyFromEnvironment,
  type ContentCache,
  type Copier as OciCopier,
  type CopierOptions as OciCopierOptions,
  type CopyCallOptions,
} from '@oci-sync/oci-client';

/** Variables by name, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Options of {@link createCopier}: what oci-client's copier takes, and where things are found on this machine. */
export interface CopierOptions extends Omit<OciCopierOptions, 'cache' | 'repositoryCreators' | 'profileFor'> {
  /**
   * Where logins, proxies and `AWS_ENDPOINT_URL_ECR` are looked up; AWS credentials are found by the AWS SDK, which reads
   * the process's own. @default process.env
   */
  readonly environment?: Environment | undefined;
  /** @default the user's */
  readonly homeDirectory?: string | undefined;
  /** The one file of credentials to use instead of docker's and podman's. */
  readonly authFile?: string | undefined;
  /**
   * Manifests of earlier runs: a folder, a cache of one's own, `true` for the user's cache folder, `false` for none.
   * @default true
   */
  readonly cache?: boolean | string | ContentCache | undefined;
  /** AWS region where an ECR host does not name one. @default what the AWS configuration says */
  readonly region?: string | undefined;
  /** Region where the AWS configuration says none either. @default none */
  readonly fallbackRegion?: string | undefined;
  /** Whether missing ECR repositories are created. @default true */
  readonly createRepositories?: boolean | undefined;
  /** How they are created. @default scan on push, AES256 */
  readonly repositorySettings?: RepositorySettings | undefined;
  /** Whether public.ecr.aws is read with AWS credentials, for its higher limits, instead of anonymously. @default false */
  readonly publicEcrToken?: boolean | undefined;
  /** Registries, by host and port, that are ECR behind a name of their own. */
  readonly ecrRegistries?: ReadonlyMap<string, EcrRegistrySettings> | undefined;
}

/** A copier that knows AWS ECR. */
export interface Copier extends OciCopier {
  /** For what is asked of ECR besides copying, such as which registry is the caller's own. */
  readonly ecr: Ecr;
  /** Manifests of earlier runs, if they are kept. */
  readonly cache: ContentCache | undefined;
  /**
   * Fails early, before anything else is done, when an ECR registry is the destination and nobody has credentials for it.
   * @throws OciError `OCI_CREDENTIALS`
   */
  checkCredentials(registry: string, options?: CopyCallOptions): Promise<void>;
}

function openCache(
  cache: CopierOptions['cache'],
  environment: Environment,
  homeDirectory: string,
): ContentCache | undefined {
  if (cache === false) return undefined;
  if (typeof cache === 'object') return cache;
  const { platform } = process;
  const directory =
    typeof cache === 'string'
      ? cache
      : defaultCacheDirectory({ env: environment, home: homeDirectory, platform });
  return openContentCache({ directory });
}

/**
 * Makes a copier that finds its way on this machine: credentials of docker and podman, then the AWS SDK's for ECR;
 * proxies from the environment; missing ECR repositories created; manifests cached. Nothing is read or connected before
 * the first call. Close it at the end.
 */
export function createCopier(options: CopierOptions = {}): Copier {
  const {
    environment = process.env,
    homeDirectory = homedir(),
    authFile,
    cache,
    http,
    credentials = [],
    ...more
  } = options;
  const {
    region,
    fallbackRegion,
    createRepositories,
    repositorySettings,
    publicEcrToken,
    ecrRegistries,
    ...copierOptions
  } = more;
  // AWS is asked over the copier's own connections, which exist once it does.
  const awsHttp: AwsHttp = { request: async (request) => copier.client.http.request(request) };
  const ecr = createEcr({
    http: awsHttp,
    region,
    fallbackRegion,
    endpoint: environment['AWS_ENDPOINT_URL_ECR'],
    registries: ecrRegistries,
    repositorySettings,
    createRepositories,
    publicToken: publicEcrToken,
  });
  const contentCache = openCache(cache, environment, homeDirectory);
  const providers = [
    ...credentials,
    ...defaultCredentialProviders({ environment, homeDirectory, authFile }),
    ecr.credentials,
  ];
  const copier: OciCopier = createOciCopier({
    ...copierOptions,
    http: {
      proxy: proxyFromEnvironment(environment),
      nodeExtraCaFile: environment['NODE_EXTRA_CA_CERTS'],
      ...http,
    },
    credentials: providers,
    repositoryCreators: [ecr.repositoryCreator],
    profileFor: (registry) => ecr.profileFor(registry),
    cache: contentCache,
    prepareRegistry: async (registry, side, signal) => {
      if (side === 'source') {
        // Whether a source is ECR under another name only matters if its API answers.
        await ecr.isEcr(registry, { signal }).catch((error: unknown) => {
          if (!isOciError(error)) throw error;
        });
      } else if (await ecr.isEcr(registry, { signal })) {
        resolveEcrRegion(registry, region);
        await ecr.readMountSetting(registry, { signal });
      }
    },
  });
  const checkCredentials = async (registry: string, { signal }: CopyCallOptions = {}): Promise<void> => {
    for (const provider of providers) {
      if ((await provider.getCredential({ registry, signal })) !== undefined) return;
    }
  };
  return { ...copier, ecr, cache: contentCache, checkCredentials };
}
