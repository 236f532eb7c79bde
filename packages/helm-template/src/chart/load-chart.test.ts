import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterEach, describe, expect, test } from 'vitest';

import { makeArchive, makeChart } from '../../test/make-archive.js';
import { toJsonValue } from '../yaml/json-convert.js';
import { loadChart } from './load-chart.js';

const CHART_YAML = 'apiVersion: v2\nname: c\nversion: 1.0.0\n';
const directories: string[] = [];

afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});

async function writeChart(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'helm-chart-'));
  directories.push(directory);
  for (const [name, text] of Object.entries({ 'Chart.yaml': CHART_YAML, ...files })) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  return directory;
}

describe('metadata', () => {
  test('numbers and booleans become text, keys that are no text too', async () => {
    const { metadata } = await loadChart(
      makeChart({
        'Chart.yaml':
          'apiVersion: v2\nName: c\nversion: 1\nappVersion: 1.10\ndescription: true\nannotations: {n: "1", k: 2}\nkeywords: [1, a]\nmaintainers: [{name: x}]\n',
      }),
    );
    expect(metadata).toMatchObject({
      name: 'c',
      version: '1',
      appVersion: '1.1',
      description: 'true',
      keywords: ['1', 'a'],
    });
    expect([...metadata.annotations]).toEqual([
      ['false', '1'],
      ['k', '2'],
    ]);
    expect(metadata.maintainers).toEqual([{ name: 'x', email: '', url: '' }]);
  });

  test('requirements.yaml of a v1 chart counts as dependencies and stays a file', async () => {
    const chart = await loadChart(
      makeChart({
        'Chart.yaml': 'name: c\nversion: 1.0.0\n',
        'requirements.yaml':
          'dependencies: [{name: sub, version: "1.x", condition: sub.enabled, import-values: [a, {child: b, parent: c}]}]\n',
      }),
    );
    expect(chart.metadata.apiVersion).toBe('v1');
    expect(chart.metadata.dependencies).toEqual([
      {
        name: 'sub',
        version: '1.x',
        repository: '',
        condition: 'sub.enabled',
        tags: [],
        alias: '',
        importValues: ['a', { child: 'b', parent: 'c' }],
      },
    ]);
    expect(chart.files.map(({ name }) => name)).toEqual(['requirements.yaml']);
  });

  test.each([
    ['name: c\n', 'version is required'],
    ['version: 1.0.0\n', 'name is required'],
    ['name: ../x\nversion: 1.0.0\n', 'is invalid'],
    ['name: c\nversion: abc\n', 'version "abc" is invalid'],
    ['name: c\nversion: 1.0.0\ntype: other\n', 'type must be'],
    ['name: c\nversion: 1.0.0\napiVersion: v3\n', 'apiVersion "v3" is not supported'],
    ['name: {}\nversion: 1.0.0\n', 'cannot load Chart.yaml'],
    ['name: [\n', 'cannot load Chart.yaml'],
    ['name: c\nversion: 1.0.0\ndependencies: [{name: a, alias: "a b"}]\n', 'disallowed characters'],
    ['name: c\nversion: 1.0.0\ndependencies: [{name: a}, {name: a}]\n', 'more than one dependency'],
  ])('%j is refused: %s', async (text, message) => {
    const loading = loadChart(makeChart({ 'Chart.yaml': text }));
    await expect(loading).rejects.toMatchObject({ code: 'HELM_CHART_INVALID' });
    await expect(loading).rejects.toThrow(message);
  });
});

describe('files', () => {
  test('are sorted into values, templates, subcharts and the rest', async () => {
    const sub = makeArchive([
      { name: 'sub/Chart.yaml', text: 'apiVersion: v2\nname: sub\nversion: 2.0.0\n' },
      { name: 'sub/values.yaml', text: 'a: 1\n' },
    ]);
    const chart = await loadChart(
      makeArchive([
        { name: 'c/Chart.yaml', text: `\ufeff${CHART_YAML}` },
        { name: 'c/values.yaml', text: 'a: {b: 1}\n---\na: {c: 2}\n' },
        { name: 'c/templates/x.yaml', text: 'x' },
        { name: 'c/Images.lock', text: 'i' },
        { name: 'c/Chart.lock', text: 'dependencies: []' },
        { name: 'c/charts/sub-2.0.0.tgz', text: sub },
        { name: 'c/charts/dir/Chart.yaml', text: 'apiVersion: v2\nname: dir\nversion: 1.0.0\n' },
        { name: 'c/charts/_skipped/Chart.yaml', text: 'no chart' },
        { name: 'c/charts/.hidden', text: 'no chart' },
      ]),
    );
    expect(toJsonValue(chart.values)).toEqual({ a: { b: 1, c: 2 } });
    expect(chart.templates.map(({ name }) => name)).toEqual(['templates/x.yaml']);
    expect(chart.files.map(({ name }) => name)).toEqual(['Images.lock']);
    expect(chart.dependencies.map(({ metadata }) => metadata.name)).toEqual(['dir', 'sub']);
  });

  test('a loose file in charts/ is taken for a chart without Chart.yaml', async () => {
    await expect(loadChart(makeChart({ 'charts/README.md': 'hello' }))).rejects.toThrow(
      'error unpacking subchart README.md in c: Chart.yaml file is missing',
    );
  });

  test('.helmignore leaves files of a directory out, by the first rule that matches', async () => {
    const directory = await writeChart({
      '.helmignore': '# comment\n*.md\nsecret/\n/only-root.txt\n',
      'README.md': '',
      'secret/a.txt': '',
      'only-root.txt': '',
      'sub/only-root.txt': '',
      'templates/x.yaml': '',
      'templates/.hidden': '',
    });
    const chart = await loadChart(directory);
    expect(chart.files.map(({ name }) => name)).toEqual(['.helmignore', 'sub/only-root.txt']);
    expect(chart.templates.map(({ name }) => name)).toEqual(['templates/x.yaml']);
  });

  test.each(['a/**/b', '[a'])('.helmignore with %j is refused', async (pattern) => {
    await expect(loadChart(await writeChart({ '.helmignore': pattern }))).rejects.toMatchObject({
      code: 'HELM_CHART_INVALID',
    });
  });

  test('a negated rule leaves out all that it does not match', async () => {
    const chart = await loadChart(
      await writeChart({ '.helmignore': '!keep.txt\n!Chart.yaml\n', 'keep.txt': '' }),
    ).catch((error: unknown) => error);
    // Helm's reading of it: Chart.yaml is no keep.txt, so it goes.
    expect(chart).toMatchObject({ code: 'HELM_CHART_INVALID', message: 'Chart.yaml file is missing' });
  });

  test('links are followed, one that leads round in a circle is refused', async () => {
    const directory = await writeChart({ 'files/a.txt': 'a' });
    await symlink(join(directory, 'files'), join(directory, 'linked'));
    const chart = await loadChart(directory);
    expect(chart.files.map(({ name }) => name)).toEqual(['files/a.txt', 'linked/a.txt']);
    await symlink(directory, join(directory, 'files', 'loop'));
    await expect(loadChart(directory)).rejects.toMatchObject({ code: 'HELM_CHART_INVALID' });
  });
});

describe('archives', () => {
  test.each([
    ['c/../../etc/passwd', 'parent directory'],
    ['c//etc/passwd', 'absolute paths'],
    [String.raw`c\..\..\x`, 'parent directory'],
    ['c/C:/x', 'illegally named'],
    ['Chart.yaml', 'outside the base directory'],
  ])('entry %j is refused', async (name, message) => {
    const archive = makeArchive([{ name: 'c/Chart.yaml', text: CHART_YAML }, { name }]);
    await expect(loadChart(archive)).rejects.toThrow(message);
  });

  test('links in archives are empty files, never followed', async () => {
    const archive = makeArchive([
      { name: 'c/Chart.yaml', text: CHART_YAML },
      { name: 'c/files/passwd', type: '2', linkTarget: '/etc/passwd' },
    ]);
    const chart = await loadChart(archive);
    expect(chart.files.map(({ data }) => data.length)).toEqual([0]);
  });

  test('long names of PAX and GNU tar are read', async () => {
    const long = `${'d/'.repeat(80)}x.txt`;
    const record = `path=c/${long}\n`;
    const length = record.length + 4;
    const chart = await loadChart(
      makeArchive([
        { name: 'c/Chart.yaml', text: CHART_YAML },
        { name: 'pax', type: 'x', text: `${length} ${record}` },
        { name: 'short', text: 'pax' },
        { name: '././@LongLink', type: 'L', text: `c/gnu/${long}\0` },
        { name: 'short', text: 'gnu' },
      ]),
    );
    expect(chart.files.map(({ name }) => name)).toEqual([long, `gnu/${long}`]);
  });

  test('what is larger than helm allows is refused in bounded memory', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    await expect(loadChart(bomb)).rejects.toMatchObject({ code: 'HELM_LIMIT_EXCEEDED' });
    const large = makeArchive([{ name: 'c/x', text: new Uint8Array(5 * 1024 * 1024 + 1) }]);
    await expect(loadChart(large)).rejects.toThrow('larger than the maximum file size');
  });

  test('archives nested in archives share one bound', async () => {
    const filler = Array.from({ length: 15 }, (_, index) => ({
      name: `s/f${index}`,
      text: new Uint8Array(4 * 1024 * 1024),
    }));
    const sub = makeArchive([
      { name: 's/Chart.yaml', text: 'apiVersion: v2\nname: s\nversion: 1.0.0\n' },
      ...filler,
    ]);
    const archive = makeArchive([
      { name: 'c/Chart.yaml', text: CHART_YAML },
      { name: 'c/charts/a.tgz', text: sub },
      { name: 'c/charts/b.tgz', text: sub },
    ]);
    await expect(loadChart(archive)).rejects.toMatchObject({ code: 'HELM_LIMIT_EXCEEDED' });
  });

  test.each([
    ['no gzip', Buffer.from('hello')],
    ['no tar', gzipSync(Buffer.alloc(1024, 'x'))],
    ['nothing in it', makeArchive([])],
    ['cut off', gzipSync(Buffer.alloc(700)).subarray(0, 12)],
  ])('%s: refused', async (_, bytes) => {
    await expect(loadChart(bytes)).rejects.toMatchObject({ code: 'HELM_CHART_INVALID' });
  });
});

test('a path with nothing there says so', async () => {
  await expect(loadChart(join(tmpdir(), 'no-such-chart'))).rejects.toMatchObject({
    code: 'HELM_CHART_NOT_FOUND',
  });
});

test('an abort ends loading with its reason', async () => {
  const reason = new Error('enough');
  await expect(loadChart(makeChart({}), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
