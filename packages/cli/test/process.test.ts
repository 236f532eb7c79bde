import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  buildImage,
  pushImage,
  slowDownload,
  startEcr,
  startTestRegistry,
  type TestRegistry,
} from '@oci-sync/registry/testing';
import type { SyncReport } from '@oci-sync/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandTable } from '../src/command-table.js';
import { createBench, type Bench } from './cli-fixture.js';

let bench: Bench;
let source: TestRegistry;
let mirror: TestRegistry;
beforeEach(async () => {
  [bench, source, mirror] = await Promise.all([createBench(), startTestRegistry(), startTestRegistry()]);
});
afterEach(async () => {
  await Promise.all([source.close(), mirror.close()]);
  await bench.remove();
});

const run = (...args: readonly string[]) => bench.start(args).ended;

describe('the command as a process', () => {
  it('prints its version and its commands', async () => {
    expect(await run('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    });
    const help = await run('--help');
    expect(help.code).toBe(0);
    for (const name of [
      'sync',
      'copy',
      'plan',
      'discover',
      'template',
      'tags',
      'inspect',
      'verify',
      'login',
      'logout',
      'config',
      'serve',
    ]) {
      expect(help.stdout).toMatch(new RegExp(`^  oci-sync ${name} +\\S`, 'm'));
    }
    expect((await run()).code).toBe(2);
  });
  it.each([
    [['snyc'], 'error: unknown command snyc (did you mean sync?)\n'],
    [['sync', '--date-tag'], 'error: unknown option --date-tag (did you mean --date-tags?)\n'],
    [['copy', 'a', 'b', '--dryrun'], 'error: unknown option --dryrun (did you mean --dry-run?)\n'],
    [['inspect', 'a', '--frobnicate'], 'error: unknown option --frobnicate (see --help)\n'],
    [['copy', 'a', 'b', 'c', 'd'], 'error: one argument too many: c (see --help)\n'],
  ])('%j is a usage error that names what was meant', async (args, message) => {
    expect(await run(...args)).toEqual({ code: 2, stdout: '', stderr: message });
  });
  it('explains every command with characters of one column: the bundle lays help out by their number', async () => {
    for (const { name } of commandTable) {
      const { code, stdout } = await run(name, '--help');
      expect([name, code]).toEqual([name, 0]);
      expect(stdout).toMatch(/^[\n -~…]+$/);
    }
  });
  it.each(['sync', 'copy', 'plan', 'verify', 'tags'])(
    '%s --help shows options and examples',
    async (name) => {
      const [long, short] = await Promise.all([run(name, '--help'), run('help', name)]);
      expect(long).toMatchObject({ code: 0, stderr: '' });
      expect(long.stdout).toMatch(new RegExp(`^oci-sync ${name}`));
      expect(long.stdout).toContain('Options:');
      expect(long.stdout).toContain('Examples:');
      expect(short.stdout).toBe(long.stdout);
    },
  );
  it('copies between registries, JSON alone on stdout, and no escapes without a terminal', async () => {
    await pushImage(source, 'app:1', buildImage());
    const ran = await run('copy', `${source.host}/app:1`, `${mirror.host}/app:1`, '--output', 'json');
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ outcome: 'copied' });
    expect(ran.stdout + ran.stderr).not.toContain('\u001B');
  });
  it('says on one line what failed, which side, and ends with 1', async () => {
    const ran = await run('copy', `${source.host}/none:1`, `${mirror.host}/app:1`);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(/^error: source: [^\n]+\n$/);
  });
  it('ends with 3 when there are no credentials for ECR', async () => {
    const ecr = await startEcr();
    try {
      const { ended } = bench.start(['sync', '--image', `${source.host}/app:1`, '--registry', ecr.host], {
        environment: {
          AWS_ENDPOINT_URL_ECR: ecr.apiUrl,
          AWS_EC2_METADATA_DISABLED: 'true',
          AWS_REGION: 'us-east-1',
        },
      });
      const ran = await ended;
      expect(ran).toMatchObject({ code: 3, stdout: '' });
      expect(ran.stderr).toContain('no AWS credentials were found');
    } finally {
      await ecr.close();
    }
  });
  it('is not disturbed by a reader that goes away', async () => {
    const { child, ended } = bench.start(['sync', '--help']);
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a run that is stopped', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s ends with %i, and its report says what was done', async (signal, code) => {
    await pushImage(source, 'quick:1', buildImage({ seed: 'quick', layers: 1 }));
    await pushImage(source, 'slow:1', buildImage({ seed: 'slow', layers: 1, layerBytes: 200_000 }));
    const { child, ended } = bench.start([
      ...['sync', '--preset', 'none', '--registry', mirror.host, '--report', 'report.json'],
      ...['--image', `${source.host}/quick:1`, '--image', `${source.host}/slow:1`],
    ]);
    source.faults.inject(slowDownload(100, 50), { route: 'blob', repository: 'slow' });
    while (mirror.content.tags('quick').length === 0) await sleep(20);
    // The quick image's end is told before the report can count it.
    await sleep(300);
    child.kill(signal);
    const ran = await ended;
    expect(ran.code).toBe(code);
    const report = JSON.parse(await readFile(bench.path('report.json'), 'utf8')) as SyncReport;
    expect(report).toMatchObject({ outcome: 'interrupted', counts: { copied: 1, notStarted: 1 } });
    expect(ran.stdout).toContain('stopped before the end');
    expect(mirror.content.tags('slow')).toEqual([]);
  });
  it('at once by a second signal', async () => {
    source.faults.inject(async (request, next) => {
      await sleep(3000);
      return next(request);
    });
    const { child, ended } = bench.start(['copy', `${source.host}/a:1`, `${mirror.host}/a:1`]);
    while (source.requests.count() + mirror.requests.count() === 0) await sleep(20);
    child.kill('SIGINT');
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
  });
  it('serve frees its port', async () => {
    const { child, ended } = bench.start(['serve']);
    const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    child.kill('SIGTERM');
    expect((await ended).code).toBe(143);
    await expect(fetch(`http://${line.toString().trim()}/v2/`)).rejects.toThrow('fetch failed');
  });
});
