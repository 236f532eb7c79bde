import type { AwsClients } from './aws-clients.js';
import { createAwsHttpHandler, type AwsHttp } from './aws-http-handler.js';
import { readRegistryToken, type AuthorizationData, type RegistryToken } from './registry-token.js';

/** ECR Public has one API, in this region. */
const publicRegion = 'us-east-1';
const service = 'ecr-public';
const publicApi = new URL('https://api.ecr-public.us-east-1.amazonaws.com');

/** What {@link requestPublicToken} needs. */
export interface PublicTokenRequest {
  readonly clients: AwsClients;
  readonly http: AwsHttp;
  readonly nowMs: number;
}

/**
 * A token for public.ecr.aws: GetAuthorizationToken of the `ecr-public` API (AWS JSON 1.1), signed with the same
 * credentials as everything else. One call is not worth a second SDK client package.
 * @throws an Error named as AWS names it, such as `AccessDeniedException`
 */
export async function requestPublicToken({
  clients,
  http,
  nowMs,
}: PublicTokenRequest): Promise<RegistryToken> {
  const client = await clients.client({ region: publicRegion, service });
  const signer = await client.config.signer({
    name: 'sigv4',
    signingName: service,
    signingRegion: publicRegion,
    properties: {},
  });
  const signed = await signer.sign({
    method: 'POST',
    protocol: publicApi.protocol,
    hostname: publicApi.hostname,
    path: '/',
    headers: {
      host: publicApi.host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'SpencerFrontendService.GetAuthorizationToken',
    },
    body: '{}',
  });
  const { response } = await createAwsHttpHandler(http).handle({ ...signed, query: {} });
  const answer = parseAnswer(response.body);
  if (response.statusCode !== 200) throw awsException(answer, response.statusCode);
  return readRegistryToken(authorizationData(answer), nowMs);
}

function parseAnswer(body: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const answer: unknown = JSON.parse(new TextDecoder().decode(body));
    return typeof answer === 'object' && answer !== null ? { ...answer } : {};
  } catch {
    return {};
  }
}

function awsException(answer: Readonly<Record<string, unknown>>, status: number): Error {
  const { __type: type, message = answer['Message'] } = answer;
  const error = new Error(
    typeof message === 'string' ? message : `ECR Public answered with status ${status}`,
  );
  if (typeof type === 'string') error.name = type.replace(/^.*#/, '');
  return error;
}

function authorizationData(answer: Readonly<Record<string, unknown>>): AuthorizationData {
  const data: unknown = answer['authorizationData'];
  if (typeof data !== 'object' || data === null) return {};
  const { authorizationToken, expiresAt }: { authorizationToken?: unknown; expiresAt?: unknown } = data;
  return {
    authorizationToken: typeof authorizationToken === 'string' ? authorizationToken : undefined,
    expiresAt: typeof expiresAt === 'number' ? new Date(expiresAt * 1000) : undefined,
  };
}
