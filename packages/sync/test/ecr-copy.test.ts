import {
  buildArtifact,
  buildImage,
  buildMultiArchImage,
  expiredToken,
  failUploadAfter,
  pushImage,
  startEcr,
  startTestRegistry,
  testBlob,
  testManifest,
  type EcrOptions,
  type RunningEcr,
  type TestImage,
  type TestRegistry,
} from '@oci-sync/registry/testing';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { createCopier, type Copier } from '../src/index.js';

const unsetVariables = [
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_DEFAULT_REGION',
  'AWS_ROLE_ARN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ENDPOINT_URL',
];

afterEach(() => {
  vi.unstubAllEnvs();
});

interface EcrFixture {
  readonly ecr: RunningEcr;
  readonly source: TestRegistry;
  readonly copier: Copier;
  readonly from: (name: string) => string;
  readonly to: (name: string) => string;
  /** A copier that knows nothing of what was copied. */
  readonly another: () => Copier;
}

/** A copier as the CLI makes it, whose AWS is the double. */
async function startEcrFixture(options: EcrOptions = {}): Promise<EcrFixture> {
  const [ecr, source] = await Promise.all([startEcr(options), startTestRegistry()]);
  for (const name of unsetVariables) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent/config');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent/credentials');
  vi.stubEnv('AWS_ENDPOINT_URL_ECR', ecr.apiUrl);
  const copiers: Copier[] = [];
  const another = (): Copier => {
    const copier = createCopier({
      environment: { AWS_ENDPOINT_URL_ECR: ecr.apiUrl },
      homeDirectory: '/nonexistent',
      cache: false,
      random: () => 0,
    });
    copiers.push(copier);
    return copier;
  };
  onTestFinished(async () => {
    await Promise.all(copiers.map(async (copier) => copier.close()));
    await Promise.all([ecr.close(), source.close()]);
  });
  return {
    ecr,
    source,
    copier: another(),
    from: (name) => `${source.host}/${name}`,
    to: (name) => `${ecr.host}/${name}`,
    another,
  };
}

/** What of an image a repository does not have. */
function missingFrom(ecr: RunningEcr, repository: string, image: TestImage): readonly string[] {
  const blobs = image.blobs.map(({ descriptor }) => descriptor);
  return [
    ...(ecr.content.manifest(repository, image.digest) === undefined ? [image.digest] : []),
    ...blobs
      .filter(({ digest, size }) => ecr.content.blob(repository, digest)?.sizeBytes !== size)
      .map(({ digest }) => digest),
    ...image.children.flatMap((child) => missingFrom(ecr, repository, child)),
  ];
}

/** An image of these blobs that no builder makes. */
function imageOf(configType: string, layer: Buffer): TestImage {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const config = testBlob(Buffer.from('{}'), configType);
  const layers = [testBlob(layer, 'application/vnd.oci.image.layer.v1.tar')];
  return testManifest(
    {
      schemaVersion: 2,
      mediaType,
      config: config.descriptor,
      layers: layers.map(({ descriptor }) => descriptor),
    },
    { mediaType, blobs: [config, ...layers] },
  );
}

it('an immutable tag that has the digest is a success, with other content an error of its own', async () => {
  const { ecr, source, copier, from, to } = await startEcrFixture();
  const image = buildImage({ seed: 'one' });
  await pushImage(source, 'app:v1', image);
  await pushImage(source, 'app:v2', buildImage({ seed: 'other' }));
  await pushImage(ecr, 'team/app:v1', image);
  ecr.account.repository('team/app').imageTagMutability = 'IMMUTABLE';
  const destination = to('team/app:v1');
  expect(await copier.copy({ source: from('app:v1'), destination })).toMatchObject({ outcome: 'unchanged' });
  await expect(copier.copy({ source: from('app:v2'), destination })).rejects.toMatchObject({
    name: 'CopyError',
    code: 'OCI_TAG_IMMUTABLE',
    side: 'destination',
    hint: expect.any(String),
  });
  expect(ecr.content.resolveTag('team/app', 'v1')).toBe(image.digest);
});

it('an immutable tag that appears during the copy is a success when it has the digest', async () => {
  const { ecr, source, copier, from, to } = await startEcrFixture();
  const image = buildImage();
  await pushImage(source, 'app:v1', image);
  await ecr.content.createRepository('team/app');
  ecr.account.repository('team/app').imageTagMutability = 'IMMUTABLE';
  const racing = ecr.faults.inject(
    async (request, next) => {
      await pushImage(ecr, 'team/app:v1', image);
      return next(request);
    },
    { method: 'PUT', route: 'manifest', times: 1 },
  );
  const report = await copier.copy({ source: from('app:v1'), destination: to('team/app:v1') });
  expect(racing.hits).toBe(1);
  expect(report.digest).toBe(image.digest);
});

it('repair brings back a blob and a child under an immutable tag', async () => {
  const { ecr, source, copier, from, to, another } = await startEcrFixture();
  const image = buildMultiArchImage();
  const [child, sibling] = image.children;
  if (child === undefined || sibling === undefined) throw new Error('two children');
  await pushImage(source, 'app:v1', image);
  const request = { source: from('app:v1'), destination: to('team/app:v1') };
  await copier.copy(request);
  ecr.account.repository('team/app').imageTagMutability = 'IMMUTABLE';
  const lost = sibling.blobs[1]?.descriptor.digest ?? sibling.digest;
  await ecr.content.deleteManifest('team/app', child.digest);
  await ecr.content.deleteBlob('team/app', lost);
  const report = await another().verify(request);
  expect(report.outcome).toBe('incomplete');
  expect(report.missing.map(({ digest }) => digest).toSorted()).toEqual([child.digest, lost].toSorted());
  // Without repair an unchanged tag is taken to be complete.
  expect(await another().copy(request)).toMatchObject({ outcome: 'unchanged' });
  await another().copy({ ...request, repair: true });
  expect(missingFrom(ecr, 'team/app', image)).toEqual([]);
  expect(await another().verify(request)).toMatchObject({ outcome: 'complete', missing: [] });
});

it('an empty blob is refused before anything is created or sent', async () => {
  const { ecr, source, copier, from, to } = await startEcrFixture();
  const image = imageOf('application/vnd.oci.empty.v1+json', Buffer.alloc(0));
  await pushImage(source, 'app:v1', image);
  await expect(copier.copy({ source: from('app:v1'), destination: to('team/app:v1') })).rejects.toMatchObject(
    {
      name: 'CopyError',
      code: 'OCI_UNSUPPORTED_CONTENT',
      side: 'destination',
      message: expect.stringContaining('empty'),
      digest: image.blobs[1]?.descriptor.digest,
    },
  );
  expect(ecr.content.hasRepository('team/app')).toBe(false);
  expect(ecr.requests.list({ route: ['uploads', 'upload'] })).toEqual([]);
});

it('a token that expires in the middle of a run, or of a blob, is renewed', async () => {
  const { ecr, source, copier, from, to } = await startEcrFixture();
  const image = buildImage({ layers: [{ seed: 'large', sizeBytes: 2_000_000 }] });
  await pushImage(source, 'app:v1', image);
  await pushImage(source, 'app:v2', buildImage({ seed: 'second' }));
  const expiring = ecr.faults.inject(failUploadAfter(500_000, expiredToken()), {
    method: 'PUT',
    route: 'upload',
    where: ({ headers }) => Number(headers['content-length']) > 1_000_000,
    times: 1,
  });
  await copier.copy({ source: from('app:v1'), destination: to('team/app:v1') });
  expect(expiring.hits).toBe(1);
  expect(missingFrom(ecr, 'team/app', image)).toEqual([]);
  ecr.account.expireTokens();
  await copier.copy({ source: from('app:v2'), destination: to('team/app:v2') });
  expect(ecr.content.tags('team/app')).toEqual(['v1', 'v2']);
});

it('a missing repository is created once for many images at a time', async () => {
  const { ecr, source, copier, from, to } = await startEcrFixture();
  const tags = ['a', 'b', 'c', 'd', 'e', 'f'];
  for (const tag of tags) await pushImage(source, `app:${tag}`, buildImage({ seed: tag }));
  const outcomes = await copier.copyAll(
    tags.map((tag) => ({ source: from(`app:${tag}`), destination: to(`team/app:${tag}`) })),
  );
  expect(outcomes.map((each) => each.outcome)).toEqual(tags.map(() => 'copied'));
  expect(ecr.account.calls.filter(({ action }) => action === 'ecr:CreateRepository')).toHaveLength(1);
  expect(ecr.account.repository('team/app').imageScanningConfiguration).toEqual({ scanOnPush: true });
});

it('a permission to create that is missing shows before a byte of a blob is sent', async () => {
  const { ecr, source, copier, from, to } = await startEcrFixture({ denied: ['ecr:CreateRepository'] });
  await pushImage(source, 'app:v1', buildImage());
  await expect(copier.copy({ source: from('app:v1'), destination: to('team/app:v1') })).rejects.toMatchObject(
    {
      name: 'CopyError',
      code: 'OCI_REPOSITORY_CREATION',
      side: 'destination',
      message: expect.stringContaining('ecr:CreateRepository'),
    },
  );
  expect(ecr.requests.list({ method: ['PUT', 'PATCH'] })).toEqual([]);
  expect(ecr.content.hasRepository('team/app')).toBe(false);
});

it('a creation template wins: what the push creates is not created through the API', async () => {
  const behaviours = { missingRepository: ['team'] };
  const { ecr, source, copier, from, to } = await startEcrFixture({ behaviours });
  await pushImage(source, 'app:v1', buildImage());
  const creations = (): number =>
    ecr.account.calls.filter(({ action }) => action === 'ecr:CreateRepository').length;
  await copier.copy({ source: from('app:v1'), destination: to('team/app:v1') });
  expect(creations()).toBe(0);
  await copier.copy({ source: from('app:v1'), destination: to('other/app:v1') });
  expect(creations()).toBe(1);
});

it('more manifests than ECR takes in a second arrive all the same', { timeout: 60_000 }, async () => {
  // Others push to the same account, so that the rate kept here is twice what is left of it.
  const behaviours = { putImagePerSecond: 5 };
  const { ecr, source, copier, from, to } = await startEcrFixture({ behaviours });
  const platforms = ['linux/amd64', 'linux/arm64', 'linux/arm/v7', 'linux/s390x'];
  const images = ['a', 'b', 'c', 'd', 'e', 'f'].map(
    (name) => [name, buildMultiArchImage({ seed: name, platforms, layers: 1 })] as const,
  );
  for (const [name, image] of images) await pushImage(source, `${name}:v1`, image);
  const outcomes = await copier.copyAll(
    images.map(([name]) => ({ source: from(`${name}:v1`), destination: to(`team/${name}:v1`) })),
  );
  expect(outcomes.map((each) => each.outcome)).toEqual(images.map(() => 'copied'));
  for (const [name, image] of images) expect(missingFrom(ecr, `team/${name}`, image)).toEqual([]);
  expect(ecr.requests.count({ method: 'PUT', route: 'manifest', status: 429 })).toBeGreaterThan(0);
});

it('a manifest that ECR does not take fails at once, with its words', async () => {
  const { ecr, source, copier, from, to } = await startEcrFixture();
  const image = imageOf('application/vnd.example.config; version=1', Buffer.from('layer'));
  await pushImage(source, 'app:v1', image);
  await expect(copier.copy({ source: from('app:v1'), destination: to('team/app:v1') })).rejects.toMatchObject(
    {
      code: 'OCI_UNSUPPORTED_CONTENT',
      message: expect.stringContaining('Invalid JSON syntax'),
      operation: 'push manifest',
    },
  );
  expect(ecr.requests.count({ method: 'PUT', route: 'manifest' })).toBe(1);
});

it('layers that ECR has forgotten by the time the manifest comes are sent again', async () => {
  const { ecr, source, copier, from, to } = await startEcrFixture();
  const image = buildMultiArchImage();
  await pushImage(source, 'app:v1', image);
  await ecr.content.createRepository('team/app');
  const reaper = ecr.faults.inject(
    async (request, next) => {
      await ecr.reapLayers('team/app');
      return next(request);
    },
    { method: 'PUT', route: 'manifest', times: 1 },
  );
  await copier.copy({ source: from('app:v1'), destination: to('team/app:v1') });
  expect(reaper.hits).toBe(1);
  expect(missingFrom(ecr, 'team/app', image)).toEqual([]);
});

it('a child that ECR has lost is pushed again without its layers', async () => {
  const { ecr, source, copier, from, to } = await startEcrFixture();
  const image = buildMultiArchImage();
  const [child] = image.children;
  if (child === undefined) throw new Error('a child');
  await pushImage(source, 'app:v1', image);
  const losing = ecr.faults.inject(
    async (request, next) => {
      await ecr.content.deleteManifest('team/app', child.digest);
      return next(request);
    },
    { method: 'PUT', route: 'manifest', path: '/v2/team/app/manifests/v1', times: 1 },
  );
  await copier.copy({ source: from('app:v1'), destination: to('team/app:v1') });
  expect(losing.hits).toBe(1);
  expect(missingFrom(ecr, 'team/app', image)).toEqual([]);
  const blobs = image.children.flatMap((each) => each.blobs.map(({ descriptor }) => descriptor.digest));
  expect(ecr.requests.count({ method: 'PUT', route: 'upload' })).toBe(new Set(blobs).size);
});

it.each(['absent', 'lie', 'supported'] as const)(
  'referrers arrive where the API is: %s',
  async (referrers) => {
    const { ecr, source, copier, from, to } = await startEcrFixture({ behaviours: { referrers } });
    const image = buildImage();
    const signature = buildArtifact({ subject: image.descriptor });
    const refused = buildArtifact({ subject: image.descriptor, artifactType: 'text/x; a=b' });
    await pushImage(source, 'app:v1', image);
    for (const each of [signature, refused]) await pushImage(source, 'app', each);
    const report = await copier.copy({
      source: from('app:v1'),
      destination: to('team/app:v1'),
      referrers: true,
    });
    expect(report.referrers).toMatchObject({
      looked: true,
      copied: 1,
      refused: [expect.stringContaining('Invalid JSON syntax')],
    });
    expect(missingFrom(ecr, 'team/app', signature)).toEqual([]);
    const fallbackTag = image.digest.replace(':', '-');
    expect(ecr.content.tags('team/app').includes(fallbackTag)).toBe(referrers !== 'supported');
  },
);

it('credentials for ECR are not shown to a source elsewhere', async () => {
  const { ecr, source, copier, from, to } = await startEcrFixture();
  await pushImage(source, 'app:v1', buildImage());
  await copier.copy({ source: from('app:v1'), destination: to('team/app:v1') });
  expect(source.requests.list().filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  expect(ecr.requests.count({ route: 'upload' })).toBeGreaterThan(0);
});
