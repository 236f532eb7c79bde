import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildImage,
  buildMultiArchImage,
  pushImage,
  startTestRegistry,
  type TestRegistry,
} from '@oci-sync/registry/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bareEnvironment, runCliOrThrow } from '../copy/run-cli.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';

const images = 40;

describe(`${images} images between two registries`, () => {
  const folder = makeTemporaryFolder();
  let source: TestRegistry;
  let destination: TestRegistry;
  beforeAll(async () => {
    [source, destination] = await Promise.all([startTestRegistry(), startTestRegistry()]);
    const list: string[] = [];
    for (let at = 0; at < images; at += 1) {
      const name = `team/app-${at}:v1`;
      // Half of them need the platform filter, which needs the index.
      const image = at % 2 === 0 ? buildImage({ seed: name }) : buildMultiArchImage({ seed: name });
      await pushImage(source, name, image);
      list.push(`${source.host}/${name}\n`);
    }
    writeFileSync(join(folder.path, 'images.txt'), list.join(''));
  });
  afterAll(async () => {
    await Promise.all([source.close(), destination.close()]);
    folder.remove();
  });

  it('unchanged the second time: two requests for each', async () => {
    const list = join(folder.path, 'images.txt');
    const args = ['sync', '--images', list, '--registry', destination.host, '--out', folder.path];
    const env = bareEnvironment(folder.path);
    const first = await runCliOrThrow(args, { env });
    expect(first.stdout).toContain(`${images} copied, 0 unchanged, 0 failed`);
    for (const registry of [source, destination]) registry.requests.clear();
    const second = await runCliOrThrow(args, { env });
    expect(second.stdout).toContain(`0 copied, ${images} unchanged, 0 failed`);
    for (const registry of [source, destination]) {
      const heads = registry.requests.list({ method: 'HEAD', route: 'manifest' });
      expect(new Set(heads.map(({ path }) => path)).size).toBe(images);
      expect(registry.requests.count()).toBe(images);
    }
  });
});
