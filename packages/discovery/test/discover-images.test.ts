import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatReference } from '@oci-sync/oci-client';
import { buildHelmChart, pushImage } from '@oci-sync/registry/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  discoverImages,
  loadPreset,
  type DiscoverOptions,
  type Discovery,
  type Preset,
} from '../src/index.js';
import { lockDigest } from '../src/charts/chart-lock.js';
import { deployment, indexOf, packChart, startWeb, type WebFixture } from './chart-fixture.js';
import { startFixture, type RegistryFixture } from './registry-fixture.js';

let fixture: RegistryFixture;
let web: WebFixture;
let folder: string;

beforeEach(async () => {
  [fixture, web, folder] = await Promise.all([
    startFixture(),
    startWeb(),
    mkdtemp(join(tmpdir(), 'oci-sync-discovery-')),
  ]);
});
afterEach(async () => {
  await Promise.all([fixture.close(), web.close(), rm(folder, { recursive: true })]);
});

function discover(options: Partial<DiscoverOptions>): Promise<Discovery> {
  const { open, fetchBytes } = fixture;
  return discoverImages({ open, fetchBytes, ...options });
}

function names({ images }: Discovery): readonly string[] {
  return images.map(({ reference }) => formatReference(reference));
}

/** A chart repository with `web` 1.0.0, 1.5.0 and 2.0.0-rc.1, each of an image of its version. */
function serveRepository(path = '/charts'): void {
  const archives = ['1.0.0', '1.5.0', '2.0.0-rc.1'].map((version) => ({
    name: 'web',
    version,
    bytes: packChart('web', version, '', { 'templates/d.yaml': deployment(`quay.io/o/web:${version}`) }),
  }));
  web.serve(`${path}/index.yaml`, indexOf(archives));
  for (const { version, bytes } of archives) web.serve(`${path}/web-${version}.tgz`, bytes);
}

async function writeChart(
  name: string,
  more: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const path = join(folder, name);
  const all = { 'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n${more}`, ...files };
  for (const [file, text] of Object.entries(all)) {
    await mkdir(join(path, file, '..'), { recursive: true });
    await writeFile(join(path, file), text);
  }
  return path;
}

describe('chart sources', () => {
  const repository = () => [{ name: 'r', url: `${web.url}/charts` }];
  it.each([
    ['r/web', undefined, '1.5.0'],
    ['r/web@1.0.0', undefined, '1.0.0'],
    ['r/web', '~1.0', '1.0.0'],
    ['r/web', '>=2.0.0-0', '2.0.0-rc.1'],
    ['URL/charts/web', undefined, '1.5.0'],
    ['URL/charts', '1.0.0', '1.0.0'],
    ['URL/charts/web-1.0.0.tgz', undefined, '1.0.0'],
  ])('%s with version %s is %s', async (chart, version, expected) => {
    serveRepository();
    const found = await discover({
      charts: [{ chart: chart.replace('URL', web.url), version }],
      helmRepositories: repository(),
    });
    expect(names(found)).toEqual([`quay.io/o/web:${expected}`]);
    expect(found.charts.map((rendered) => [rendered.name, rendered.version])).toEqual([['web', expected]]);
  });
  it('are charts in registries, by tag and by range', async () => {
    for (const version of ['1.0.0', '1.1.0+build']) {
      const files = { 'templates/d.yaml': deployment(`quay.io/o/oci:${version.replace('+', '-')}`) };
      const chart = buildHelmChart({ name: 'web', version, files });
      await pushImage(fixture.registry, `charts/web:${version.replace('+', '_')}`, chart);
    }
    const chart = `oci://${fixture.registry.host}/charts/web`;
    expect(names(await discover({ charts: [{ chart }] }))).toEqual(['quay.io/o/oci:1.1.0-build']);
    expect(names(await discover({ charts: [{ chart: `${chart}:1.0.0` }] }))).toEqual(['quay.io/o/oci:1.0.0']);
    expect(names(await discover({ charts: [{ chart, version: '1.1.0+build' }] }))).toEqual([
      'quay.io/o/oci:1.1.0-build',
    ]);
  });
  it('are fetched once: the archive comes out of the cache the second time', async () => {
    serveRepository();
    const options = { charts: [{ chart: 'r/web' }], helmRepositories: repository(), cacheDirectory: folder };
    await discover(options);
    await discover(options);
    expect(web.requests.map(({ url }) => url)).toEqual([
      '/charts/index.yaml',
      '/charts/web-1.5.0.tgz',
      '/charts/index.yaml',
    ]);
    expect(await readdir(join(folder, 'charts', 'sha256'))).toHaveLength(1);
  });
  it('with another digest than the index states are refused', async () => {
    serveRepository();
    web.serve('/charts/web-1.5.0.tgz', packChart('web', '1.5.0', '# changed\n'));
    const found = await discover({ charts: [{ chart: 'r/web' }], helmRepositories: repository() });
    expect(found.failures.map(({ error }) => error.message)).toEqual([expect.stringContaining('has sha256')]);
  });
  it('get the credentials of their repository, other hosts do not', async () => {
    const other = await startWeb();
    const bytes = packChart('web', '1.0.0', '', { 'templates/d.yaml': deployment('o/a:1') });
    other.serve('/web.tgz', bytes);
    web.serve(
      '/charts/index.yaml',
      `apiVersion: v1\nentries:\n  web:\n  - {version: 1.0.0, urls: ["${other.url}/web.tgz"]}\n`,
    );
    const known = { name: 'r', url: `${web.url}/charts`, username: 'me', password: 'secret' };
    await discover({ charts: [{ chart: 'r/web' }], helmRepositories: [known] });
    expect(web.requests[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('me:secret').toString('base64')}`,
    );
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    await other.close();
  });
  it("know helm's own repositories", async () => {
    serveRepository();
    const file = join(folder, 'repositories.yaml');
    await writeFile(file, `repositories:\n  - {name: mine, url: "${web.url}/charts/"}\n`);
    const found = await discover({ charts: [{ chart: 'mine/web' }], helmRepositoriesFile: file });
    expect(names(found)).toEqual(['quay.io/o/web:1.5.0']);
  });
  it.each([
    ['nothing', 'invalid Helm chart path: nothing'],
    ['./nowhere', 'there is no chart at ./nowhere'],
    ['unknown/web', 'no chart repository called "unknown"'],
    ['r/nope', 'chart nope is not in'],
    ['r/web@9', 'has no version 9'],
  ])('%s is an error', async (chart, message) => {
    serveRepository();
    await expect(discover({ charts: [{ chart }], helmRepositories: repository() })).rejects.toThrow(message);
  });
});

describe('dependencies', () => {
  it('are fetched from https and oci repositories, names and folders, aliases too', async () => {
    serveRepository();
    const files = { 'templates/d.yaml': deployment('quay.io/o/cache:1') };
    await pushImage(
      fixture.registry,
      'charts/cache:3.1.0',
      buildHelmChart({ name: 'cache', version: '3.1.0', files }),
    );
    await writeChart('local', '', { 'templates/d.yaml': deployment('quay.io/o/local:1') });
    const path = await writeChart(
      'app',
      `dependencies:
  - {name: web, version: 1.x, repository: "${web.url}/charts", alias: front}
  - {name: cache, version: ^3, repository: "oci://${fixture.registry.host}/charts"}
  - {name: local, version: ">=0", repository: "file://../local"}
`,
      { 'templates/d.yaml': deployment('quay.io/o/app:1') },
    );
    const found = await discover({ charts: [{ chart: path }] });
    expect(found.failures).toEqual([]);
    expect(names(found)).toEqual([
      'quay.io/o/app:1',
      'quay.io/o/cache:1',
      'quay.io/o/local:1',
      'quay.io/o/web:1.5.0',
    ]);
    const front = found.images.at(-1)?.provenance;
    expect(front).toMatchObject([
      { kind: 'chart', chart: path, chartPath: 'app/charts/front', rule: 'container' },
    ]);
  });
  it('come in the locked version, and a lock that does not fit is refused', async () => {
    serveRepository();
    const dependency = `{name: web, version: 1.x, repository: "${web.url}/charts"}`;
    const locked = { name: 'web', version: '1.0.0', repository: `${web.url}/charts` };
    const lock = (digest: string): string => `dependencies: [${JSON.stringify(locked)}]\ndigest: ${digest}\n`;
    const none = { condition: '', tags: [], alias: '', importValues: [] };
    const digest = lockDigest([{ ...locked, ...none, version: '1.x' }], [locked]);
    const path = await writeChart('app', `dependencies: [${dependency}]\n`, { 'Chart.lock': lock(digest) });
    expect(names(await discover({ charts: [{ chart: path }] }))).toEqual(['quay.io/o/web:1.0.0']);
    await writeFile(join(path, 'Chart.lock'), lock(`sha256:${'0'.repeat(64)}`));
    const { failures } = await discover({ charts: [{ chart: path }] });
    expect(failures.map(({ error }) => error.message)).toEqual([
      expect.stringContaining('lock file of chart app'),
    ]);
  });
  it('that cannot be had are named', async () => {
    const path = await writeChart(
      'app',
      `dependencies: [{name: gone, version: "1", repository: "${web.url}"}]\n`,
      {},
    );
    const { failures } = await discover({ charts: [{ chart: path }] });
    expect(failures.map(({ error }) => error.message)).toEqual([
      expect.stringContaining('dependency gone of chart app cannot be fetched'),
    ]);
  });
});

describe('what a chart asks for', () => {
  it('is rendered, declared and potential', async () => {
    const path = await writeChart(
      'app',
      `appVersion: "7"
annotations:
  images: |
    - {name: tool, image: quay.io/o/tool:1}
  helm.sh/images: |
    - {name: off, image: quay.io/o/off:1, condition: extra.enabled}
`,
      {
        'values.yaml': 'extra: {enabled: false, image: {registry: quay.io, repository: o/extra}}\n',
        'templates/d.yaml': deployment('quay.io/o/app'),
        'templates/e.yaml': `{{ if .Values.extra.enabled }}\n${deployment('quay.io/o/forced:2')}{{ end }}`,
        'Images.lock': 'images: [{name: l, image: "quay.io/o/locked:1"}]\n',
      },
    );
    const found = await discover({ charts: [{ chart: path }] });
    expect(names(found)).toEqual(['quay.io/o/app:latest', 'quay.io/o/locked:1', 'quay.io/o/tool:1']);
    expect(found.images[0]?.wantedTag).toEqual({ rule: 'default' });
    expect(found.potential.map(({ reference }) => formatReference(reference))).toEqual(['quay.io/o/extra:7']);
    expect(found.notes).toHaveLength(1);
    const all = await discover({ charts: [{ chart: path }], allImages: true });
    expect(names(all)).toEqual([
      'quay.io/o/app:latest',
      'quay.io/o/extra:7',
      'quay.io/o/forced:2',
      'quay.io/o/locked:1',
      'quay.io/o/tool:1',
    ]);
    const values = { set: ['extra.enabled=true'] };
    expect(names(await discover({ charts: [{ chart: path, values }] }))).toEqual([
      'quay.io/o/app:latest',
      'quay.io/o/forced:2',
      'quay.io/o/locked:1',
      'quay.io/o/off:1',
      'quay.io/o/tool:1',
    ]);
  });
});

describe('fallbacks', () => {
  let preset: Preset;
  const list = '# more\nquay.io/o/extra:1\n';
  beforeEach(async () => {
    preset = {
      ...(await loadPreset('none')),
      name: 'test',
      chart: 'r/web',
      helmRepositories: [{ name: 'r', url: `${web.url}/charts` }],
      catalog: { catalog: `${web.url}/catalog.yaml`, branch: 'main', registryPrefix: 'quay.io/p' },
      helmKeys: { web: 'web' },
      staticImages: { chart: [{ image: 'quay.io/s/chart' }], catalog: [{ image: 'quay.io/s/catalog' }] },
    };
  });
  const run = (options: Partial<DiscoverOptions> = {}): Promise<Discovery> =>
    discover({ preset, lists: [{ name: 'extra.txt', text: list }], ...options });

  it('are not needed where everything works', async () => {
    serveRepository();
    web.serve('/catalog.yaml', 'codecollections: [{slug: a, git_url: "https://github.com/o/a"}]');
    const found = await run();
    expect(names(found)).toEqual(['quay.io/o/extra:1', 'quay.io/o/web:1.5.0', 'quay.io/p/o-a-main']);
    expect(found.fallbacks).toEqual([]);
    expect(found.images.map(({ group, helmKey }) => [group, helmKey])).toEqual([
      ['list', undefined],
      ['chart', 'web'],
      ['catalog', undefined],
    ]);
  });
  it('leave an image of the chart to the chart, whoever else asks for it', async () => {
    serveRepository();
    const found = await run({ images: ['quay.io/o/web:1.5.0'], catalog: { catalog: '' } });
    const web15 = found.images.find(({ reference }) => reference.repository === 'o/web');
    expect(web15).toMatchObject({
      group: 'chart',
      helmKey: 'web',
      provenance: [{ kind: 'chart' }, { kind: 'option' }],
    });
  });
  it('stand in with the reason, and extra images are kept', async () => {
    const found = await run();
    expect(names(found)).toEqual(['quay.io/o/extra:1', 'quay.io/s/catalog', 'quay.io/s/chart']);
    expect(found.fallbacks.map(({ list: which, because }) => [which, because])).toEqual([
      ['chart', 'failed'],
      ['catalog', 'failed'],
    ]);
    expect(found.fallbacks.every(({ reason }) => reason.includes('404'))).toBe(true);
    expect(found.notes.map(({ level }) => level)).toEqual(['warning', 'warning']);
  });
  it('stand in for an empty catalog and a chart without images', async () => {
    const path = await writeChart('empty', '', {});
    web.serve('/catalog.yaml', 'codecollections: []');
    const found = await run({ charts: [{ chart: path }] });
    expect(found.fallbacks.map(({ because }) => because)).toEqual(['empty', 'empty']);
  });
  it('stand in where the user leaves out the chart; a catalog left out is just that', async () => {
    const found = await run({ charts: [{ chart: '' }], catalog: { catalog: '' }, noFallback: true });
    expect(names(found)).toEqual(['quay.io/o/extra:1', 'quay.io/s/chart']);
    expect(found.notes.map(({ level }) => level)).toEqual(['info']);
  });
  it('are an error with noFallback', async () => {
    await expect(run({ noFallback: true })).rejects.toMatchObject({ code: 'DISCOVERY_FALLBACK_REFUSED' });
  });
  it('do not hide what the user got wrong', async () => {
    await expect(run({ lists: [{ name: 'bad.txt', text: 'a b' }] })).rejects.toThrow('bad.txt:1');
    await expect(run({ lists: [join(folder, 'none.txt')] })).rejects.toThrow('no such file');
    await expect(run({ images: ['Not An Image'] })).rejects.toMatchObject({
      code: 'DISCOVERY_OPTION_INVALID',
    });
    serveRepository();
    const values = { valuesFiles: [{ name: 'v.yaml', text: 'a: [' }] };
    await expect(run({ charts: [{ chart: 'r/web', values }] })).rejects.toMatchObject({
      code: 'HELM_VALUES_INVALID',
    });
  });
});

it('reads manifests, lists and single images, one of them from standard input', async () => {
  const manifests = join(folder, 'm.yaml');
  await writeFile(manifests, 'kind: Pod\nspec: {containers: [{image: a}, {image: "{{ x }}"}]}\n');
  const found = await discover({
    manifests: [manifests],
    lists: ['-'],
    images: ['quay.io/o/one'],
    stdin: () => Promise.resolve('[{"repository_image":"quay.io/o/two","tag":"2"}]'),
  });
  expect(names(found)).toEqual(['docker.io/library/a:latest', 'quay.io/o/one', 'quay.io/o/two:2']);
  expect(found.unresolved).toMatchObject([{ reason: 'placeholder', origin: manifests, text: '{{ x }}' }]);
});

it('gives up with the reason of the signal', async () => {
  const reason = new Error('enough');
  await expect(
    discover({ charts: [{ chart: `${web.url}/x/y` }], signal: AbortSignal.abort(reason) }),
  ).rejects.toBe(reason);
});
