import { writeFile } from 'node:fs/promises';
import {
  buildImage,
  pushImage,
  startTestRegistry,
  type TestImage,
  type TestRegistry,
} from '@oci-sync/registry/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBench, type Bench, type Ran } from './cli-fixture.js';

let bench: Bench;
let source: TestRegistry;
let mirror: TestRegistry;
let app: TestImage;
beforeEach(async () => {
  [bench, source, mirror] = await Promise.all([createBench(), startTestRegistry(), startTestRegistry()]);
  app = buildImage({ seed: 'app' });
  await pushImage(source, 'team/app:1', app);
  await pushImage(source, 'team/db:9', buildImage({ seed: 'db' }));
});
afterEach(async () => {
  await Promise.all([source.close(), mirror.close()]);
  await bench.remove();
});

const sources = (): readonly string[] => [
  ...['--preset', 'none', '--registry', mirror.host, '-p', 'm'],
  ...['--image', `${source.host}/team/app:1`, '--image', `${source.host}/team/db:9`],
];

async function storePlan(): Promise<string> {
  const ran = await bench.run(['plan', ...sources(), '--output', 'json']);
  expect(ran.code).toBe(0);
  await writeFile(bench.path('plan.json'), ran.stdout);
  return bench.path('plan.json');
}

const apply = async (...args: readonly string[]): Promise<Ran> =>
  bench.run(['sync', '--plan', bench.path('plan.json'), '--out', bench.folder, ...args]);

describe('a stored plan', () => {
  it('is applied as it is, from a file or stdin', async () => {
    const file = await storePlan();
    expect(await apply()).toMatchObject({ code: 0 });
    expect(mirror.content.resolveTag('m/app', '1')).toBe(app.digest);
    const { stdout: plan } = await bench.run(['plan', ...sources(), '--output', 'json']);
    const again = await bench.run(['sync', '--plan', '-', '--out', bench.folder], { input: plan });
    expect(again.stdout).toContain('0 copied, 2 unchanged');
    const diff = await bench.run(['plan', ...sources(), '--diff', file]);
    expect(diff.stdout).toBe('0 added, 0 removed, 0 changed, 2 unchanged\n');
  });
  it('is refused once a tag has moved, unless that is allowed', async () => {
    await storePlan();
    const moved = await pushImage(source, 'team/app:1', buildImage({ seed: 'moved' }));
    const refused = await apply();
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(
      `the plan is out of date: ${source.host}/team/app:1 stands for ${moved.digest}`,
    );
    expect(mirror.requests.count({ method: 'PUT' })).toBe(0);
    expect((await apply('--allow-moved')).code).toBe(0);
    expect(mirror.content.resolveTag('m/app', '1')).toBe(moved.digest);
  });
});

describe('verify', () => {
  it('finds everything after a sync, from a plan or the same options', async () => {
    const plan = await storePlan();
    expect((await apply()).code).toBe(0);
    for (const args of [['--plan', plan], sources()]) {
      const ran = await bench.run(['verify', ...args]);
      expect(ran).toMatchObject({ code: 0 });
      expect(ran.stdout).toContain('2 images, 0 not right');
    }
  });
  it('finds an image that is not there, or another', async () => {
    expect((await bench.run(['verify', ...sources()])).code).toBe(1);
    await pushImage(mirror, 'm/app:1', buildImage({ seed: 'other' }));
    const ran = await bench.run(['verify', ...sources()]);
    expect(ran.stdout).toMatch(/^different .*m\/app:1\n {2}has sha256:.*, should have sha256:/m);
    expect(mirror.requests.count({ method: ['PUT', 'POST'] })).toBe(0);
  });
  it('finds a blob that has gone, and --repair brings it back', async () => {
    await storePlan();
    expect((await apply()).code).toBe(0);
    const layer = app.blobs.at(-1)?.descriptor.digest ?? 'sha256:';
    await mirror.content.deleteBlob('m/app', layer);
    const broken = await bench.run(['verify', ...sources()]);
    expect(broken.code).toBe(1);
    expect(broken.stdout).toContain(`missing blob ${layer}`);
    const repaired = await bench.run(['verify', ...sources(), '--repair']);
    expect(repaired.code).toBe(0);
    expect(repaired.stdout).toMatch(/^repaired .*m\/app:1$/m);
    expect(mirror.content.blob('m/app', layer)).toBeDefined();
    expect((await bench.run(['verify', ...sources()])).code).toBe(0);
  });
});
