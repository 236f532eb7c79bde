import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../run-cli.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'discover-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in a home of its own, so that nothing of the user's counts. */
async function run(args: readonly string[], input = ''): Promise<Ran> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end(input);
  const printed = { stdout: '', stderr: '' };
  stdout.on('data', (chunk: Buffer) => (printed.stdout += chunk.toString()));
  stderr.on('data', (chunk: Buffer) => (printed.stderr += chunk.toString()));
  const environment = { XDG_CACHE_HOME: folder, HELM_CONFIG_HOME: folder };
  const code = await runCli(args, {
    stdin,
    stdout,
    stderr,
    environment,
    signal: new AbortController().signal,
  });
  return { code, ...printed };
}

async function writeChart(image: string): Promise<string> {
  const path = join(folder, 'app');
  await mkdir(join(path, 'templates'), { recursive: true });
  await writeFile(join(path, 'Chart.yaml'), 'apiVersion: v2\nname: app\nversion: 1.0.0\n');
  await writeFile(join(path, 'values.yaml'), `image: ${image}\n`);
  const pod = 'kind: Pod\nspec: {containers: [{image: "{{ .Values.image }}"}]}\n';
  await writeFile(join(path, 'templates', 'pod.yaml'), pod);
  return path;
}

describe('discover', () => {
  it('prints one reference a line, sorted and once', async () => {
    const chart = await writeChart('quay.io/o/app:1');
    const list = join(folder, 'extra.txt');
    await writeFile(list, 'quay.io/o/app:1\nalpine:3 # more\n');
    const ran = await run(['discover', '-c', chart, '-e', list, '--catalog', '']);
    expect(ran).toMatchObject({ code: 0, stdout: 'docker.io/library/alpine:3\nquay.io/o/app:1\n' });
  });
  it('takes values, and adds provenance as JSON', async () => {
    const chart = await writeChart('quay.io/o/app:1');
    const args = [
      'discover',
      '-c',
      chart,
      '--catalog',
      '',
      '--set',
      'image=quay.io/o/other:2',
      '--output',
      'json',
    ];
    const { code, stdout } = await run(args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      images: [
        {
          reference: { registry: 'quay.io', repository: 'o/other', tag: '2' },
          provenance: [{ kind: 'chart', template: 'app/templates/pod.yaml', rule: 'container' }],
        },
      ],
      charts: [{ chart, name: 'app', version: '1.0.0' }],
    });
  });
  it('reads manifests from standard input alone; what cannot be told counts under --strict', async () => {
    const manifests = 'kind: Pod\nspec: {containers: [{image: a}, {image: "{{ x }}"}]}\n';
    const ran = await run(['discover', '--manifests', '-'], manifests);
    expect(ran).toMatchObject({ code: 0, stdout: 'docker.io/library/a:latest\n' });
    expect(ran.stderr).toContain('"{{ x }}": it has placeholders');
    expect((await run(['discover', '--manifests', '-', '--strict'], manifests)).code).toBe(1);
  });
  it('uses the static list for -c "", and says so', async () => {
    const ran = await run(['discover', '-c', '', '--catalog', '']);
    expect(ran.code).toBe(0);
    expect(ran.stdout.split('\n')).toHaveLength(4);
    expect(ran.stderr).toContain('using the static chart list (3 images): no chart was asked for');
  });
  it.each([
    [['-c', 'nonsense', '--catalog', ''], 'invalid Helm chart path: nonsense'],
    [['-c', './none', '--catalog', ''], 'there is no chart at ./none'],
    [['--images', 'none.txt'], 'image list none.txt cannot be read: there is no such file'],
    [['--image', 'Upper/Case'], 'upper-case'],
    [['--preset', 'nope'], 'unknown preset "nope"'],
    [['--helm-repo', 'x'], '--helm-repo x is not NAME=URL'],
  ])('%j is a usage error', async (args, message) => {
    const ran = await run(['discover', ...args]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(message);
  });
});

describe('plan', () => {
  const image = 'quay.io/o/app:1';
  it('prints a table, the plan as JSON, and what has changed since', async () => {
    const table = await run(['plan', '--image', image, '--no-resolve', '-p', 'my/co']);
    expect(table.code).toBe(0);
    expect(table.stdout).toMatch(
      /^SOURCE +DESTINATION +TAG +WHY\nquay\.io\/o\/app:1 +my\/co\/app:1 +stated +--image\n$/,
    );
    const json = await run(['plan', '--image', image, '--no-resolve', '--output', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      version: 1,
      images: [{ destination: { repository: 'test-rwl-runwhen/app', tag: '1' }, platforms: ['linux/amd64'] }],
    });
    const file = join(folder, 'plan.json');
    await writeFile(file, json.stdout);
    const diff = await run([
      'plan',
      '--image',
      image,
      '--image',
      'quay.io/o/new:1',
      '--no-resolve',
      '--diff',
      file,
    ]);
    expect(diff.stdout).toBe(
      '+ quay.io/o/new:1 -> test-rwl-runwhen/new:1\n1 added, 0 removed, 0 changed, 1 unchanged\n',
    );
  });
  it.each([
    [['--image', 'a/x:1', '--image', 'b/x:1'], 'two different images have one destination'],
    [['--image', 'a/x:1', '-p', 'Upper'], 'upper-case'],
    [['--image', 'a/x:1', '--name-template', '{nope}'], 'unknown placeholder'],
    [['--image', 'a/x:1', '--diff', 'none.json'], 'none.json cannot be read'],
  ])('%j is a usage error', async (args, message) => {
    const ran = await run(['plan', '--no-resolve', ...args]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(message);
  });
});
