import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildImage,
  pushImage,
  startTestRegistry,
  type TestImage,
  type TestRegistry,
} from '@oci-sync/registry/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { copyImage, createCopier, sync, verifyImages, type VerifyOptions } from '../src/index.js';

let home: string;
let source: TestRegistry;
let mirror: TestRegistry;
let app: TestImage;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'oci-sync-'));
  [source, mirror] = await Promise.all([startTestRegistry(), startTestRegistry()]);
  app = buildImage({ seed: 'app' });
  await pushImage(source, 'team/app:1', app);
});
afterEach(async () => {
  await Promise.all([source.close(), mirror.close()]);
  await rm(home, { recursive: true });
});

const what = (): VerifyOptions => ({
  environment: {},
  homeDirectory: home,
  cache: false,
  registry: mirror.host,
  prefix: 'm',
  images: [`${source.host}/team/app:1`],
});

it('is complete after a sync, and changes nothing', async () => {
  const { plan } = await sync(what());
  const writes = mirror.requests.count({ method: ['POST', 'PUT', 'PATCH'] });
  const { images: _images, ...connection } = what();
  for (const options of [what(), { ...connection, plan }]) {
    expect(await verifyImages(options)).toMatchObject({ complete: true, images: [{ outcome: 'complete' }] });
  }
  expect(mirror.requests.count({ method: ['POST', 'PUT', 'PATCH'] })).toBe(writes);
});

it('tells every blob that is missing, and repairs exactly those', async () => {
  await sync(what());
  const gone = app.blobs.map(({ descriptor }) => descriptor.digest).slice(1);
  for (const digest of gone) await mirror.content.deleteBlob('m/app', digest);
  const found = await verifyImages(what());
  expect(found.complete).toBe(false);
  const [image] = found.images;
  expect(
    image !== undefined && 'report' in image ? image.report.missing.map(({ digest }) => digest) : [],
  ).toEqual(gone);
  const repaired = await verifyImages({ ...what(), repair: true });
  expect(repaired).toMatchObject({
    complete: true,
    images: [{ outcome: 'repaired', copied: { blobs: { copied: gone.length } } }],
  });
});

it('reports an image that cannot be checked beside those that can', async () => {
  await sync(what());
  const images = [...(what().images ?? []), `${source.host}/team/none:1`];
  const report = await verifyImages({ ...what(), images });
  expect(report.complete).toBe(false);
  expect(report.images.map(({ outcome }) => outcome).sort()).toEqual(['complete', 'failed']);
});

it('copies one image with a copier of its own', async () => {
  const { environment, homeDirectory, cache } = what();
  const options = { environment, homeDirectory, cache };
  const report = await copyImage(`${source.host}/team/app:1`, `${mirror.host}/one:1`, options);
  expect(report).toMatchObject({ outcome: 'copied', digest: app.digest });
  const failed = copyImage(`${source.host}/team/none:1`, `${mirror.host}/one:1`, options);
  await expect(failed).rejects.toMatchObject({ name: 'CopyError', code: 'OCI_NOT_FOUND', side: 'source' });
});

it('finds credentials in the environment that is passed in', async () => {
  const locked = await startTestRegistry({ auth: { kind: 'basic', users: { me: 'pw' } } });
  try {
    await pushImage(locked, 'app:1', app);
    const auth = Buffer.from('me:pw').toString('base64');
    const environment = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [locked.host]: { auth } } }) };
    const request = { source: `${locked.host}/app:1`, destination: `${mirror.host}/app:1` };
    for (const [given, outcome] of [
      [environment, 'copied'],
      [{}, 'failed'],
    ] as const) {
      const copier = createCopier({ environment: given, homeDirectory: home, cache: false });
      expect(await copier.copyAll([request])).toMatchObject([{ outcome }]);
      await copier.close();
    }
  } finally {
    await locked.close();
  }
});
