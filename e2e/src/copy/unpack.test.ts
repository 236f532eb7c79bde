import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDistribution3, type RunningRegistry } from '../parts/registries.js';
import { runOrThrow } from '../parts/run-command.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import { putContent } from './put-content.js';
import { runCliOrThrow } from './run-cli.js';
import { multiArchIndex } from './test-content.js';

const folder = makeTemporaryFolder();
let registry: RunningRegistry;
beforeAll(async () => (registry = await startDistribution3()));
afterAll(async () => {
  await registry.stop();
  folder.remove();
});

it('umoci unpacks an image that was copied to a layout', async () => {
  await putContent({ address: registry.address, repository: 'team/app' }, 'v1', multiArchIndex());
  const layout = join(folder.path, 'layout');
  const flags = ['--platform', 'linux/amd64'];
  await runCliOrThrow(['copy', `${registry.address}/team/app:v1`, `oci:${layout}:v1`, ...flags]);
  const bundle = join(folder.path, 'bundle');
  await runOrThrow('umoci', ['unpack', '--rootless', '--image', `${layout}:v1`, bundle]);
  expect(readFileSync(join(bundle, 'rootfs/etc/os-release'), 'utf8')).toMatch(/^NAME=e2e\nSEED=/);
  expect(readFileSync(join(bundle, 'rootfs/data/random'), 'utf8').length).toBeGreaterThan(40_000);
});
