import type { RegistryRequest, RegistryResponse } from '../../http/exchange.js';
import { readBody } from '../../http/read-body.js';
import { AwsException, awsFailure, awsOperation, awsResponse, type JsonObject } from './aws-json.js';
import type { EcrAccount } from './ecr-account.js';
import { imageOperations } from './image-operations.js';
import type { Operation, OperationContext } from './operation.js';
import { repositoryOperations } from './repository-operations.js';

const bodyBytes = 1024 * 1024;

const accountOperations: Readonly<Record<string, Operation>> = {
  GetAuthorizationToken({ account, registryUrl, reportedExpiry, proxyEndpoint, isPublic }) {
    const { username, password, expiresAtMs } = account.issueToken();
    const data = {
      authorizationToken: Buffer.from(`${username}:${password}`).toString('base64'),
      expiresAt: (reportedExpiry?.getTime() ?? expiresAtMs) / 1000,
    };
    return isPublic
      ? { authorizationData: data }
      : { authorizationData: [{ ...data, proxyEndpoint: proxyEndpoint ?? registryUrl }] };
  },
  GetAccountSetting({ account }, input) {
    const name = String(input['name']);
    const value = account.settings.get(name);
    if (value === undefined) throw new AwsException('InvalidParameterException', `unknown setting ${name}`);
    return { name, value };
  },
  PutAccountSetting({ account }, input) {
    const [name, value] = [String(input['name']), String(input['value'])];
    account.settings.set(name, value);
    return { name, value };
  },
};

const operations = new Map<string, Operation>(
  Object.entries({ ...accountOperations, ...repositoryOperations, ...imageOperations }),
);

/**
 * The ECR API as @aws-sdk/client-ecr talks to it: `POST /`, AWS JSON 1.1. Requests have to be signed for the service
 * `ecr` (or `ecr-public`) and the account's region; the signature itself is not checked.
 * Undefined for a request that is not one of the API.
 */
export async function handleControlPlane(
  context: OperationContext,
  request: RegistryRequest,
): Promise<RegistryResponse | undefined> {
  const name = awsOperation(request);
  if (name === undefined) return undefined;
  try {
    checkSignature(context.account, request);
    const input = parseInput(await readBody(request.body, bodyBytes));
    const operation = operations.get(name);
    if (!operation) throw new AwsException('UnknownOperationException', `unknown operation ${name}`);
    authorize(context, name, input);
    return awsResponse(await operation(context, input));
  } catch (error) {
    if (error instanceof AwsException) return awsFailure(error);
    throw error;
  }
}

function checkSignature(account: EcrAccount, { headers }: RegistryRequest): void {
  const scope = /^AWS4-HMAC-SHA256 Credential=[^/,]+\/\d{8}\/([^/]+)\/(ecr|ecr-public)\/aws4_request/.exec(
    headers.authorization ?? '',
  );
  if (!scope) {
    throw new AwsException('MissingAuthenticationTokenException', 'Missing Authentication Token', 403);
  }
  if (scope[1] !== account.region) {
    const message = `Credential should be scoped to a valid region, not '${scope[1]}'.`;
    throw new AwsException('InvalidSignatureException', message, 403);
  }
}

function parseInput(body: Buffer): JsonObject {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // Answered below, as any other body that is not an object.
  }
  throw new AwsException('SerializationException', 'the body is not a JSON object');
}

function authorize({ account, isPublic }: OperationContext, operation: string, input: JsonObject): void {
  const repository = input['repositoryName'];
  const tagged = Array.isArray(input['tags']) && input['tags'].length > 0;
  const actions = operation === 'CreateRepository' && tagged ? [operation, 'TagResource'] : [operation];
  for (const action of actions) {
    const name = typeof repository === 'string' ? repository : undefined;
    const reason = account.use(`${isPublic ? 'ecr-public' : 'ecr'}:${action}`, name);
    if (reason !== undefined) throw new AwsException('AccessDeniedException', reason);
  }
}
