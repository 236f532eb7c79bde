import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { buildImage, pushImage, startTestRegistry, type TestRegistry } from '@oci-sync/registry/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBench, type Bench, type Ran } from './cli-fixture.js';

let bench: Bench;
let source: TestRegistry;
let mirror: TestRegistry;
beforeEach(async () => {
  [bench, source, mirror] = await Promise.all([createBench(), startTestRegistry(), startTestRegistry()]);
  await pushImage(source, 'runwhen-contrib/runwhen-local:0.5', buildImage({ seed: 'local' }));
  await pushImage(source, 'tools/extra:2', buildImage({ seed: 'extra' }));
  const codecollection = 'public-images/runwhen-contrib-rw-cli-codecollection-develop';
  for (const [tag, created] of [
    ['older', '2024-01-01T00:00:00Z'],
    ['newer', '2025-01-01T00:00:00Z'],
    ['tester', '2026-01-01T00:00:00Z'],
  ] as const) {
    await pushImage(source, `${codecollection}:${tag}`, buildImage({ seed: tag, created, layers: 1 }));
  }
  await mkdir(bench.path('my-chart/templates'), { recursive: true });
  await writeFile(bench.path('my-chart/Chart.yaml'), 'apiVersion: v2\nname: local\nversion: 1.0.0\n');
  await writeFile(
    bench.path('my-chart/values.yaml'),
    `runwhenLocal: {image: {repository: "${source.host}/runwhen-contrib/runwhen-local", tag: "0.4"}}\n`,
  );
  await writeFile(
    bench.path('my-chart/templates/pod.yaml'),
    'apiVersion: v1\nkind: Pod\nmetadata: {name: local}\nspec: {containers: [{name: a, image: "{{ .Values.runwhenLocal.image.repository }}:{{ .Values.runwhenLocal.image.tag }}"}]}\n',
  );
  await writeFile(bench.path('my-values.yaml'), '# ours\nrunwhenLocal:\n  image:\n    tag: "0.5" # tried\n');
  await writeFile(bench.path('extra-images.txt'), `${source.host}/tools/extra:2\n`);
  await writeFile(
    bench.path('catalog.yaml'),
    'codecollections:\n  - name: CLI\n    git_url: https://github.com/runwhen-contrib/rw-cli-codecollection.git\n',
  );
});
afterEach(async () => {
  await Promise.all([source.close(), mirror.close()]);
  await bench.remove();
});

/** The script's options as its users write them; where things are stands in for its variables. */
async function sync(...args: readonly string[]): Promise<Ran> {
  const environment = {
    OCI_SYNC_REGISTRY: mirror.host,
    OCI_SYNC_CODECOLLECTION_REGISTRY_PREFIX: `${source.host}/public-images`,
    OCI_SYNC_CATALOG: bench.path('catalog.yaml'),
  };
  return bench.start(['sync', ...args], { environment }).ended;
}

describe('the options of sync_to_aws_ecr.sh', () => {
  it('-c -f -e -b -p, together', async () => {
    const ran = await sync(
      ...['-c', './my-chart', '-f', 'my-values.yaml', '-e', 'extra-images.txt'],
      ...['-b', 'develop', '-p', 'my-company/runwhen'],
    );
    expect(ran).toMatchObject({ code: 0 });
    expect(mirror.content.repositories()).toEqual([
      'my-company/runwhen/extra',
      'my-company/runwhen/runwhen-contrib-rw-cli-codecollection-develop',
      'my-company/runwhen/runwhen-local',
    ]);
    expect(mirror.content.tags('my-company/runwhen/runwhen-contrib-rw-cli-codecollection-develop')).toEqual([
      'newer',
    ]);
    expect(await readFile(bench.path('updated_values.yaml'), 'utf8')).toBe(
      `# ours\nrunwhenLocal:\n  image:\n    tag: "0.5" # tried\n    repository: "${mirror.host}/my-company/runwhen/runwhen-local"\n`,
    );
  });
  it('--chart --values --extra-images --branch --prefix --date-tags --verbose, the long forms', async () => {
    const ran = await sync(
      ...['--chart', './my-chart', '--values', 'my-values.yaml', '--extra-images', 'extra-images.txt'],
      ...['--branch', 'develop', '--prefix', 'x', '--date-tags', '--verbose'],
    );
    expect(ran.code).toBe(0);
    const stamps = ['x/extra', 'x/runwhen-local', 'x/runwhen-contrib-rw-cli-codecollection-develop'].map(
      (name) => mirror.content.tags(name),
    );
    expect(new Set(stamps.flat()).size).toBe(1);
    expect(stamps[0]?.[0]).toMatch(/^20\d{12}$/);
    expect(await readFile(bench.path('helm_chart_images.txt'), 'utf8')).toContain('runwhen-local:0.5\n');
    expect(await readFile(bench.path('rendered_chart.yaml'), 'utf8')).toContain('kind: Pod');
  });
  it('-c "" takes the static list instead of a chart, says so, and ends with 0', async () => {
    // The list's images are at registries of the real world: --only leaves them out here.
    const ran = await sync('-c', '', '-e', 'extra-images.txt', '-b', 'develop', '--only', `${source.host}/*`);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).toContain('static list of the chart: no chart was asked for');
    expect(mirror.content.repositories()).toContain('test-rwl-runwhen/extra');
  });
  it('-h and --help explain each of them', async () => {
    const [short, long] = await Promise.all([sync('-h'), sync('--help')]);
    expect(short).toMatchObject({ code: 0, stdout: long.stdout });
    for (const option of [
      '-v, --verbose',
      '--date-tags',
      '-c, --chart',
      '-e, --extra-images',
      '-b, --branch',
      '-f, --values',
      '-p, --prefix',
      '-h, --help',
    ]) {
      expect(short.stdout).toContain(option);
    }
  });
});
