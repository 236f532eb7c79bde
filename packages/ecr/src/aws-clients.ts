import type * as EcrSdk from '@aws-sdk/client-ecr';
import type * as CredentialChain from '@aws-sdk/credential-provider-node';
import { createAwsHttpHandler, type AwsHttp } from './aws-http-handler.js';

const versionWarningSwitch = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

/** Which endpoint of ECR's API is meant. */
export interface EcrEndpoint {
  /** @default what the AWS configuration says (environment, profile) */
  readonly region?: string | undefined;
  /** @default false */
  readonly fips?: boolean | undefined;
  /** @default false */
  readonly dualStack?: boolean | undefined;
  /** Service that is signed for: a client remembers the first one, so each has its own. @default 'ecr' */
  readonly service?: 'ecr' | 'ecr-public' | undefined;
}

/** Options of {@link AwsClients}. */
export interface AwsClientsOptions {
  readonly http: AwsHttp;
  /** URL of ECR's API instead of AWS's own (VPC endpoints, tests). */
  readonly endpoint?: string | undefined;
}

/**
 * The SDK, loaded when it is first needed (18 MB are not for people without ECR), with one client per endpoint. All
 * of them share one chain of credentials, whose own calls (STS, SSO) go over the same HTTP client. The instance
 * metadata of EC2 and containers is asked by the SDK itself: link-local addresses are not for a proxy.
 */
export class AwsClients {
  readonly #options: AwsClientsOptions;
  readonly #clients = new Map<string, EcrSdk.ECRClient>();
  #credentials: ReturnType<typeof CredentialChain.defaultProvider> | undefined;

  constructor(options: AwsClientsOptions) {
    this.#options = options;
  }

  /** The SDK's commands. */
  async load(): Promise<typeof EcrSdk> {
    return import('@aws-sdk/client-ecr');
  }

  /** The client for an endpoint, always the same one. */
  async client(target: EcrEndpoint): Promise<EcrSdk.ECRClient> {
    const { region, fips = false, dualStack = false, service = 'ecr' } = target;
    const { ECRClient } = await this.load();
    const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
    const key = JSON.stringify([region, fips, dualStack, service]);
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    const { http, endpoint } = this.#options;
    const requestHandler = createAwsHttpHandler(http);
    this.#credentials ??= defaultProvider({ clientConfig: { requestHandler } });
    const credentials = this.#credentials;
    const client = withoutVersionWarning(
      () =>
        new ECRClient({
          requestHandler,
          credentials,
          ...(region === undefined ? {} : { region }),
          // A given endpoint and these switches exclude each other (endpoint rule set of ECR).
          ...(endpoint === undefined
            ? { useFipsEndpoint: fips, useDualstackEndpoint: dualStack }
            : { endpoint }),
        }),
    );
    this.#clients.set(key, client);
    return client;
  }
}

/**
 * The SDK tells users of old Node versions what they should install, which is for `engines` of our own package to
 * say. Its switch is an environment variable that is read while a client is constructed, once per process.
 */
function withoutVersionWarning<T>(construct: () => T): T {
  const before = process.env[versionWarningSwitch];
  process.env[versionWarningSwitch] = 'true';
  try {
    return construct();
  } finally {
    if (before === undefined) delete process.env[versionWarningSwitch];
    else process.env[versionWarningSwitch] = before;
  }
}
