import type { RegistryContent } from '../../content/registry-content.js';
import type { JsonObject } from './aws-json.js';
import type { EcrAccount } from './ecr-account.js';

/** What an operation works with. */
export interface OperationContext {
  readonly account: EcrAccount;
  readonly content: RegistryContent;
  /** `http://127.0.0.1:5000`: the data plane. */
  readonly registryUrl: string;
  /** What GetAuthorizationToken says instead of the truth. */
  readonly reportedExpiry: Date | undefined;
  readonly proxyEndpoint: string | undefined;
  /** The API of ECR Public: one authorization instead of a list, and no `proxyEndpoint`. */
  readonly isPublic: boolean;
}

/** One operation of the API: its input to its output. @throws AwsException */
export type Operation = (context: OperationContext, input: JsonObject) => JsonObject | Promise<JsonObject>;
