import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { awsTls } from './aws-tls.js';
import { portOf } from './connect-proxy.js';

/** A double of STS, SSO and ECR Public's API that is listening. */
export interface IdentityDouble {
  readonly port: number;
  /** What was asked, such as `AssumeRole arn:aws:iam::123456789012:role/pusher` or `GetRoleCredentials pusher`. */
  readonly calls: readonly string[];
  close(): Promise<void>;
}

const expiration = '2099-01-01T00:00:00Z';

function stsAnswer(action: string): string {
  return `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>
    <Credentials>
      <AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>role secret</SecretAccessKey>
      <SessionToken>role session</SessionToken><Expiration>${expiration}</Expiration>
    </Credentials>
    <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/pusher/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser>
  </${action}Result></${action}Response>`;
}

/** ECR Public's answer, or what it says to credentials without permission. */
function publicAnswer(accessKeyId: string | undefined): string {
  if (accessKeyId === 'AKIADENIED') {
    const message =
      'User: arn:aws:iam::1:user/me is not authorized to perform: ecr-public:GetAuthorizationToken on resource: *';
    return JSON.stringify({ __type: 'com.amazonaws.spencer#AccessDeniedException', message });
  }
  const authorizationToken = Buffer.from('AWS:public password').toString('base64');
  return JSON.stringify({
    authorizationData: { authorizationToken, expiresAt: Date.parse(expiration) / 1000 },
  });
}

async function answer(
  request: IncomingMessage,
  calls: string[],
): Promise<readonly [type: string, body: string]> {
  const url = new URL(request.url ?? '/', 'https://aws');
  if (url.pathname === '/federation/credentials') {
    const token = request.headers['x-amz-sso_bearer_token'];
    calls.push(`GetRoleCredentials ${url.searchParams.get('role_name')} ${String(token)}`);
    const roleCredentials = {
      accessKeyId: 'ASIASSO',
      secretAccessKey: 'sso secret',
      sessionToken: 'sso session',
      expiration: Date.parse(expiration),
    };
    return ['application/json', JSON.stringify({ roleCredentials })];
  }
  if (request.headers['x-amz-target'] === 'SpencerFrontendService.GetAuthorizationToken') {
    const signedFor = /Credential=(\w+)\/\d+\/([^/]+\/[^/]+)/.exec(request.headers.authorization ?? '');
    calls.push(`GetAuthorizationToken ${signedFor?.[1]} ${signedFor?.[2]}`);
    return ['application/x-amz-json-1.1', publicAnswer(signedFor?.[1])];
  }
  const form = new URLSearchParams(await text(request));
  const action = form.get('Action') ?? '';
  calls.push(`${action} ${form.get('RoleArn')}`);
  return ['text/xml', stsAnswer(action)];
}

/** Starts a double of AWS's identity services, over TLS. */
export async function startIdentityDouble(): Promise<IdentityDouble> {
  const calls: string[] = [];
  const server = createServer({ cert: awsTls.cert, key: awsTls.key }, (request, response) => {
    void answer(request, calls).then(([type, body]) => {
      response.writeHead(body.includes('Exception') ? 400 : 200, { 'content-type': type }).end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server),
    calls,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
