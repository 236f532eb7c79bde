import { createServer } from 'node:net';
import { buildImage, pushImage, startTestRegistry } from '@oci-sync/registry/testing';
import { expect, it } from 'vitest';
import { prepareFolder } from '../src/sync/write-files.js';
import { sync } from '../src/sync/sync.js';

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

it('an unreachable destination is found out before any source is asked', async () => {
  const source = await startTestRegistry();
  try {
    await pushImage(source, 'app:v1', buildImage());
    const running = sync({
      registry: `127.0.0.1:${await closedPort()}`,
      images: [`${source.host}/app`],
      environment: {},
      cache: false,
    });
    await expect(running).rejects.toMatchObject({ code: 'OCI_NETWORK' });
    expect(source.requests.count()).toBe(0);
  } finally {
    await source.close();
  }
});

it('an output folder that cannot be made is refused at once', async () => {
  await expect(prepareFolder('/proc/oci-sync/nowhere')).rejects.toMatchObject({ code: 'OCI_INVALID_OPTION' });
  await expect(prepareFolder('/dev/null/nowhere')).rejects.toMatchObject({ code: 'OCI_INVALID_OPTION' });
});
