import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putContent } from '../copy/put-content.js';
import { runCliOrThrow } from '../copy/run-cli.js';
import { startRecordingProxy, type RecordedRequest, type RecordingProxy } from '../parts/recording-proxy.js';
import { startDistribution3, type RunningRegistry } from '../parts/registries.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import { imageSet } from './image-set.js';

const folder = makeTemporaryFolder();
const images = imageSet();
let registries: readonly RunningRegistry[];
let source: RecordingProxy;
let destination: RecordingProxy;

beforeAll(async () => {
  registries = await Promise.all([startDistribution3(), startDistribution3()]);
  const [from = '', to = ''] = registries.map(({ address }) => address);
  source = await startRecordingProxy({ upstream: from });
  destination = await startRecordingProxy({ upstream: to });
  for (const { repository, content } of images)
    await putContent({ address: from, repository }, 'v1', content);
});
afterAll(async () => {
  await Promise.allSettled([source, destination, ...registries].map((server) => server.stop()));
  folder.remove();
});

/** What kind of request it is, of those a copy consists of. */
function kindOf({ method, path, status }: RecordedRequest): string {
  if (path.includes('/tags/list')) return 'whether a repository is there';
  if (method === 'POST') return status === 201 ? 'mount' : 'start of an upload';
  const what = path.includes('/manifests/') ? 'manifest' : path.includes('/uploads/') ? 'upload' : 'blob';
  return `${method} ${what}`;
}

function countKinds(requests: readonly RecordedRequest[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const request of requests) counts[kindOf(request)] = (counts[kindOf(request)] ?? 0) + 1;
  return counts;
}

/** Copies all images into repositories below a prefix, and counts what that takes. */
async function copySet(prefix: string, ...options: readonly string[]) {
  const list = join(folder.path, 'images.txt');
  const lines = images.map(
    ({ repository }) =>
      `${source.address}/${repository}:v1 ${destination.address}/${prefix}/${repository}:v1\n`,
  );
  writeFileSync(list, lines.join(''));
  source.clear();
  destination.clear();
  await runCliOrThrow(['copy', '--from-file', list, '--cache-dir', join(folder.path, 'cache'), ...options]);
  return {
    source: countKinds(source.requests),
    destination: countKinds(destination.requests),
    all: source.requests.length + destination.requests.length,
  };
}

/** Each manifest and each blob once. */
const everythingOnce = { 'GET manifest': 56, 'GET blob': 153 };

describe('40 images that share layers', () => {
  it('cost the fewest requests, but for asking whether each repository is new', async () => {
    const { source: from, destination: to } = await copySet('new');
    expect(from).toEqual(everythingOnce);
    const { 'whether a repository is there': asked = 0, ...rest } = to;
    expect(rest).toEqual({
      'HEAD manifest': 40,
      'start of an upload': 153,
      'PUT upload': 153,
      mount: 126,
      'PUT manifest': 56,
    });
    // Not asked any more once a mount has worked: how many were asked before that is left to chance.
    expect(asked).toBeLessThanOrEqual(40);
  });

  it('cost 40 + 40 requests the second time', async () => {
    const { source: from, destination: to, all } = await copySet('new');
    expect(from).toEqual({ 'HEAD manifest': 40 });
    expect(to).toEqual({ 'HEAD manifest': 40 });
    expect(all).toBe(80);
  });

  it('need not ask whether a repository is new once a mount has worked', async () => {
    const { source: from, destination: to } = await copySet('one-by-one', '--concurrency', '1');
    expect(from).toEqual(everythingOnce);
    // The first image on each of the four bases, and the first that mounts one of them.
    expect(to).toEqual({
      'HEAD manifest': 40,
      'whether a repository is there': 5,
      'start of an upload': 153,
      'PUT upload': 153,
      mount: 126,
      'PUT manifest': 56,
    });
  });

  it('cost 40 + 40 requests for one platform too, once the cache is warm', async () => {
    const options = ['--platform', 'linux/amd64'];
    expect((await copySet('amd64', ...options)).all).toBeGreaterThan(80);
    const { source: from, destination: to } = await copySet('amd64', ...options);
    expect(from).toEqual({ 'HEAD manifest': 40 });
    expect(to).toEqual({ 'HEAD manifest': 40 });
  });
});
