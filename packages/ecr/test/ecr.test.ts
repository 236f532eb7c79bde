import { createHttpClient, type Credential, type HttpClient } from '@oci-sync/oci-client';
import { awsError, forOperation, startEcr, type RunningEcr } from '@oci-sync/registry/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createEcr, type Ecr, type EcrOptions } from '../src/index.js';
import { staticCredentials, stubAwsEnvironment, type AwsHome } from './aws-environment.js';

const hostInEast = '123456789012.dkr.ecr.us-east-1.amazonaws.com';

let aws: RunningEcr;
let home: AwsHome;
let http: HttpClient;
let nowMs: number;

beforeEach(async () => {
  nowMs = Date.now();
  aws = await startEcr({ now: () => nowMs });
  home = await stubAwsEnvironment({ ...staticCredentials, AWS_REGION: 'us-east-1', AWS_MAX_ATTEMPTS: '1' });
  http = createHttpClient();
});
afterEach(async () => {
  await http.close();
  await aws.close();
  await home.remove();
  vi.unstubAllEnvs();
});

function ecrWith(options: Partial<EcrOptions> = {}): Ecr {
  return createEcr({ http, endpoint: aws.apiUrl, now: () => nowMs, ...options });
}

function registryOf(double: RunningEcr): string {
  return new URL(double.url).host;
}

async function passwordOf(ecr: Ecr, refresh = false): Promise<string> {
  const credential: Credential | undefined = await ecr.credentials.getCredential({
    registry: hostInEast,
    refresh,
  });
  if (credential?.kind !== 'basic') throw new Error('no password');
  expect(credential.username).toBe('AWS');
  return credential.password;
}

function countCalls(action: string): number {
  return aws.account.calls.filter((call) => call.action === action).length;
}

describe('tokens', () => {
  test('are good for the registry, asked for once, and shared', async () => {
    const ecr = ecrWith();
    const passwords = await Promise.all(Array.from({ length: 5 }, async () => passwordOf(ecr)));
    expect(new Set(passwords).size).toBe(1);
    expect(aws.account.checkToken('AWS', passwords[0] ?? '')).toBe('valid');
    expect(countCalls('ecr:GetAuthorizationToken')).toBe(1);
  });

  test('are renewed after half of their life', async () => {
    const ecr = ecrWith();
    const first = await passwordOf(ecr);
    nowMs += 5.9 * 3_600_000;
    expect(await passwordOf(ecr)).toBe(first);
    nowMs += 0.2 * 3_600_000;
    expect(await passwordOf(ecr)).not.toBe(first);
  });

  test('serve to their end when they cannot be renewed, and no longer', async () => {
    const ecr = ecrWith();
    const first = await passwordOf(ecr);
    aws.account.denied.add('ecr:GetAuthorizationToken');
    nowMs += 7 * 3_600_000;
    expect(await passwordOf(ecr)).toBe(first);
    nowMs += 6 * 3_600_000;
    await expect(passwordOf(ecr)).rejects.toMatchObject({ code: 'OCI_CREDENTIALS' });
  });

  test('are replaced at once after a refusal', async () => {
    const ecr = ecrWith();
    const first = await passwordOf(ecr);
    const [second, third] = await Promise.all([passwordOf(ecr, true), passwordOf(ecr, true)]);
    expect(second).not.toBe(first);
    expect(third).toBe(second);
    expect(countCalls('ecr:GetAuthorizationToken')).toBe(2);
  });

  test('with a date of expiry in the past do not make it ask over and over', async () => {
    await aws.close();
    aws = await startEcr({ reportedExpiry: new Date('2015-01-01'), now: () => nowMs });
    const ecr = ecrWith();
    const first = await passwordOf(ecr);
    expect(await passwordOf(ecr)).toBe(first);
    const credential = await ecr.credentials.getCredential({ registry: hostInEast });
    expect(credential).toMatchObject({ expiresAt: new Date(nowMs + 12 * 3_600_000) });
  });

  test('are asked for in the region of the host', async () => {
    const inWest = hostInEast.replace('us-east-1', 'us-west-2');
    await expect(ecrWith().credentials.getCredential({ registry: inWest })).rejects.toMatchObject({
      code: 'OCI_CREDENTIALS',
      message: expect.stringMatching(
        /cannot get an ECR token in us-west-2: AWS does not accept the signature/,
      ),
    });
  });

  test('are none of a registry that is not ECR', async () => {
    const ecr = ecrWith();
    for (const registry of ['docker.io', 'ghcr.io', `${hostInEast}.evil.example`, 'public.ecr.aws']) {
      expect(await ecr.credentials.getCredential({ registry })).toBeUndefined();
    }
    expect(aws.account.calls).toEqual([]);
  });

  test('one caller that gives up does not spoil it for the others', async () => {
    const ecr = ecrWith();
    const controller = new AbortController();
    const reason = new Error('enough');
    const [given, kept] = [controller.signal, undefined].map(async (signal) =>
      ecr.credentials.getCredential({ registry: hostInEast, signal }),
    );
    controller.abort(reason);
    await expect(given).rejects.toBe(reason);
    expect(await kept).toMatchObject({ username: 'AWS' });
    expect(countCalls('ecr:GetAuthorizationToken')).toBe(1);
  });
});

describe('which registries are ECR', () => {
  test('those whose host says so, with all that is known of ECR', async () => {
    const ecr = ecrWith();
    expect(await ecr.isEcr(hostInEast)).toBe(true);
    expect(aws.account.calls).toEqual([]);
    expect(ecr.repositoryCreator.handles(hostInEast)).toBe(true);
    expect(ecr.profileFor(hostInEast)).toEqual({
      name: 'ecr',
      tagPageSize: 1000,
      mountNeedsCommittedManifest: true,
      mounts: true,
      manifestPutsPerSecond: 10,
      refusesEmptyBlobs: true,
      uploadFallback: false,
    });
  });

  test('the one that the API at a given endpoint names as its own', async () => {
    const ecr = ecrWith();
    const registry = registryOf(aws);
    expect(ecr.profileFor(registry)).toBeUndefined();
    expect(await ecr.isEcr('127.0.0.1:1')).toBe(false);
    expect(await ecr.isEcr(registry)).toBe(true);
    expect(ecr.profileFor(registry)?.name).toBe('ecr');
    expect(ecr.repositoryCreator.handles(registry)).toBe(true);
    expect(await ecr.credentials.getCredential({ registry })).toMatchObject({ username: 'AWS' });
    expect(countCalls('ecr:GetAuthorizationToken')).toBe(1);
  });

  test('without an endpoint AWS is not asked about other hosts', async () => {
    expect(await createEcr({ http }).isEcr(registryOf(aws))).toBe(false);
  });

  test('those that settings name', async () => {
    const ecr = ecrWith({ registries: new Map([['images.example.com', { region: 'us-east-1' }]]) });
    expect(await ecr.isEcr('images.example.com')).toBe(true);
    expect(await ecr.credentials.getCredential({ registry: 'images.example.com' })).toMatchObject({
      kind: 'basic',
    });
  });

  test('public.ecr.aws, without a creator and without mounts', async () => {
    const ecr = ecrWith();
    expect(await ecr.isEcr('public.ecr.aws')).toBe(true);
    expect(ecr.repositoryCreator.handles('public.ecr.aws')).toBe(false);
    expect(ecr.profileFor('public.ecr.aws')).toMatchObject({ name: 'ecr-public', mounts: false });
  });
});

describe("the caller's own registry", () => {
  test('is what the token names', async () => {
    expect(await ecrWith().callerRegistry()).toBe(registryOf(aws));
  });

  test('is looked for in the given region, the configured one, then the fallback', async () => {
    await expect(ecrWith().callerRegistry({ region: 'eu-central-1' })).rejects.toThrow('in eu-central-1');
    await expect(ecrWith({ region: 'eu-west-1' }).callerRegistry()).rejects.toThrow('in eu-west-1');
    vi.stubEnv('AWS_REGION', undefined);
    await expect(ecrWith({ fallbackRegion: 'us-west-2' }).callerRegistry()).rejects.toThrow('in us-west-2');
    await expect(ecrWith().callerRegistry()).rejects.toMatchObject({
      code: 'OCI_INVALID_OPTION',
      message: 'no AWS region is known',
      hint: expect.stringContaining('--region'),
    });
  });
});

describe('repositories', () => {
  test('are created with the defaults, in the account of the host', async () => {
    const ecr = ecrWith();
    const request = { registry: hostInEast, repository: 'team/app' };
    expect(await ecr.repositoryCreator.createRepository(request)).toBe('created');
    expect(aws.account.repository('team/app')).toMatchObject({
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: { encryptionType: 'AES256' },
      imageTagMutability: 'MUTABLE',
      tags: [],
      lifecyclePolicyText: undefined,
      policyText: undefined,
    });
    expect(aws.account.calls).toEqual([{ action: 'ecr:CreateRepository', repository: 'team/app' }]);
  });

  test('are created with every setting', async () => {
    const lifecyclePolicy = { rules: [{ rulePriority: 1 }] };
    const repositoryPolicy = { Version: '2012-10-17', Statement: [] };
    const ecr = ecrWith({
      repositorySettings: {
        scanOnPush: false,
        encryption: { type: 'KMS', kmsKey: 'alias/images' },
        tagMutability: 'IMMUTABLE_WITH_EXCLUSION',
        tagMutabilityExclusions: ['latest', 'dev-*'],
        lifecyclePolicy,
        repositoryPolicy,
        tags: { team: 'platform' },
      },
    });
    await ecr.repositoryCreator.createRepository({ registry: hostInEast, repository: 'team/app' });
    expect(aws.account.repository('team/app')).toMatchObject({
      imageScanningConfiguration: { scanOnPush: false },
      encryptionConfiguration: { encryptionType: 'KMS', kmsKey: 'alias/images' },
      imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      imageTagMutabilityExclusionFilters: [
        { filterType: 'WILDCARD', filter: 'latest' },
        { filterType: 'WILDCARD', filter: 'dev-*' },
      ],
      tags: [{ Key: 'team', Value: 'platform' }],
      lifecyclePolicyText: JSON.stringify(lifecyclePolicy),
      policyText: JSON.stringify(repositoryPolicy),
    });
  });

  test('are created once, however many want them', async () => {
    const ecr = ecrWith();
    const request = { registry: hostInEast, repository: 'team/app' };
    const all = Array.from({ length: 6 }, async () => ecr.repositoryCreator.createRepository(request));
    expect(new Set(await Promise.all(all))).toEqual(new Set(['created']));
    expect(countCalls('ecr:CreateRepository')).toBe(1);
  });

  test('that exist are left as they are', async () => {
    const request = { registry: hostInEast, repository: 'team/app' };
    await ecrWith({ repositorySettings: { tags: { by: 'first' } } }).repositoryCreator.createRepository(
      request,
    );
    const second = ecrWith({ repositorySettings: { scanOnPush: false, lifecyclePolicy: { rules: [] } } });
    expect(await second.repositoryCreator.createRepository(request)).toBe('exists');
    expect(aws.account.repository('team/app')).toMatchObject({
      imageScanningConfiguration: { scanOnPush: true },
      lifecyclePolicyText: undefined,
      tags: [{ Key: 'by', Value: 'first' }],
    });
  });

  test.each([
    [
      'ecr:CreateRepository',
      /^cannot create repository .*\/team\/app: the IAM action ecr:CreateRepository is not allowed on arn:aws:ecr:us-east-1:123456789012:repository\/team\/app$/,
    ],
    ['ecr:TagResource', /cannot create repository .*: the IAM action ecr:TagResource/],
    [
      'ecr:PutLifecyclePolicy',
      /was created, but its lifecycle policy could not be set: the IAM action ecr:PutLifecyclePolicy/,
    ],
    [
      'ecr:SetRepositoryPolicy',
      /was created, but its repository policy could not be set: the IAM action ecr:SetRepositoryPolicy/,
    ],
  ])('a missing permission is named: %s', async (action, message) => {
    aws.account.denied.add(action);
    const ecr = ecrWith({
      repositorySettings: {
        tags: { a: 'b' },
        lifecyclePolicy: { rules: [] },
        repositoryPolicy: { Version: '1' },
      },
    });
    const request = { registry: hostInEast, repository: 'team/app' };
    await expect(ecr.repositoryCreator.createRepository(request)).rejects.toMatchObject({
      code: 'OCI_REPOSITORY_CREATION',
      message: expect.stringMatching(message),
      hint: expect.stringContaining(`add ${action} to the IAM policy`),
      retryable: false,
    });
  });

  test('a failed creation may be tried again', async () => {
    const ecr = ecrWith();
    const request = { registry: hostInEast, repository: 'team/app' };
    aws.faults.inject(
      awsError('ThrottlingException', 'Rate exceeded'),
      forOperation('CreateRepository', { times: 1 }),
    );
    await expect(ecr.repositoryCreator.createRepository(request)).rejects.toMatchObject({
      code: 'OCI_REPOSITORY_CREATION',
      message: expect.stringContaining('AWS is throttling these calls'),
      retryable: true,
    });
    expect(await ecr.repositoryCreator.createRepository(request)).toBe('created');
  });

  test('throttling is waited for by the SDK', async () => {
    vi.stubEnv('AWS_MAX_ATTEMPTS', '3');
    aws.faults.inject(
      awsError('ThrottlingException', 'Rate exceeded'),
      forOperation('CreateRepository', { times: 1 }),
    );
    const request = { registry: hostInEast, repository: 'team/app' };
    expect(await ecrWith().repositoryCreator.createRepository(request)).toBe('created');
  });

  test('are not created when that is switched off', async () => {
    const ecr = ecrWith({ createRepositories: false });
    const request = { registry: hostInEast, repository: 'team/app' };
    await expect(ecr.repositoryCreator.createRepository(request)).rejects.toMatchObject({
      code: 'OCI_REPOSITORY_CREATION',
      message: `repository ${hostInEast}/team/app does not exist, and creating it is switched off`,
      hint: 'create it first: aws ecr create-repository --repository-name team/app --region us-east-1',
    });
    expect(aws.account.calls).toEqual([]);
  });
});

describe('the account setting for mounts', () => {
  test.each([
    ['ENABLED', true],
    ['DISABLED', false],
  ] as const)('%s', async (blobMounting, expected) => {
    await aws.close();
    aws = await startEcr({ blobMounting });
    const ecr = ecrWith();
    expect(await ecr.readMountSetting(hostInEast)).toBe(expected);
    expect(ecr.profileFor(hostInEast)?.mounts).toBe(expected);
  });

  test('is unknown after any error, which changes nothing', async () => {
    aws.account.denied.add('ecr:GetAccountSetting');
    const ecr = ecrWith();
    expect(await ecr.readMountSetting(hostInEast)).toBeUndefined();
    expect(await ecr.readMountSetting('docker.io')).toBeUndefined();
    expect(ecr.profileFor(hostInEast)?.mounts).toBe(true);
  });
});

describe('error texts', () => {
  async function refusal(ecr: Ecr): Promise<unknown> {
    return ecr.credentials.getCredential({ registry: hostInEast }).catch((error: unknown) => error);
  }

  test('a denied token names the action', async () => {
    aws.account.denied.add('ecr:GetAuthorizationToken');
    expect(await refusal(ecrWith())).toMatchObject({
      code: 'OCI_CREDENTIALS',
      message:
        'cannot get an ECR token in us-east-1: the IAM action ecr:GetAuthorizationToken is not allowed on *',
      hint: 'add ecr:GetAuthorizationToken to the IAM policy of these credentials',
    });
  });

  test('no credentials at all', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    expect(await refusal(ecrWith())).toMatchObject({
      code: 'OCI_CREDENTIALS',
      message: 'cannot get an ECR token in us-east-1: no AWS credentials were found',
      hint: expect.stringContaining('AWS_PROFILE'),
    });
  });

  test.each([
    [
      'ExpiredTokenException',
      'The security token included in the request is expired',
      'credentials have expired',
    ],
    [
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      'does not know these',
    ],
    ['LimitExceededException', 'too many', 'an ECR quota is used up (too many)'],
    ['SomethingNewException', 'who knows', 'SomethingNewException: who knows'],
  ])('%s', async (name, message, expected) => {
    aws.faults.inject(awsError(name, message));
    expect(await refusal(ecrWith())).toMatchObject({
      code: 'OCI_CREDENTIALS',
      message: expect.stringContaining(expected),
    });
  });

  test('an API that cannot be reached', async () => {
    const ecr = ecrWith({ endpoint: 'http://127.0.0.1:1' });
    expect(await refusal(ecr)).toMatchObject({
      code: 'OCI_CREDENTIALS',
      message: expect.stringMatching(/^cannot get an ECR token in us-east-1: .*127\.0\.0\.1:1/),
      hint: expect.any(String),
    });
  });
});

test('the SDK does not print its own advice on Node versions, and the environment stays as it was', async () => {
  const warn = vi.spyOn(process, 'emitWarning');
  await passwordOf(ecrWith());
  expect(warn).not.toHaveBeenCalled();
  expect(process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED']).toBeUndefined();
});
