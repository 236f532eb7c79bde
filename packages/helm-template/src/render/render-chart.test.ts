import { describe, expect, test } from 'vitest';

import { makeChart } from '../../test/make-archive.js';
import { loadChart } from '../chart/load-chart.js';
import { toJsonValue } from '../yaml/json-convert.js';
import { prepareChart, renderChart } from './prepare-chart.js';
import type { RenderOptions } from './render-options.js';
import { showOnly } from './show-only.js';

async function render(files: Readonly<Record<string, string>>, options: RenderOptions = {}) {
  return renderChart(await loadChart(makeChart(files)), options);
}

async function renderText(template: string, options: RenderOptions = {}): Promise<string> {
  const { text } = await render({ 'templates/x.yaml': `out: ${template}\n` }, options);
  return text.replace('---\n# Source: c/templates/x.yaml\nout: ', '').trimEnd();
}

describe('documents', () => {
  const files = {
    'crds/crd.yaml': 'kind: CustomResourceDefinition\nmetadata: {name: crd}\n',
    'templates/b.yaml':
      'kind: Service\nmetadata: {name: s}\n---\nkind: Zebra\n---\nkind: Namespace\nmetadata: {name: 5}\n',
    'templates/a.yaml':
      'kind: Job\nmetadata: {name: j, annotations: {helm.sh/hook: "pre-install, post-upgrade"}}\n',
    'templates/tests/t.yaml': 'kind: Pod\nmetadata: {annotations: {helm.sh/hook: test-success}}\n',
    'templates/unknown.yaml': 'kind: Pod\nmetadata: {annotations: {helm.sh/hook: no-such}}\n',
    'templates/_helpers.tpl': '{{ define "x" }}never printed{{ end }}',
    'templates/empty.yaml': '{{ if false }}a: 1{{ end }}\n',
    'templates/NOTES.txt': 'Thanks for {{ .Release.Name }}\n',
  };

  test('come as CRDs, manifests by kind, hooks', async () => {
    const { documents, notes, text } = await render(files);
    expect(
      documents.map(({ role, kind, name, isTest, hookEvents }) => [role, kind, name, isTest, ...hookEvents]),
    ).toEqual([
      ['crd', 'CustomResourceDefinition', 'crd', false],
      ['manifest', 'Namespace', '5', false],
      ['manifest', 'Service', 's', false],
      ['manifest', 'Zebra', '', false],
      ['hook', 'Pod', '', true, 'test'],
      ['hook', 'Job', 'j', false, 'pre-install', 'post-upgrade'],
    ]);
    expect(notes).toBe('Thanks for release-name\n');
    expect(text.split('\n').filter((line) => line.startsWith('#'))).toEqual([
      '# Source: c/crds/crd.yaml',
      '# Source: c/templates/b.yaml',
      '# Source: c/templates/b.yaml',
      '# Source: c/templates/b.yaml',
      '# Source: c/templates/tests/t.yaml',
      '# Source: c/templates/a.yaml',
    ]);
    expect(documents[1]?.object).toEqual({ kind: 'Namespace', metadata: { name: 5 } });
  });

  test('can be left out', async () => {
    const roles = async (options: RenderOptions) =>
      (await render(files, options)).documents.map(({ role }) => role);
    expect(await roles({ includeCrds: false, includeHooks: false })).toEqual([
      'manifest',
      'manifest',
      'manifest',
    ]);
    expect(await roles({ includeTests: false })).toEqual(['crd', 'manifest', 'manifest', 'manifest', 'hook']);
    const shown = showOnly(await render(files), ['templates/a*.yaml']);
    expect(shown.documents.map(({ kind }) => kind)).toEqual(['Job']);
    expect(shown.text).toMatch(/^---\n# Source: c\/templates\/a\.yaml\nkind: Job\n/);
    const rendered = await render(files);
    expect(() => showOnly(rendered, ['templates/none.yaml'])).toThrow(
      'could not find template templates/none.yaml',
    );
  });

  test.each(['a: [', 'just text', '- a\n- b', 'metadata: text', 'kind: {a: b}'])(
    '%j is no manifest',
    async (text) => {
      await expect(render({ 'templates/x.yaml': text })).rejects.toMatchObject({
        code: 'HELM_MANIFEST_INVALID',
        template: 'c/templates/x.yaml',
      });
    },
  );
});

describe('what templates see', () => {
  test.each([
    ['{{ .Chart.Name }} {{ .Chart.Version }} {{ .Chart.IsRoot }} {{ .Chart.Nothing }}', 'c 1.0.0 true'],
    [
      '{{ .Release | toJson }}',
      '{"IsInstall":true,"IsUpgrade":false,"Name":"release-name","Namespace":"default","Revision":1,"Service":"Helm"}',
    ],
    ['{{ .Template.Name }} {{ .Template.BasePath }}', 'c/templates/x.yaml c/templates'],
    [
      '{{ .Capabilities.KubeVersion }} {{ .Capabilities.KubeVersion.Minor }} {{ len .Capabilities.APIVersions }}',
      'v1.35.0 35 57',
    ],
    [
      '{{ .Capabilities.APIVersions.Has "apps/v1" }} {{ .Capabilities.APIVersions.Has "x/v1" }}',
      'true false',
    ],
    [
      '{{ .Capabilities.HelmVersion.Version }} {{ typeOf . }} {{ typeOf .Values }} {{ typeOf .Subcharts }}',
      'v4.1.4 common.Values common.Values map[string]interface {}',
    ],
  ])('%s', async (template, expected) => {
    expect(await renderText(template)).toBe(expected);
  });

  test('files of the chart', async () => {
    const { documents } = await render({
      'conf/b.txt': 'two\nlines\n',
      'conf/a.bin': 'a',
      'templates/x.yaml': [
        'get: {{ .Files.Get "conf/a.bin" | quote }}',
        'missing: {{ .Files.Get "none" | quote }}',
        'lines: {{ .Files.Lines "conf/b.txt" | toJson }}',
        'names: {{ range $name, $data := .Files.Glob "conf/*" }}{{ $name }}={{ len $data }} {{ end }}',
        '{{ (.Files.Glob "conf/*").AsConfig }}',
        '{{ (.Files.Glob "conf/b*").AsSecrets }}',
      ].join('\n'),
    });
    expect(documents[0]?.object).toEqual({
      get: 'a',
      missing: '',
      lines: ['two', 'lines'],
      names: 'conf/a.bin=1 conf/b.txt=10',
      'a.bin': 'a',
      'b.txt': Buffer.from('two\nlines\n').toString('base64'),
    });
  });

  test('kube version and API versions of the caller', async () => {
    const options = { kubeVersion: '1.31.2-eks', apiVersions: ['x/v1'] };
    expect(
      await renderText(
        '{{ .Capabilities.KubeVersion.Version }} {{ .Capabilities.APIVersions.Has "x/v1" }}',
        options,
      ),
    ).toBe('v1.31.2-eks true');
    await expect(renderText('', { kubeVersion: 'latest' })).rejects.toMatchObject({
      code: 'HELM_OPTION_INVALID',
    });
  });

  test('keys such as __proto__ are only keys', async () => {
    const values = JSON.parse('{"__proto__":{"a":1},"constructor":{"b":2}}');
    expect(
      await renderText('{{ .Values.__proto__.a }} {{ .Values.constructor.b }} {{ .Values.toString }}', {
        values,
      }),
    ).toBe('1 2');
  });
});

describe('a tree of charts', () => {
  const files = {
    'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
    'values.yaml': 'sub: {v: from-parent}\nglobal: {g: 1}\n',
    'templates/x.yaml': 'root: {{ include "shared" . }} {{ .Subcharts.sub.Values.changed }}\n',
    'templates/_a.tpl': '{{ define "shared" }}root{{ end }}',
    'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
    'charts/sub/values.yaml': 'v: default\n',
    'charts/sub/templates/b.yaml':
      '{{ $_ := set .Values "changed" "yes" }}b: {{ include "shared" . }} {{ .Values.v }} {{ .Values.global.g }}\n',
    'charts/sub/templates/a.yaml': 'a: {{ .Values.changed }} {{ .Chart.IsRoot }}\n',
    'charts/sub/templates/_a.tpl': '{{ define "shared" }}sub{{ end }}',
    'charts/lib/Chart.yaml': 'apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n',
    'charts/lib/templates/x.yaml': 'never: printed\n',
    'charts/lib/templates/_x.tpl': '{{ define "lib" }}lib{{ end }}',
  };

  test('runs subcharts first, shares what templates change, and lets the root define', async () => {
    const { documents } = await render(files);
    expect(documents.map(({ chartPath, template, object }) => [chartPath, template, object])).toEqual([
      ['c/charts/sub', 'c/charts/sub/templates/a.yaml', { a: 'yes false' }],
      ['c/charts/sub', 'c/charts/sub/templates/b.yaml', { b: 'root from-parent 1' }],
      ['c', 'c/templates/x.yaml', { root: 'root yes' }],
    ]);
  });

  test('is shown with the values it started from', async () => {
    const { root } = await render(files, { values: { sub: { v: 'mine' } } });
    expect(root.subcharts.map(({ path }) => path)).toEqual(['c/charts/lib', 'c/charts/sub']);
    expect(toJsonValue(root.values)).toEqual({
      global: { g: 1 },
      lib: { global: { g: 1 } },
      sub: { global: { g: 1 }, v: 'mine' },
    });
  });

  test.each([
    [{ 'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\ntype: library\n' }, 'HELM_CHART_INVALID'],
    [
      {
        'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: gone, version: "1"}]\n',
      },
      'HELM_DEPENDENCY_MISSING',
    ],
    [
      { 'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\nkubeVersion: "<1.20"\n' },
      'HELM_KUBE_VERSION_MISMATCH',
    ],
    [
      { 'values.yaml': 'sub: text\n', 'charts/sub/Chart.yaml': 'name: sub\nversion: 1.0.0\n' },
      'HELM_VALUES_INVALID',
    ],
  ])('%j cannot be rendered', async (chart, code) => {
    await expect(render(chart)).rejects.toMatchObject({ code });
  });
});

describe('failures', () => {
  test('say where', async () => {
    await expect(render({ 'templates/x.yaml': 'a: 1\nb: {{ .Values.a.b }}\n' })).rejects.toMatchObject({
      code: 'HELM_TEMPLATE_EXEC',
      template: 'c/templates/x.yaml',
      chart: 'c',
      line: 2,
      column: 14,
    });
    await expect(render({ 'templates/x.yaml': '\n{{ nosuch }}' })).rejects.toMatchObject({
      code: 'HELM_TEMPLATE_PARSE',
      line: 2,
    });
    await expect(render({ 'templates/NOTES.txt': '{{ fail "not\\nlike this" }}' })).rejects.toThrow(
      'execution error at (c/templates/NOTES.txt:1:3): not like this',
    );
  });

  test.each([
    ['steps', '{{ range until 100000 }}{{ range until 100000 }}x{{ end }}{{ end }}', { maxSteps: 100_000 }],
    [
      'output',
      '{{ define "d" }}{{ . }}{{ . }}{{ end }}{{ $x := "0123456789" }}{{ range until 40 }}{{ $x = include "d" $x }}{{ end }}',
      { maxOutputBytes: 1_000_000 },
    ],
    [
      'time',
      '{{ range until 1000000 }}{{ range until 1000 }}{{ add 1 2 }}{{ end }}{{ end }}',
      { timeBudgetMs: 100 },
    ],
  ])('a template that uses up its %s ends', async (_, template, limits) => {
    await expect(render({ 'templates/x.yaml': template }, { limits })).rejects.toMatchObject({
      code: 'HELM_LIMIT_EXCEEDED',
      template: 'c/templates/x.yaml',
    });
  });

  test('a template that includes itself ends', async () => {
    const template = '{{ define "r" }}{{ include "r" . }}{{ end }}{{ include "r" . }}';
    await expect(render({ 'templates/x.yaml': template })).rejects.toMatchObject({
      name: 'HelmTemplateError',
    });
  });

  test('an abort is seen between files', async () => {
    const reason = new Error('enough');
    await expect(render({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test.each(['Upper', 'a'.repeat(54), '-a', ''])('release name %j is refused', async (releaseName) => {
    await expect(render({}, { releaseName })).rejects.toMatchObject({ code: 'HELM_OPTION_INVALID' });
  });
});

describe('repeating a render', () => {
  test('with the same clock and random bytes gives the same text', async () => {
    const template = '{{ now | date "2006-01-02" }} {{ randAlphaNum 12 }} {{ uuidv4 }}';
    const source = (): RenderOptions => {
      let next = 0;
      return {
        clock: () => 0,
        randomBytes: (sizeBytes) => Uint8Array.from({ length: sizeBytes }, () => next++ % 251),
      };
    };
    const first = await renderText(template, source());
    expect(await renderText(template, source())).toBe(first);
    expect(await renderText(template)).not.toBe(first);
  });

  test('of one prepared chart with other values leaves nothing behind', async () => {
    const chart = await loadChart(
      makeChart({
        'values.yaml': 'a: 1\nm: {k: v}\n',
        'templates/x.yaml':
          'a: {{ .Values.a }}\nm: {{ .Values.m | toJson }}\n{{ $_ := set .Values.m "k" "changed" }}',
      }),
    );
    const prepared = prepareChart(chart);
    const texts = await Promise.all(
      [1, 2, 1].map(async (a) => (await prepared.render({ values: { a } })).text),
    );
    expect(texts[0]).toContain('m: {"k":"v"}');
    expect(texts[1]).toBe(texts[0]?.replace('a: 1', 'a: 2'));
    expect(texts[2]).toBe(texts[0]);
  });
});
