import { OciError } from '@oci-sync/oci-client';
import type { AwsClients, EcrEndpoint } from './aws-clients.js';
import { explainAwsError } from './aws-error.js';
import type { AwsHttp } from './aws-http-handler.js';
import { requestPublicToken } from './public-token.js';
import { readRegistryToken, type RegistryToken } from './registry-token.js';
import { TokenCache, type GetTokenOptions } from './token-cache.js';

/** Options of {@link EcrTokens}. */
export interface EcrTokensOptions {
  readonly clients: AwsClients;
  readonly http: AwsHttp;
  readonly now: () => number;
}

/** Registry tokens of a run. One token is good for every registry its owner may use, so there is one per endpoint. */
export class EcrTokens {
  readonly #options: EcrTokensOptions;
  readonly #cache: TokenCache;

  constructor(options: EcrTokensOptions) {
    this.#options = options;
    this.#cache = new TokenCache(options.now);
  }

  /** A token for private registries. @throws OciError `OCI_CREDENTIALS` */
  async get(endpoint: EcrEndpoint, options: GetTokenOptions): Promise<RegistryToken> {
    const { clients, now } = this.#options;
    const ask = async (): Promise<RegistryToken> => {
      const { GetAuthorizationTokenCommand } = await clients.load();
      const client = await clients.client(endpoint);
      const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
      return readRegistryToken(authorizationData?.[0], now());
    };
    const what = `cannot get an ECR token in ${endpoint.region ?? 'the default region'}`;
    return this.#cache.get(JSON.stringify(endpoint), explained(what, ask), options);
  }

  /** A token for public.ecr.aws. @throws OciError `OCI_CREDENTIALS` */
  async getPublic(options: GetTokenOptions): Promise<RegistryToken> {
    const { clients, http, now } = this.#options;
    const ask = async (): Promise<RegistryToken> => requestPublicToken({ clients, http, nowMs: now() });
    return this.#cache.get('public', explained('cannot get an ECR Public token', ask), options);
  }
}

function explained(what: string, ask: () => Promise<RegistryToken>): () => Promise<RegistryToken> {
  return async () => {
    try {
      return await ask();
    } catch (error) {
      const { reason, hint, retryable } = explainAwsError(error);
      throw new OciError(`${what}: ${reason}`, { code: 'OCI_CREDENTIALS', hint, retryable, cause: error });
    }
  };
}
