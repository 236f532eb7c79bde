import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  awsError,
  buildImage,
  forOperation,
  pushImage,
  startEcr,
  type RunningEcr,
} from '@oci-sync/registry/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { basic, send } from './plain-client.js';

const signed =
  'AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/ecr/aws4_request, SignedHeaders=host, Signature=00';

async function call(ecr: RunningEcr, operation: string, input: object = {}, authorization = signed) {
  const answer = await send('POST', `${ecr.apiUrl}/`, {
    headers: {
      authorization,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}`,
    },
    body: JSON.stringify(input),
  });
  const output = answer.json() as Record<string, unknown>;
  return { status: answer.status, output, type: output['__type'] };
}

describe('tokens', () => {
  it('are issued for the data plane, which accepts them until they expire', async () => {
    let nowMs = Date.parse('2026-01-01T00:00:00Z');
    await using ecr = await startEcr({ now: () => nowMs });
    const { output } = await call(ecr, 'GetAuthorizationToken');
    const [data] = output['authorizationData'] as [
      { authorizationToken: string; expiresAt: number; proxyEndpoint: string },
    ];
    expect(data.proxyEndpoint).toBe(ecr.url);
    expect(data.expiresAt).toBe(Date.parse('2026-01-01T12:00:00Z') / 1000);
    const headers = { authorization: `Basic ${data.authorizationToken}` };
    expect(Buffer.from(data.authorizationToken, 'base64').toString()).toMatch(/^AWS:.+/);
    expect((await send('GET', `${ecr.url}/v2/`, { headers })).status).toBe(200);
    nowMs += 12 * 3_600_000;
    const late = await send('GET', `${ecr.url}/v2/`, { headers });
    expect([late.status, late.errorCode()]).toEqual([403, 'DENIED']);
    expect(late.errorMessage()).toContain('authorization token has expired');
  });

  it('are Basic with the user AWS only', async () => {
    await using ecr = await startEcr();
    const { password } = ecr.issueCredentials();
    const refused = await send('GET', `${ecr.url}/v2/`);
    expect(refused.status).toBe(401);
    expect(refused.headers['www-authenticate']).toBe(`Basic realm="${ecr.url}/",service="ecr.amazonaws.com"`);
    for (const [user, secret, status] of [
      ['AWS', password, 200],
      ['aws', password, 401],
      ['AWS', 'wrong', 401],
    ] as const) {
      const headers = { authorization: basic(user, secret) };
      expect((await send('GET', `${ecr.url}/v2/`, { headers })).status).toBe(status);
    }
    ecr.account.expireTokens();
    const headers = { authorization: basic('AWS', password) };
    expect((await send('GET', `${ecr.url}/v2/`, { headers })).status).toBe(403);
  });

  it('may be reported to have expired long ago, or for another address', async () => {
    const reportedExpiry = new Date('2015-01-01T00:00:00Z');
    await using ecr = await startEcr({ reportedExpiry, proxyEndpoint: 'https://other.example' });
    const { output } = await call(ecr, 'GetAuthorizationToken');
    expect(output['authorizationData']).toMatchObject([
      { expiresAt: reportedExpiry.getTime() / 1000, proxyEndpoint: 'https://other.example' },
    ]);
  });
});

describe('tokens of ECR Public', () => {
  it('come without a list, under an action of their own', async () => {
    await using ecr = await startEcr({ public: true });
    const { output } = await call(ecr, 'GetAuthorizationToken', {}, signed.replace('/ecr/', '/ecr-public/'));
    expect(output['authorizationData']).toMatchObject({
      authorizationToken: expect.stringMatching(/^QVdTO/),
    });
    expect(ecr.account.calls).toEqual([
      { action: 'ecr-public:GetAuthorizationToken', repository: undefined },
    ]);
  });
});

describe('repositories', () => {
  it.each(['memory', 'directory'] as const)('are created with their settings, once, in %s', async (kind) => {
    const directory = await mkdtemp(join(tmpdir(), 'ecr-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    await using ecr = await startEcr({ storage: kind === 'memory' ? kind : { directory } });
    const input = {
      repositoryName: 'team/app',
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: { encryptionType: 'KMS', kmsKey: 'key' },
      tags: [{ Key: 'team', Value: 'a' }],
    };
    const created = await Promise.all([
      call(ecr, 'CreateRepository', input),
      call(ecr, 'CreateRepository', input),
    ]);
    expect(created.map(({ type }) => String(type)).sort()).toEqual([
      'RepositoryAlreadyExistsException',
      'undefined',
    ]);
    expect(created.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 400]);
    const { output } = await call(ecr, 'DescribeRepositories', { repositoryNames: ['team/app'] });
    expect(output['repositories']).toMatchObject([
      {
        repositoryArn: 'arn:aws:ecr:us-east-1:123456789012:repository/team/app',
        registryId: '123456789012',
        repositoryName: 'team/app',
        repositoryUri: `${ecr.host}/team/app`,
        imageTagMutability: 'IMMUTABLE',
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfiguration: { encryptionType: 'KMS', kmsKey: 'key' },
      },
    ]);
    expect(ecr.account.repository('team/app').tags).toEqual(input.tags);
  });

  it('are missing, or have invalid names', async () => {
    await using ecr = await startEcr();
    const missing = await call(ecr, 'DescribeRepositories', { repositoryNames: ['team/none'] });
    const invalid = await call(ecr, 'CreateRepository', { repositoryName: 'Team' });
    const short = await call(ecr, 'CreateRepository', { repositoryName: 'a' });
    expect([missing.status, missing.type]).toEqual([400, 'RepositoryNotFoundException']);
    expect([invalid.type, short.type]).toEqual(['InvalidParameterException', 'InvalidParameterException']);
  });

  it('come in pages', async () => {
    await using ecr = await startEcr();
    for (const name of ['aa', 'bb', 'cc']) await call(ecr, 'CreateRepository', { repositoryName: name });
    const first = await call(ecr, 'DescribeRepositories', { maxResults: 2 });
    const { nextToken } = first.output;
    const second = await call(ecr, 'DescribeRepositories', { maxResults: 2, nextToken });
    const names = [first, second].map(({ output }) =>
      (output['repositories'] as { repositoryName: string }[]).map((each) => each.repositoryName),
    );
    expect(names).toEqual([['aa', 'bb'], ['cc']]);
    expect(second.output['nextToken']).toBeUndefined();
  });

  it('take policies, mutability and tags', async () => {
    await using ecr = await startEcr();
    const repositoryName = 'team/app';
    await call(ecr, 'CreateRepository', { repositoryName });
    const { account } = ecr;
    const none = await call(ecr, 'GetLifecyclePolicy', { repositoryName });
    expect(none.type).toBe('LifecyclePolicyNotFoundException');
    await call(ecr, 'PutLifecyclePolicy', { repositoryName, lifecyclePolicyText: '{"rules":[]}' });
    await call(ecr, 'SetRepositoryPolicy', { repositoryName, policyText: '{"Statement":[]}' });
    await call(ecr, 'PutImageTagMutability', { repositoryName, imageTagMutability: 'IMMUTABLE' });
    const resourceArn = account.repositoryArn(repositoryName);
    for (const Value of ['1', '2'])
      await call(ecr, 'TagResource', { resourceArn, tags: [{ Key: 'k', Value }] });
    const policy = await call(ecr, 'GetLifecyclePolicy', { repositoryName });
    const access = await call(ecr, 'GetRepositoryPolicy', { repositoryName });
    const tags = await call(ecr, 'ListTagsForResource', { resourceArn });
    expect(policy.output['lifecyclePolicyText']).toBe('{"rules":[]}');
    expect(access.output['policyText']).toBe('{"Statement":[]}');
    expect(tags.output['tags']).toEqual([{ Key: 'k', Value: '2' }]);
    expect(account.repository(repositoryName).imageTagMutability).toBe('IMMUTABLE');
    const broken = await call(ecr, 'PutLifecyclePolicy', { repositoryName, lifecyclePolicyText: '{' });
    expect(broken.type).toBe('InvalidParameterException');
  });
});

describe('images', () => {
  it('are described, got and listed', async () => {
    await using ecr = await startEcr();
    const image = buildImage();
    await pushImage(ecr, 'team/app:v1', image);
    const repositoryName = 'team/app';
    const imageIds = [{ imageTag: 'v1' }];
    const described = await call(ecr, 'DescribeImages', { repositoryName, imageIds });
    expect(described.output['imageDetails']).toMatchObject([
      { imageDigest: image.digest, imageTags: ['v1'], imageManifestMediaType: image.mediaType },
    ]);
    const got = await call(ecr, 'BatchGetImage', {
      repositoryName,
      imageIds: [...imageIds, { imageTag: 'v2' }],
    });
    expect(got.output).toMatchObject({
      images: [
        { imageId: { imageTag: 'v1', imageDigest: image.digest }, imageManifest: image.bytes.toString() },
      ],
      failures: [{ failureCode: 'ImageNotFound' }],
    });
    const listed = await call(ecr, 'ListImages', { repositoryName });
    expect(listed.output['imageIds']).toEqual([{ imageDigest: image.digest, imageTag: 'v1' }]);
    const missing = await call(ecr, 'DescribeImages', { repositoryName, imageIds: [{ imageTag: 'v2' }] });
    expect(missing.type).toBe('ImageNotFoundException');
  });
});

describe('the API', () => {
  it('wants requests signed for its service and region', async () => {
    await using ecr = await startEcr({ region: 'eu-west-1' });
    const unsigned = await call(ecr, 'GetAuthorizationToken', {}, '');
    const elsewhere = await call(ecr, 'GetAuthorizationToken');
    const right = await call(ecr, 'GetAuthorizationToken', {}, signed.replace('us-east-1', 'eu-west-1'));
    expect([unsigned.status, unsigned.type]).toEqual([403, 'MissingAuthenticationTokenException']);
    expect([elsewhere.status, elsewhere.type]).toEqual([403, 'InvalidSignatureException']);
    expect(right.status).toBe(200);
  });

  it('denies actions by name and records what was used', async () => {
    await using ecr = await startEcr({ denied: ['ecr:TagResource'] });
    const tags = [{ Key: 'k', Value: 'v' }];
    const denied = await call(ecr, 'CreateRepository', { repositoryName: 'team/app', tags });
    expect([denied.status, denied.type]).toEqual([400, 'AccessDeniedException']);
    expect(denied.output['message']).toContain(
      'not authorized to perform: ecr:TagResource on resource: arn:aws',
    );
    expect((await call(ecr, 'CreateRepository', { repositoryName: 'team/app' })).status).toBe(200);
    expect(ecr.account.calls.map(({ action }) => action)).toEqual([
      'ecr:CreateRepository',
      'ecr:TagResource',
      'ecr:CreateRepository',
    ]);
  });

  it('throttles and fails where a test says so', async () => {
    await using ecr = await startEcr();
    ecr.faults.inject(
      awsError('ThrottlingException', 'Rate exceeded'),
      forOperation('CreateRepository', { times: 1 }),
    );
    const throttled = await call(ecr, 'CreateRepository', { repositoryName: 'team/app' });
    expect([throttled.status, throttled.type]).toEqual([400, 'ThrottlingException']);
    expect((await call(ecr, 'CreateRepository', { repositoryName: 'team/app' })).status).toBe(200);
  });

  it('gives and takes account settings, and knows no others', async () => {
    await using ecr = await startEcr();
    const setting = async () =>
      (await call(ecr, 'GetAccountSetting', { name: 'BLOB_MOUNTING' })).output['value'];
    expect(await setting()).toBe('DISABLED');
    await call(ecr, 'PutAccountSetting', { name: 'BLOB_MOUNTING', value: 'ENABLED' });
    expect(await setting()).toBe('ENABLED');
    expect((await call(ecr, 'GetAccountSetting', { name: 'OTHER' })).type).toBe('InvalidParameterException');
    expect((await call(ecr, 'DeleteEverything')).type).toBe('UnknownOperationException');
  });

  it('may have a port of its own', async () => {
    await using ecr = await startEcr({ separateControlPlane: true });
    expect(ecr.apiUrl).not.toBe(ecr.url);
    const { output } = await call(ecr, 'GetAuthorizationToken');
    expect(output['authorizationData']).toMatchObject([{ proxyEndpoint: ecr.url }]);
    expect([ecr.apiRequests.count(), ecr.requests.count()]).toEqual([1, 0]);
  });
});
