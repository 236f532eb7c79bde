import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCopier, createHttpClient, type Copier } from '@oci-sync/oci-client';
import {
  buildImage,
  buildMultiArchImage,
  pushImage,
  startEcr,
  startTestRegistry,
  type RunningEcr,
  type TestRegistry,
} from '@oci-sync/registry/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createEcr, type Ecr, type EcrOptions } from '../src/index.js';
import { staticCredentials, stubAwsEnvironment, type AwsHome } from './aws-environment.js';
import { awsTls } from './aws-tls.js';
import { startConnectProxy, type ConnectProxy } from './connect-proxy.js';

const registry = '123456789012.dkr.ecr.us-east-1.amazonaws.com';

let aws: RunningEcr;
let source: TestRegistry;
let proxy: ConnectProxy;
let home: AwsHome;
let closers: (() => Promise<void>)[];

beforeEach(async () => {
  aws = await startEcr({ tls: { cert: awsTls.cert, key: awsTls.key }, blobMounting: 'ENABLED' });
  source = await startTestRegistry();
  const port = Number(new URL(aws.url).port);
  proxy = await startConnectProxy(
    new Map([
      [registry, port],
      ['api.ecr.us-east-1.amazonaws.com', port],
    ]),
  );
  home = await stubAwsEnvironment(staticCredentials);
  closers = [];
});
afterEach(async () => {
  for (const close of closers) await close();
  await Promise.all([proxy.close(), source.close(), aws.close(), home.remove()]);
  vi.unstubAllEnvs();
});

function startCopier(options: Partial<EcrOptions> = {}): { readonly copier: Copier; readonly ecr: Ecr } {
  const http = { ca: [awsTls.ca], proxy: { httpsProxy: proxy.url } };
  const client = createHttpClient(http);
  const ecr = createEcr({ http: client, ...options });
  const copier = createCopier({
    http,
    credentials: [ecr.credentials],
    repositoryCreators: [ecr.repositoryCreator],
    profileFor: (host) => ecr.profileFor(host),
  });
  closers.push(
    async () => copier.close(),
    async () => client.close(),
  );
  return { copier, ecr };
}

function sourceName(name: string): string {
  return `${new URL(source.url).host}/${name}`;
}

test('an image arrives under its digest in a repository that did not exist', async () => {
  const image = await pushImage(source, 'app:v1', buildMultiArchImage());
  const { copier } = startCopier();
  const report = await copier.copy({ source: sourceName('app:v1'), destination: `${registry}/team/app:v1` });
  expect(report.digest).toBe(image.digest);
  expect(aws.content.resolveTag('team/app', 'v1')).toBe(image.digest);
  expect(aws.account.repository('team/app').imageScanningConfiguration).toEqual({ scanOnPush: true });
  expect(new Set(proxy.hosts)).toEqual(new Set([registry, 'api.ecr.us-east-1.amazonaws.com']));
});

test('a token that expires in the middle is replaced', async () => {
  await pushImage(source, 'app:v1', buildImage());
  await pushImage(source, 'app:v2', buildImage({ layers: [{ sizeBytes: 5000 }] }));
  const { copier } = startCopier();
  await copier.copy({ source: sourceName('app:v1'), destination: `${registry}/team/app:v1` });
  aws.account.expireTokens();
  await copier.copy({ source: sourceName('app:v2'), destination: `${registry}/team/app:v2` });
  expect(aws.content.resolveTag('team/app', 'v2')).toBeDefined();
});

test('a missing repository is an error when creating is switched off', async () => {
  await pushImage(source, 'app:v1', buildImage());
  const { copier } = startCopier({ createRepositories: false });
  await expect(
    copier.copy({ source: sourceName('app:v1'), destination: `${registry}/team/app:v1` }),
  ).rejects.toMatchObject({
    code: 'OCI_REPOSITORY_CREATION',
    hint: expect.stringContaining('aws ecr create-repository --repository-name team/app'),
  });
});

test('the calls made are those that the IAM policy in the documentation allows, no more and no fewer', async () => {
  const image = buildImage({ layers: [{ sizeBytes: 3000 }, { sizeBytes: 4000 }] });
  await pushImage(source, 'app:v1', image);
  await pushImage(source, 'app:v2', buildImage({ layers: [{ sizeBytes: 5000 }] }));
  const repositorySettings = {
    tags: { team: 'platform' },
    lifecyclePolicy: { rules: [] },
    repositoryPolicy: { Version: '2012-10-17', Statement: [] },
  };
  const { copier, ecr } = startCopier({ repositorySettings });
  await ecr.readMountSetting(registry);
  for (const repository of ['team/app', 'team/other']) {
    await copier.copy({ source: sourceName('app:v1'), destination: `${registry}/${repository}:v1` });
  }
  const later = startCopier({ repositorySettings }).copier;
  await later.copy({ source: sourceName('app:v2'), destination: `${registry}/team/app:v2` });
  const used = new Set(aws.account.calls.map(({ action }) => action));
  const onRegistry = aws.account.calls.filter(({ repository }) => repository === undefined);

  const documentation = await readFile(join(import.meta.dirname, '../../../docs/ecr.md'), 'utf8');
  const [, json = '{}'] = /```json\n(\{\n {2}"Version"[\s\S]*?)\n```/.exec(documentation) ?? [];
  const policy: {
    readonly Statement?: readonly { readonly Action: readonly string[]; readonly Resource: string }[];
  } = JSON.parse(json);
  const statements = policy.Statement ?? [];
  const allowed = statements.flatMap(({ Action }) => Action);
  const allowedEverywhere = statements
    .filter(({ Resource }) => Resource === '*')
    .flatMap(({ Action }) => Action);
  expect([...used].toSorted()).toEqual(allowed.toSorted());
  expect([...new Set(onRegistry.map(({ action }) => action))].toSorted()).toEqual(
    allowedEverywhere.toSorted(),
  );
});
