import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buildImage, pushImage, startTestRegistry, type TestRegistry } from '@oci-sync/registry/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli } from '../run-cli.js';

let registry: TestRegistry;
let folder: string;
beforeEach(async () => {
  [registry, folder] = await Promise.all([startTestRegistry(), mkdtemp(join(tmpdir(), 'tags-'))]);
  for (const [tag, created] of [
    ['1.0', '2025-01-01T00:00:00Z'],
    ['2.0', '2024-01-01T00:00:00Z'],
    ['tester', '2026-01-01T00:00:00Z'],
    ['latest', '2026-02-01T00:00:00Z'],
  ] as const) {
    await pushImage(registry, `team/app:${tag}`, buildImage({ seed: tag, created, layers: 1 }));
  }
});
afterEach(async () => {
  await registry.close();
  await rm(folder, { recursive: true });
});

async function run(...args: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const printed = { stdout: '', stderr: '' };
  stdout.on('data', (chunk: Buffer) => (printed.stdout += chunk.toString()));
  stderr.on('data', (chunk: Buffer) => (printed.stderr += chunk.toString()));
  const { signal } = new AbortController();
  const environment = { XDG_CACHE_HOME: folder };
  const code = await runCli(['tags', ...args], {
    stdin: new PassThrough(),
    stdout,
    stderr,
    environment,
    signal,
  });
  return { code, ...printed };
}

it('lists all tags', async () => {
  expect(await run(`${registry.host}/team/app`)).toMatchObject({
    code: 0,
    stdout: '1.0\n2.0\nlatest\ntester\n',
  });
});

it('sorts by version and by date, and stops at a limit', async () => {
  const name = `${registry.host}/team/app`;
  expect(await run(name, '--sort', 'semver', '--limit', '3')).toMatchObject({
    code: 0,
    stdout: '2.0\n1.0\ntester\n',
  });
  expect(registry.requests.count({ route: 'manifest' })).toBe(0);
  expect(await run(name, '--sort', 'created', '--limit', '3', '--exclude-tag', 'late*')).toMatchObject({
    code: 0,
    stdout:
      'tester  2026-01-01T00:00:00.000Z\n1.0  2025-01-01T00:00:00.000Z\n2.0  2024-01-01T00:00:00.000Z\n',
  });
  const json = await run(name, '--sort', 'created', '--limit', '1', '--output', 'json');
  expect(JSON.parse(json.stdout)).toMatchObject([
    { tag: 'latest', created: '2026-02-01T00:00:00.000Z', digest: expect.stringMatching(/^sha256:/) },
  ]);
});

it('dates the platform that is asked for', async () => {
  const name = `${registry.host}/team/app`;
  const ran = await run(name, '--sort', 'created', '--limit', '1', '--platform', 'linux/arm64');
  expect(ran.stdout).toBe('2.0  no date\n');
});

it('follows pages', async () => {
  const paged = await startTestRegistry({ limits: { pageSize: 2 } });
  try {
    const image = buildImage({ layers: 1 });
    for (const tag of ['a', 'b', 'c', 'd', 'e']) await pushImage(paged, `team/app:${tag}`, image);
    expect((await run(`${paged.host}/team/app`)).stdout).toBe('a\nb\nc\nd\ne\n');
    expect(paged.requests.count({ path: /tags\/list$/ })).toBe(3);
  } finally {
    await paged.close();
  }
});

it('tells the newest by creation date, and why not', async () => {
  const name = `${registry.host}/team/app`;
  expect(await run(name, '--newest', '--exclude-tag', 'test*')).toMatchObject({ code: 0, stdout: '1.0\n' });
  const json = await run(name, '--newest', '--output', 'json');
  expect(JSON.parse(json.stdout)).toMatchObject({
    tag: 'tester',
    candidates: 3,
    created: '2026-01-01T00:00:00.000Z',
  });
  const none = await run(name, '--newest', '--exclude-tag', '*');
  expect(none.code).toBe(1);
  expect(none.stderr).toContain('has no tag that counts');
});

it.each([
  [[':1.0'], 'names a version'],
  [['', '--limit', '0'], '--limit is not a number from 1 on'],
  [['', '--newest', '--sort', 'created'], 'exclude each other'],
])('refuses %j', async ([suffix = '', ...args], message) => {
  const ran = await run(`${registry.host}/team/app${suffix}`, ...args);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain(message);
});
