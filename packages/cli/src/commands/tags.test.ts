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

it('refuses a version', async () => {
  expect((await run(`${registry.host}/team/app:1.0`)).code).toBe(2);
});
