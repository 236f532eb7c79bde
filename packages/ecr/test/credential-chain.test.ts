import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHttpClient, type Credential, type HttpClient } from '@oci-sync/oci-client';
import { startEcr, type RunningEcr } from '@oci-sync/registry/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createEcr } from '../src/index.js';
import { staticCredentials, stubAwsEnvironment, type AwsHome } from './aws-environment.js';
import { awsTls } from './aws-tls.js';
import { startConnectProxy, type ConnectProxy } from './connect-proxy.js';
import { startIdentityDouble, type IdentityDouble } from './identity-double.js';

const registry = '123456789012.dkr.ecr.us-east-1.amazonaws.com';

let aws: RunningEcr;
let identity: IdentityDouble;
let proxy: ConnectProxy;
let http: HttpClient;
let home: AwsHome | undefined;

beforeEach(async () => {
  aws = await startEcr({ tls: { cert: awsTls.cert, key: awsTls.key } });
  identity = await startIdentityDouble();
  proxy = await startConnectProxy(
    new Map([
      ['api.ecr.us-east-1.amazonaws.com', Number(new URL(aws.apiUrl).port)],
      ['sts.us-east-1.amazonaws.com', identity.port],
      ['portal.sso.us-east-1.amazonaws.com', identity.port],
      ['api.ecr-public.us-east-1.amazonaws.com', identity.port],
    ]),
  );
  http = createHttpClient({ ca: [awsTls.ca], proxy: { httpsProxy: proxy.url } });
});
afterEach(async () => {
  await http.close();
  await proxy.close();
  await identity.close();
  await aws.close();
  await home?.remove();
  vi.unstubAllEnvs();
});

async function ask(host = registry): Promise<Credential | undefined> {
  return createEcr({ http, publicToken: true }).credentials.getCredential({ registry: host });
}

/** Which credentials the calls to ECR were signed with. */
function signers(): readonly string[] {
  return aws.apiRequests
    .list()
    .map(({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1] ?? 'none');
}

describe('every call to AWS goes through the proxy and trusts the given CA', () => {
  test('with credentials from the environment', async () => {
    home = await stubAwsEnvironment(staticCredentials);
    expect(await ask()).toMatchObject({ kind: 'basic', username: 'AWS' });
    expect(proxy.hosts).toEqual(['api.ecr.us-east-1.amazonaws.com']);
    expect(signers()).toEqual(['AKIATEST']);
  });

  test('with a role of a profile', async () => {
    home = await stubAwsEnvironment(
      { AWS_PROFILE: 'pusher' },
      `[profile base]
aws_access_key_id = AKIABASE
aws_secret_access_key = base secret
[profile pusher]
role_arn = arn:aws:iam::123456789012:role/pusher
source_profile = base
`,
    );
    expect(await ask()).toMatchObject({ kind: 'basic' });
    expect(identity.calls).toEqual(['AssumeRole arn:aws:iam::123456789012:role/pusher']);
    expect(proxy.hosts).toEqual(['sts.us-east-1.amazonaws.com', 'api.ecr.us-east-1.amazonaws.com']);
    expect(signers()).toEqual(['ASIAROLE']);
  });

  test('with a web identity, as in EKS and GitHub Actions', async () => {
    home = await stubAwsEnvironment({ AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/ci' });
    await writeFile(join(home.path, 'token'), 'a.web.token');
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', join(home.path, 'token'));
    expect(await ask()).toMatchObject({ kind: 'basic' });
    expect(identity.calls).toEqual(['AssumeRoleWithWebIdentity arn:aws:iam::123456789012:role/ci']);
    expect(proxy.hosts).toEqual(['sts.us-east-1.amazonaws.com', 'api.ecr.us-east-1.amazonaws.com']);
  });

  const ssoConfig = `[profile sso]
sso_start_url = https://example.awsapps.com/start
sso_region = us-east-1
sso_account_id = 123456789012
sso_role_name = pusher
`;
  async function saveSsoSession(expiresAt: string): Promise<void> {
    home = await stubAwsEnvironment({ AWS_PROFILE: 'sso' }, ssoConfig);
    const cache = join(home.path, '.aws', 'sso', 'cache');
    await mkdir(cache, { recursive: true });
    const name = createHash('sha1').update('https://example.awsapps.com/start').digest('hex');
    const session = { startUrl: 'https://example.awsapps.com/start', accessToken: 'sso-token', expiresAt };
    await writeFile(join(cache, `${name}.json`), JSON.stringify(session));
  }

  test('with an SSO session', async () => {
    await saveSsoSession('2099-01-01T00:00:00Z');
    expect(await ask()).toMatchObject({ kind: 'basic' });
    expect(identity.calls).toEqual(['GetRoleCredentials pusher sso-token']);
    expect(proxy.hosts).toEqual(['portal.sso.us-east-1.amazonaws.com', 'api.ecr.us-east-1.amazonaws.com']);
    expect(signers()).toEqual(['ASIASSO']);
  });

  test('an SSO session that has expired is an error that says how to renew it', async () => {
    await saveSsoSession('2020-01-01T00:00:00Z');
    await expect(ask()).rejects.toMatchObject({
      code: 'OCI_CREDENTIALS',
      message: 'cannot get an ECR token in us-east-1: the AWS SSO session has expired',
      hint: expect.stringContaining('aws sso login'),
    });
  });

  test('an SSO session that was never begun is the same', async () => {
    home = await stubAwsEnvironment({ AWS_PROFILE: 'sso' }, ssoConfig);
    await expect(ask()).rejects.toMatchObject({ hint: expect.stringContaining('aws sso login') });
  });

  test('for ECR Public', async () => {
    home = await stubAwsEnvironment(staticCredentials);
    expect(await ask('public.ecr.aws')).toMatchObject({ username: 'AWS', password: 'public password' });
    expect(identity.calls).toEqual(['GetAuthorizationToken AKIATEST us-east-1/ecr-public']);
    expect(proxy.hosts).toEqual(['api.ecr-public.us-east-1.amazonaws.com']);
  });

  test('for private and public registries side by side, each signed for its own service', async () => {
    home = await stubAwsEnvironment(staticCredentials);
    for (const order of [
      ['public.ecr.aws', registry],
      [registry, 'public.ecr.aws'],
    ]) {
      const { credentials } = createEcr({ http, publicToken: true });
      for (const host of order) {
        expect(await credentials.getCredential({ registry: host })).toMatchObject({ username: 'AWS' });
      }
    }
    expect(new Set(identity.calls)).toEqual(new Set(['GetAuthorizationToken AKIATEST us-east-1/ecr-public']));
    const scopes = aws.apiRequests.list().map(({ headers }) => headers.authorization ?? '');
    expect(scopes).toHaveLength(2);
    for (const scope of scopes) expect(scope).toContain('/us-east-1/ecr/aws4_request');
  });

  test('for ECR Public without permission, which is named', async () => {
    home = await stubAwsEnvironment({ ...staticCredentials, AWS_ACCESS_KEY_ID: 'AKIADENIED' });
    await expect(ask('public.ecr.aws')).rejects.toMatchObject({
      code: 'OCI_CREDENTIALS',
      message:
        'cannot get an ECR Public token: the IAM action ecr-public:GetAuthorizationToken is not allowed on *',
    });
  });

  test('a proxy that refuses is an error that names the host', async () => {
    home = await stubAwsEnvironment({ ...staticCredentials, AWS_MAX_ATTEMPTS: '1' });
    await expect(ask(registry.replace('us-east-1', 'eu-west-1'))).rejects.toMatchObject({
      code: 'OCI_CREDENTIALS',
      message: expect.stringContaining('api.ecr.eu-west-1.amazonaws.com'),
    });
  });

  test.each([
    [registry.replace('ecr.', 'ecr-fips.'), 'api.ecr-fips.us-east-1.amazonaws.com'],
    ['123456789012.dkr-ecr.us-east-1.on.aws', 'ecr.us-east-1.api.aws'],
    [registry.replace('us-east-1', 'cn-north-1').concat('.cn'), 'api.ecr.cn-north-1.amazonaws.com.cn'],
  ])('%s is asked for at %s', async (host, api) => {
    home = await stubAwsEnvironment({ ...staticCredentials, AWS_MAX_ATTEMPTS: '1' });
    await expect(ask(host)).rejects.toMatchObject({ code: 'OCI_CREDENTIALS' });
    expect(proxy.hosts).toEqual([api]);
  });
});
