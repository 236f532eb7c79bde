import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRegistry } from '@oci-sync/registry';
import { startRecordingProxy, type RecordingProxy } from '../parts/recording-proxy.js';
import { startCraneRegistry, startDistribution2, startDistribution3 } from '../parts/registries.js';
import { putContent } from './put-content.js';
import { expectSeen, readWithAll } from './read-back.js';
import { runCliOrThrow } from './run-cli.js';
import { multiArchIndex } from './test-content.js';

interface Registry {
  readonly address: string;
  stop(): Promise<void>;
}

const kinds: readonly {
  readonly name: string;
  readonly mounts: boolean;
  readonly start: () => Promise<Registry>;
}[] = [
  { name: 'CNCF distribution 3', mounts: true, start: () => startDistribution3() },
  { name: 'CNCF distribution 2.8', mounts: true, start: () => startDistribution2() },
  {
    name: 'embedded registry',
    mounts: true,
    start: async () => {
      const registry = await startRegistry();
      return { address: registry.host, stop: () => registry.close() };
    },
  },
  // It answers every mount with 202, an upload like any other.
  { name: 'crane registry serve', mounts: false, start: () => startCraneRegistry() },
];

describe.each(kinds)('from repository to repository of one $name', ({ mounts, start }) => {
  let registry: Registry;
  let proxy: RecordingProxy;
  beforeAll(async () => {
    registry = await start();
    proxy = await startRecordingProxy({ upstream: registry.address });
  });
  afterAll(async () => {
    await proxy.stop();
    await registry.stop();
  });

  it('mounts blobs', async () => {
    const content = multiArchIndex();
    await putContent({ address: registry.address, repository: 'from/app' }, 'v1', content);
    const ends = [`${proxy.address}/from/app:v1`, `${proxy.address}/to/app:v1`];
    await runCliOrThrow(['copy', ...ends]);
    expectSeen(await readWithAll(`${registry.address}/to/app:v1`), content);
    const sent = proxy.requests.filter(({ method }) => method === 'PUT' || method === 'PATCH');
    const mounted = proxy.requests.filter(({ path, status }) => path.includes('mount=') && status === 201);
    const uploads = sent.filter(({ path }) => path.includes('/blobs/'));
    const count = content.blobs.length;
    expect({ mounted: mounted.length, uploads: uploads.length }).toEqual(
      mounts ? { mounted: count, uploads: 0 } : { mounted: 0, uploads: count },
    );
  });
});
