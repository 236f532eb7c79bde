import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli } from '../run-cli.js';

const files: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'values.yaml': 'tag: "1.0"\nport: 80\n',
  'crds/crd.yaml': 'kind: CustomResourceDefinition\n',
  'templates/a.yaml':
    'kind: ConfigMap\nname: {{ .Release.Name }}.{{ .Release.Namespace }}\ntag: {{ .Values.tag }}\nport: {{ .Values.port }}\n',
  'templates/hook.yaml': 'kind: Job\nmetadata: {annotations: {helm.sh/hook: pre-install}}\n',
  'templates/test.yaml': 'kind: Pod\nmetadata: {annotations: {helm.sh/hook: test}}\n',
};

let chart: string;
beforeEach(async () => {
  chart = await mkdtemp(join(tmpdir(), 'template-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(chart, name)), { recursive: true });
    await writeFile(join(chart, name), content);
  }
});
afterEach(() => rm(chart, { recursive: true }));

async function template(...args: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const printed = Promise.all([text(stdout), text(stderr)]);
  const { signal } = new AbortController();
  const exitCode = await runCli(['template', ...args], {
    stdin: new PassThrough(),
    stdout,
    stderr,
    environment: {},
    signal,
  });
  stdout.end();
  stderr.end();
  const [output, errors] = await printed;
  return { exitCode, output, errors };
}

it('prints what helm template prints', async () => {
  await writeFile(join(chart, 'prod.yaml'), 'tag: "2.0"\nport: 81\n');
  const { exitCode, output } = await template(
    'rel',
    chart,
    '-f',
    join(chart, 'prod.yaml'),
    '--set',
    'tag=3,port=82',
    '--namespace=apps',
    '--include-crds',
  );
  expect(exitCode).toBe(0);
  expect(output).toBe(
    [
      '---\n# Source: web/crds/crd.yaml\nkind: CustomResourceDefinition\n\n',
      '---\n# Source: web/templates/a.yaml\nkind: ConfigMap\nname: rel.apps\ntag: 3\nport: 82\n',
      '---\n# Source: web/templates/test.yaml\nkind: Pod\nmetadata: {annotations: {helm.sh/hook: test}}\n',
      '---\n# Source: web/templates/hook.yaml\nkind: Job\nmetadata: {annotations: {helm.sh/hook: pre-install}}\n',
    ].join(''),
  );
});

it('leaves out CRDs by default, and hooks and tests when asked to', async () => {
  const kinds = async (...args: readonly string[]) =>
    [...(await template(chart, ...args)).output.matchAll(/^kind: (.*)$/gm)].map(([, kind]) => kind);
  expect(await kinds()).toEqual(['ConfigMap', 'Pod', 'Job']);
  expect(await kinds('--no-hooks')).toEqual(['ConfigMap']);
  expect(await kinds('--skip-tests')).toEqual(['ConfigMap', 'Job']);
  expect(await kinds('-s', 'templates/h*.yaml')).toEqual(['Job']);
});

it('prints parsed documents as JSON', async () => {
  const { output } = await template(chart, '--output', 'json', '-s', 'templates/a.yaml');
  const { documents } = JSON.parse(output) as { readonly documents: readonly { readonly object: unknown }[] };
  expect(documents).toMatchObject([
    {
      template: 'web/templates/a.yaml',
      role: 'manifest',
      object: { name: 'release-name.default', tag: 1, port: 80 },
    },
  ]);
});

it('fails with 1 and a readable line where helm fails', async () => {
  await writeFile(
    join(chart, 'templates/check.yaml'),
    'x: {{ required "a port is needed" .Values.nothing }}\n',
  );
  const { exitCode, output, errors } = await template(chart);
  expect({ exitCode, output }).toEqual({ exitCode: 1, output: '' });
  expect(errors).toBe('error: execution error at (web/templates/check.yaml:1:6): a port is needed\n');
});

it.each([[['-s', 'templates/none.yaml']], [['--kube-version', 'x']], [['--set', 'a[']]])(
  'fails with 1 for %j',
  async (args) => {
    expect((await template(chart, ...args)).exitCode).toBe(1);
  },
);

it('ends with 2 where an input cannot be read', async () => {
  expect(await template(join(chart, 'none'))).toMatchObject({ exitCode: 2, output: '' });
  expect(await template(chart, '-f', join(chart, 'none.yaml'))).toMatchObject({ exitCode: 2, output: '' });
});
