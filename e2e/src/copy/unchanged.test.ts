import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRecordingProxy, type RecordingProxy } from '../parts/recording-proxy.js';
import { startDistribution3, type RunningRegistry } from '../parts/registries.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import { putContent } from './put-content.js';
import { expectSeen, readWithAll } from './read-back.js';
import { runCliOrThrow } from './run-cli.js';
import { childFor, multiArchIndex } from './test-content.js';

const folder = makeTemporaryFolder();
let registries: readonly RunningRegistry[];
let source: RecordingProxy;
let destination: RecordingProxy;
const content = multiArchIndex();

beforeAll(async () => {
  registries = await Promise.all([startDistribution3(), startDistribution3()]);
  const [from = '', to = ''] = registries.map(({ address }) => address);
  source = await startRecordingProxy({ upstream: from });
  destination = await startRecordingProxy({ upstream: to });
  await putContent({ address: from, repository: 'x/img' }, 'v1', content);
});
afterAll(async () => {
  await Promise.allSettled([source, destination, ...registries].map((server) => server.stop()));
  folder.remove();
});

async function requestsOf(...args: string[]): Promise<string[]> {
  source.clear();
  destination.clear();
  await runCliOrThrow(['copy', `${source.address}/x/img:v1`, ...args, '--cache-dir', folder.path]);
  return [...source.requests, ...destination.requests].map(({ method, path }) => `${method} ${path}`);
}

it('asks with two HEAD requests and nothing else the second time', async () => {
  const target = `${destination.address}/y/img:v1`;
  expect(await requestsOf(target)).not.toHaveLength(2);
  const unchanged = ['HEAD /v2/x/img/manifests/v1', 'HEAD /v2/y/img/manifests/v1'];
  expect(await requestsOf(target)).toEqual(unchanged);
  expectSeen(await readWithAll(target), content);
});

it('asks with two HEAD requests for one platform too, once the cache is warm', async () => {
  const args = [`${destination.address}/y/one:v1`, '--platform', 'linux/amd64'];
  expect(await requestsOf(...args)).not.toHaveLength(2);
  const unchanged = ['HEAD /v2/x/img/manifests/v1', 'HEAD /v2/y/one/manifests/v1'];
  expect(await requestsOf(...args)).toEqual(unchanged);
  expectSeen(await readWithAll(`${destination.address}/y/one:v1`), childFor(content, 'linux/amd64'));
});
