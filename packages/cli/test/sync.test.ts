import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildImage,
  buildMultiArchImage,
  failWith,
  pushImage,
  startTestRegistry,
  unauthorized,
  type TestDescriptor,
  type TestRegistry,
} from '@oci-sync/registry/testing';
import type { SyncReport } from '@oci-sync/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBench, type Bench, type Ran, type RunOptions } from './cli-fixture.js';

let bench: Bench;
let source: TestRegistry;
let mirror: TestRegistry;
let app: TestDescriptor;
beforeEach(async () => {
  [bench, source, mirror] = await Promise.all([createBench(), startTestRegistry(), startTestRegistry()]);
  app = await pushImage(source, 'team/app:1.0', buildMultiArchImage({ seed: 'app' }));
  await pushImage(source, 'team/db:9', buildImage({ seed: 'db', layers: 1 }));
});
afterEach(async () => {
  await Promise.all([source.close(), mirror.close()]);
  await bench.remove();
});

async function write(name: string, text: string): Promise<string> {
  const file = bench.path(name);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
  return file;
}

/** `sync` without a default chart and catalog, into the mirror. */
async function sync(args: readonly string[], options?: RunOptions): Promise<Ran> {
  const prefix = args.includes('--plan') ? [] : ['-p', 'm'];
  const common = ['--registry', mirror.host, ...prefix, '--out', bench.path('out')];
  return bench.run(['sync', ...common, ...args], options);
}

async function syncJson(...args: readonly string[]): Promise<{ report: SyncReport; ran: Ran }> {
  const ran = await sync([...args, '--output', 'json']);
  return { report: JSON.parse(ran.stdout) as SyncReport, ran };
}

const images = (): readonly string[] => [
  '--image',
  `${source.host}/team/app:1.0`,
  '--image',
  `${source.host}/team/db:9`,
];

/** A chart whose one container takes its image from the usual three values. */
async function writeChart(): Promise<string> {
  await write('app/Chart.yaml', 'apiVersion: v2\nname: app\nversion: 1.0.0\n');
  await write(
    'app/values.yaml',
    `image:\n  registry: ${source.host}\n  repository: team/app\n  tag: "1.0"\nreplicas: 1\n`,
  );
  await write(
    'app/templates/pod.yaml',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: app, labels: {replicas: "{{ .Values.replicas }}"}}\nspec:\n  containers:\n    - name: app\n      image: "{{ .Values.image.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}"\n',
  );
  return bench.path('app');
}

describe('sync', () => {
  it('copies what is named and says so on stdout; progress goes to stderr', async () => {
    const ran = await sync(images());
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain(`2 images to ${mirror.host}: 2 copied, 0 unchanged, 0 failed`);
    expect(ran.stdout).not.toContain('Starting sync');
    expect(ran.stderr).toContain('Starting sync of 2 images');
    expect(mirror.content.tags('m/app')).toEqual(['1.0']);
    expect(mirror.content.tags('m/db')).toEqual(['9']);
  });
  it('copies the platform of the preset, and others when asked', async () => {
    const { report } = await syncJson(...images().slice(0, 2));
    expect(report.plan.images[0]?.platforms).toEqual(['linux/amd64']);
    const all = await syncJson(...images().slice(0, 2), '--platform', 'all');
    expect(all.report.plan.images[0]?.platforms).toBe('all');
    expect(mirror.content.resolveTag('m/app', '1.0')).toBe(app.digest);
  });
  it('copies nothing in a dry run, and tells what it would', async () => {
    const ran = await sync([...images(), '--dry-run']);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('2 planned');
    expect(mirror.requests.count({ method: ['POST', 'PUT', 'PATCH'] })).toBe(0);
    await expect(readdir(bench.path('out'))).rejects.toThrow('ENOENT');
  });
  it('goes on after an image that fails, says why, and ends with 1', async () => {
    const { report, ran } = await syncJson(...images(), '--image', `${source.host}/team/gone:1`);
    expect(ran.code).toBe(1);
    expect(report).toMatchObject({ outcome: 'failed', counts: { copied: 2, failed: 1 } });
    const text = await sync([...images(), '--image', `${source.host}/team/gone:1`]);
    expect(text.stdout).toContain(`failed ${source.host}/team/gone:1: `);
    expect(text.stdout).toContain('0 copied, 2 unchanged, 1 failed');
  });
  it('starts nothing more after a failure with --fail-fast', async () => {
    const gone = Array.from({ length: 3 }, (_, at) => ['--image', `${source.host}/team/gone${at}:1`]).flat();
    const { report, ran } = await syncJson(...gone, '--fail-fast', '--concurrency', '1');
    expect(ran.code).toBe(1);
    expect(report.counts).toMatchObject({ failed: 1, notStarted: 2 });
  });
  it('ends with 3 when credentials alone stopped every image', async () => {
    source.faults.inject(unauthorized());
    const ran = await sync(images());
    expect(ran.code).toBe(3);
    source.faults.clear();
    source.faults.inject(unauthorized(), { repository: 'team/db' });
    expect((await sync(images())).code).toBe(1);
  });
  it('asks twice for each of 40 unchanged images', async () => {
    const list: string[] = [];
    for (let at = 0; at < 40; at += 1) {
      await pushImage(source, `many/i${at}:1`, buildImage({ seed: `i${at}`, layers: 1, layerBytes: 64 }));
      list.push(`${source.host}/many/i${at}:1\n`);
    }
    const file = await write('list.txt', list.join(''));
    expect((await sync(['--images', file])).code).toBe(0);
    const asked = (): number =>
      [source, mirror].reduce((sum, registry) => sum + registry.requests.count(), 0);
    for (const registry of [source, mirror]) registry.requests.clear();
    const ran = await sync(['--images', file]);
    expect(ran.stdout).toContain('40 unchanged');
    expect(asked()).toBe(80);
    for (const registry of [source, mirror]) expect(registry.requests.count({ method: 'HEAD' })).toBe(40);
  });
  it('prints only results when it is quiet, and logs requests without secrets when it is verbose', async () => {
    expect((await sync([...images(), '--quiet'])).stderr).toBe('');
    const auth = Buffer.from('me:hunter2').toString('base64');
    const authfile = await write('auth.json', JSON.stringify({ auths: { [source.host]: { auth } } }));
    const verbose = await sync([...images(), '-v', '--authfile', authfile]);
    expect(verbose.stderr).toMatch(
      /source HEAD http:\/\/127\.0\.0\.1:\d+\/v2\/team\/app\/manifests\/1\.0 200/,
    );
    expect(verbose.stdout + verbose.stderr).not.toContain('hunter2');
    expect(verbose.stdout + verbose.stderr).not.toContain(auth);
  });
  it('logs JSON lines when asked, and nothing else', async () => {
    const { stderr } = await sync([...images(), '--log-format', 'json']);
    const lines = stderr.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number), msg: expect.any(String) });
  });
  it('shows emoji on a terminal that can, and nowhere else', async () => {
    const shown = async (environment: Record<string, string>, ...args: string[]): Promise<boolean> => {
      const ran = await sync([...images(), ...args], { environment, isTerminal: true });
      return ran.stderr.includes('🚀');
    };
    expect(await shown({ LANG: 'en_US.UTF-8' })).toBe(true);
    expect(await shown({ LANG: 'en_US.UTF-8' }, '--no-emoji')).toBe(false);
    expect(await shown({ LANG: 'en_US.UTF-8', TERM: 'dumb' })).toBe(false);
    expect(await shown({ LANG: 'C' })).toBe(false);
  });
  it('writes the report to a file, also when images fail', async () => {
    const file = bench.path('report.json');
    expect((await sync([...images(), '--image', `${source.host}/x/gone:1`, '--report', file])).code).toBe(1);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ version: 1, outcome: 'failed' });
  });
});

describe('sync of a chart', () => {
  it('writes values that point at the mirror, beside the input', async () => {
    const chart = await writeChart();
    const values = await write('mine.yaml', '# ours\nreplicas: 3 # many\n');
    const ran = await sync(['--preset', 'none', '-c', chart, '-f', values, '--strict', '--keep-files']);
    expect(ran).toMatchObject({ code: 0 });
    const updated = await readFile(bench.path('out/updated_values.yaml'), 'utf8');
    expect(updated).toContain('# ours\nreplicas: 3 # many\n');
    expect(updated).toContain(`registry: "${mirror.host}"`);
    expect(await readFile(values, 'utf8')).toBe('# ours\nreplicas: 3 # many\n');
    expect(await readFile(bench.path('out/helm_chart_images.txt'), 'utf8')).toBe(
      `${source.host}/team/app:1.0\n`,
    );
    expect((await readdir(bench.path('out'))).sort()).toEqual([
      'helm_chart_images.txt',
      'rendered_chart.yaml',
      'updated_values.yaml',
    ]);
  });
  it('never writes over its input', async () => {
    const chart = await writeChart();
    const values = await write('out/updated_values.yaml', 'replicas: 3\n');
    const ran = await sync(['--preset', 'none', '-c', chart, '-f', values]);
    expect(await readFile(values, 'utf8')).toBe('replicas: 3\n');
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('updated_values.yaml');
    expect(mirror.requests.count({ method: 'PUT' })).toBe(0);
  });
  it('fails under --strict when an image stays elsewhere', async () => {
    const chart = await writeChart();
    await write(
      'app/templates/fixed.yaml',
      `apiVersion: v1\nkind: Pod\nmetadata: {name: fixed}\nspec: {containers: [{name: c, image: "${source.host}/team/db:9"}]}\n`,
    );
    const args = ['--preset', 'none', '-c', chart];
    const lenient = await sync(args);
    expect(lenient.code).toBe(0);
    expect(lenient.stdout).toContain(
      `not at the mirror: ${source.host}/team/db:9 in app/templates/fixed.yaml`,
    );
    expect((await sync([...args, '--strict'])).code).toBe(1);
  });
  it('tags copies with the moment of the run', async () => {
    const chart = await writeChart();
    expect((await sync(['--preset', 'none', '-c', chart, '--date-tags'])).code).toBe(0);
    const [tag] = mirror.content.tags('m/app');
    expect(tag).toMatch(/^20\d{12}$/);
    expect(await readFile(bench.path('out/updated_values.yaml'), 'utf8')).toContain(`"${tag}"`);
  });
});

describe('settings of sync', () => {
  it('mirrors the charts and lists of a settings file, with the credentials of each registry', async () => {
    const locked = await startTestRegistry({ auth: { kind: 'basic', users: { me: 'hunter2' } } });
    try {
      await pushImage(locked, 'private/tool:1', buildImage({ seed: 'tool', layers: 1 }));
      await writeChart();
      await write('extra.txt', `${locked.host}/private/tool:1\n`);
      await write(
        'sync.yaml',
        [
          'preset: none',
          `registry: ${mirror.host}`,
          `charts: [{chart: ${bench.path('app')}, set: ["replicas=5"]}]`,
          `extraImages: ${bench.path('extra.txt')}`,
          `out: ${bench.path('out')}`,
          'registries:',
          `  ${locked.host}: {username: me, password: "\${TOKEN}"}`,
          '',
        ].join('\n'),
      );
      const environment = { TOKEN: 'hunter2', OCI_SYNC_PREFIX: 'from-env' };
      const ran = await bench.run(['sync', '--config', bench.path('sync.yaml')], { environment });
      expect(ran).toMatchObject({ code: 0 });
      expect(mirror.content.repositories()).toEqual(['from-env/app', 'from-env/tool']);
      expect(ran.stdout + ran.stderr).not.toContain('hunter2');
      const wrong = await bench.run(['sync', '--config', bench.path('sync.yaml')], {
        environment: { TOKEN: 'wrong' },
      });
      expect(wrong.code).toBe(1);
      expect(wrong.stdout).not.toContain('wrong');
    } finally {
      await locked.close();
    }
  });
  it('finds oci-sync.yaml in the working directory', async () => {
    await write('oci-sync.yaml', `prefix: here\nregistry: ${mirror.host}\npreset: none\n`);
    const { ended } = bench.start(['sync', ...images()]);
    expect(await ended).toMatchObject({ code: 0 });
    expect(mirror.content.repositories()).toEqual(['here/app', 'here/db']);
    const copied = await bench.start(['copy', `${source.host}/team/db:9`, `${mirror.host}/own/db:9`]).ended;
    expect(copied.code).toBe(0);
  });
});

describe('input of sync that cannot be used', () => {
  it.each([
    [['-c', './none', '--catalog', ''], 'there is no chart at ./none'],
    [['-c', 'nonsense', '--catalog', ''], 'invalid Helm chart path: nonsense'],
    [['--preset', 'nope'], 'unknown preset "nope"'],
    [['--image', 'a', '--plan', 'x'], '--image and --plan exclude each other'],
    [['--image', 'a', '--allow-moved'], '--allow-moved goes with --plan'],
    [['--image', 'Not A Reference'], 'Not A Reference'],
    [['--image', 'a/b:1', '--registry', 'http://x'], 'is not a registry'],
    [['--plan', 'none.json'], 'none.json cannot be read: there is no such file'],
    [['--image', 'a/b:1', '--concurrency', 'many'], 'concurrency'],
    [['--image', 'a/b:1', '--platform', 'linux'], 'linux'],
  ])('%j', async (args, message) => {
    const ran = await sync(args);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain(message);
    expect(
      ran.stderr
        .trimEnd()
        .split('\n')
        .filter((line) => line.startsWith('error: ')),
    ).toHaveLength(1);
    expect(mirror.requests.count({ method: ['POST', 'PUT'] })).toBe(0);
  });
  it.each([
    ['values that are no YAML', 'image: [\n', 2],
    ['values of the wrong type', '- a\n', 2],
  ])('%s', async (_what, text, code) => {
    const values = await write('bad.yaml', text);
    const ran = await sync(['--preset', 'none', '-c', await writeChart(), '-f', values]);
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain('bad.yaml');
  });
  it('a chart that does not render, where nothing stands in for it', async () => {
    const chart = await writeChart();
    await write('app/templates/broken.yaml', '{{ fail "out of order" }}\n');
    const ran = await sync(['--preset', 'none', '-c', chart]);
    expect(ran.code).toBe(1);
    expect(ran.stdout + ran.stderr).toContain('out of order');
  });
  it('bad lines of a list, with their numbers', async () => {
    const list = await write('list.txt', `${source.host}/team/app:1.0\n# fine\na b c\nx y\n`);
    const ran = await sync(['--images', list]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('list.txt:3: one reference a line, found 3 words (and 1 more)');
    const reference = await write('list.txt', `${source.host}/team/app:1.0\n\nok/x:not:a:tag\n`);
    expect((await sync(['--images', reference])).stderr).toContain('list.txt:3: ');
  });
  it.each([
    ['HTML', '<!doctype html><html><body>Sign in</body></html>\n'],
    ['empty', ''],
    ['truncated', 'codecollections:\n  - name: "cut o'],
  ])(
    'a catalog that is %s gives way to the static list, which is said; --no-fallback fails',
    async (_, text) => {
      const catalog = await write('catalog.yaml', text);
      const args = ['discover', '-c', await writeChart(), '--catalog', catalog];
      const ran = await bench.run(args);
      expect(ran.code).toBe(0);
      expect(ran.stderr).toContain('using the static CodeCollection list (4 images)');
      expect(ran.stdout).toContain('rw-cli-codecollection-main');
      const strict = await bench.run([...args, '--no-fallback']);
      expect(strict.code).not.toBe(0);
    },
  );
  it('a plan of a newer version', async () => {
    const plan = await write('plan.json', JSON.stringify({ version: 2, images: [] }));
    const ran = await sync(['--plan', plan]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('is of version 2, and this release reads version 1');
  });
  it('an output folder that cannot be made or written to', async () => {
    const file = await write('file', '');
    const under = await bench.run([
      'sync',
      '--registry',
      mirror.host,
      '--out',
      join(file, 'out'),
      ...images(),
    ]);
    expect(under.code).toBe(2);
    expect(under.stderr).toContain('cannot be');
    expect(mirror.requests.count({ method: 'PUT' })).toBe(0);
    // root may write everywhere
    if (process.getuid?.() === 0) return;
    await mkdir(bench.path('locked'));
    await chmod(bench.path('locked'), 0o500);
    const locked = await bench.run([
      'sync',
      '--registry',
      mirror.host,
      '--out',
      bench.path('locked'),
      ...images(),
    ]);
    expect(locked.code).toBe(2);
  });
  it('a report that cannot be written is said before anything is copied', async () => {
    const ran = await sync([...images(), '--report', bench.path('none/report.json')]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('report.json');
    expect(mirror.requests.count({ method: 'PUT' })).toBe(0);
  });
  it('two images for one destination', async () => {
    await pushImage(source, 'other/app:1.0', buildImage({ seed: 'other' }));
    const ran = await sync([...images(), '--image', `${source.host}/other/app:1.0`]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('--name-template');
    expect(mirror.requests.count({ method: 'PUT' })).toBe(0);
  });
  it('a mirror that takes nothing', async () => {
    mirror.faults.inject(failWith({ status: 400, code: 'UNSUPPORTED', message: 'read only' }), {
      method: 'POST',
    });
    const ran = await sync([...images(), '--no-cache']);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('2 failed');
  });
});
