import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isDigest, parseReference, type RegistryReference } from '@oci-sync/oci-client';
import { HelmTemplateError, loadChart, prepareChart, type ValuesSources } from '@oci-sync/helm-template';
import { afterAll, describe, expect, it } from 'vitest';
import { rewriteValues, type MirroredImage, type RewrittenValues } from './rewrite-values.js';

const host = 'mirror.example.com:5000';
const digest = `sha256:${'a'.repeat(64)}`;
const mirrorDigest = `sha256:${'b'.repeat(64)}`;
const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

function referenceOf(text: string): RegistryReference {
  const reference = parseReference(text);
  if (reference.kind !== 'registry') throw new Error(`${text} is no image of a registry`);
  return reference.tag === undefined && reference.digest === undefined
    ? { ...reference, tag: 'latest' }
    : reference;
}

/** An image in the mirror, below `team/`, with the same tag unless stated. */
function mirrored(text: string, tag?: string): MirroredImage {
  const source = referenceOf(text);
  const name = source.repository.slice(source.repository.lastIndexOf('/') + 1);
  return {
    source,
    mirror: {
      registry: host,
      repository: `team/${name}`,
      tag: tag ?? source.tag ?? 'sha256-aaaaaaaaaaaa',
      digest: isDigest(mirrorDigest) ? mirrorDigest : undefined,
    },
  };
}

async function rewrite(
  files: Readonly<Record<string, string>>,
  images: readonly MirroredImage[],
  values: ValuesSources = {},
): Promise<RewrittenValues> {
  const folder = await mkdtemp(join(tmpdir(), 'oci-sync-values-'));
  folders.push(folder);
  const all = { 'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: "2.5"\n', ...files };
  for (const [name, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const prepared = prepareChart(await loadChart(folder));
  return rewriteValues({
    chart: { input: { chart: folder }, name: 'web', prepared, values },
    images,
    rules: [
      { chart: 'web', key: 'workers.registry', value: '{registry}', readBack: 'workerRegistry' },
      { chart: 'another', key: 'x', value: '{prefix}', readBack: 'x' },
    ],
    destination: { registry: host, prefix: 'team' },
  });
}

function pod(name: string, ...images: readonly string[]): string {
  const containers = images.map((image, index) => `  - name: c${index}\n    image: ${image}\n`);
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\nspec:\n  containers:\n${containers.join('')}`;
}

/** What was set, less the rule that every test has. */
function settings({ changes }: RewrittenValues): Readonly<Record<string, string>> {
  return Object.fromEntries(changes.filter(({ by }) => by !== 'rule').map(({ key, after }) => [key, after]));
}

const wholeProof = { isWhole: true, remaining: [] };

describe('rewriteValues finds the values of', () => {
  it('registry, repository and tag', async () => {
    const rewritten = await rewrite(
      {
        'values.yaml': 'image:\n  registry: quay.io\n  repository: org/app\n  tag: "1.2"\n',
        'templates/pod.yaml': pod(
          'a',
          '{{ .Values.image.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}',
        ),
      },
      [mirrored('quay.io/org/app:1.2')],
    );
    expect(settings(rewritten)).toEqual({ 'image.registry': host, 'image.repository': 'team/app' });
    expect(rewritten.proof).toMatchObject({ ...wholeProof, atMirror: 1 });
  });

  it('a whole reference, and one inside a longer text', async () => {
    const rewritten = await rewrite(
      {
        'values.yaml':
          'image: quay.io/org/app:1.2\nargs: "--verbose --sidecar-image=quay.io/org/proxy:3 --x"\n',
        'templates/pod.yaml': `${pod('a', '{{ .Values.image }}')}    args: [{{ .Values.args | quote }}]\n`,
      },
      [mirrored('quay.io/org/app:1.2'), mirrored('quay.io/org/proxy:3')],
    );
    expect(settings(rewritten)).toEqual({
      image: `${host}/team/app:1.2`,
      args: `--verbose --sidecar-image=${host}/team/proxy:3 --x`,
    });
    expect(rewritten.proof).toMatchObject({ ...wholeProof, atMirror: 2 });
  });

  it('a repository that holds the host, and a tag that defaults to appVersion', async () => {
    const files = {
      'values.yaml': 'image:\n  repository: quay.io/org/app\n  tag: ""\n',
      'templates/pod.yaml': pod(
        'a',
        '"{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"',
      ),
    };
    const same = await rewrite(files, [mirrored('quay.io/org/app:2.5')]);
    expect(settings(same)).toEqual({ 'image.repository': `${host}/team/app` });
    const dated = await rewrite(files, [mirrored('quay.io/org/app:2.5', '20260101000000')]);
    expect(settings(dated)).toEqual({
      'image.repository': `${host}/team/app`,
      'image.tag': '20260101000000',
    });
    expect(dated.text).toContain('tag: "20260101000000"');
    expect(dated.proof).toMatchObject(wholeProof);
  });

  it('parts that the template has defaults for, which no values file names', async () => {
    const rewritten = await rewrite(
      {
        'values.yaml': 'image: {}\n',
        'templates/pod.yaml': pod(
          'a',
          '{{ .Values.image.registry | default "ghcr.io" }}/{{ .Values.image.repository | default "org/app" }}:2',
        ),
      },
      [mirrored('ghcr.io/org/app:2')],
    );
    expect(settings(rewritten)).toEqual({ 'image.registry': host, 'image.repository': 'team/app' });
    expect(rewritten.proof).toMatchObject(wholeProof);
  });

  it('a value that another one, changed as well, would hide', async () => {
    const rewritten = await rewrite(
      {
        'values.yaml': 'mode: on-demand\nwhence: quay\n',
        'templates/pod.yaml': `{{- if eq .Values.mode "on-demand" }}\n${pod('a', '{{ .Values.whence }}.io/org/app:1')}{{- end }}\n`,
      },
      [mirrored('quay.io/org/app:1')],
    );
    expect(rewritten.proof?.remaining).toMatchObject([{ reason: 'not-settable' }]);
    expect(rewritten.proof?.remaining[0]?.explanation).toContain('whence');
  });

  it('parts at the top of the values, empty both', async () => {
    const image = '{{ .Values.registry | default "quay.io" }}/{{ .Values.repository | default "org/app" }}:1';
    const rewritten = await rewrite(
      { 'values.yaml': 'registry: ""\nrepository: ""\n', 'templates/pod.yaml': pod('a', image) },
      [mirrored('quay.io/org/app:1')],
    );
    expect(settings(rewritten)).toEqual({ registry: host, repository: 'team/app' });
    expect(rewritten.proof).toMatchObject(wholeProof);
  });

  it('several images in one text, each whole', async () => {
    const rewritten = await rewrite(
      {
        'values.yaml':
          'list: \'[{"image": "python:3"}, {"image": "quay.io/org/python:3"}, {"image": "python:3.1"}]\'\n',
        'templates/c.yaml':
          'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  list: {{ .Values.list | quote }}\n',
      },
      [mirrored('python:3'), mirrored('quay.io/org/python:3', '3-quay'), mirrored('python:3.1')],
    );
    expect(settings(rewritten)).toEqual({
      list: `[{"image": "${host}/team/python:3"}, {"image": "${host}/team/python:3-quay"}, {"image": "${host}/team/python:3.1"}]`,
    });
    expect(rewritten.proof).toMatchObject({ ...wholeProof, atMirror: 3 });
  });

  it('a chart-wide registry, where no image has one of its own', async () => {
    const rewritten = await rewrite(
      {
        'values.yaml': 'global:\n  imageRegistry: ""\na: team/app\nb: team/db\n',
        'templates/pods.yaml': pod(
          'a',
          '{{ .Values.global.imageRegistry | default "quay.io" }}/{{ .Values.a }}:1',
          '{{ .Values.global.imageRegistry | default "quay.io" }}/{{ .Values.b }}:1',
        ),
      },
      [mirrored('quay.io/team/app:1'), mirrored('quay.io/team/db:1')],
    );
    expect(settings(rewritten)).toEqual({ 'global.imageRegistry': host });
    expect(rewritten.proof).toMatchObject({ ...wholeProof, atMirror: 2 });
  });

  it('single images, though a chart-wide registry would do', async () => {
    const image =
      '{{ .Values.registryOverride | default .Values.image.registry }}/{{ .Values.image.repository }}:1';
    const rewritten = await rewrite(
      {
        'values.yaml': 'registryOverride: ""\nimage:\n  registry: quay.io\n  repository: org/app\n',
        'templates/pod.yaml': pod('a', image),
      },
      [mirrored('quay.io/org/app:1')],
    );
    expect(settings(rewritten)).toEqual({ 'image.registry': host, 'image.repository': 'team/app' });
  });

  it('subcharts, by the name of their alias', async () => {
    const rewritten = await rewrite(
      {
        'Chart.yaml':
          'apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n' +
          '  - { name: store, version: 1.0.0, alias: cache }\n  - { name: store, version: 1.0.0, alias: queue }\n',
        'values.yaml': 'queue:\n  image:\n    tag: "7"\n',
        'charts/store/Chart.yaml': 'apiVersion: v2\nname: store\nversion: 1.0.0\n',
        'charts/store/values.yaml': 'image:\n  repository: docker.io/library/redis\n  tag: "6"\n',
        'charts/store/templates/pod.yaml': pod(
          '{{ .Chart.Name }}',
          '{{ .Values.image.repository }}:{{ .Values.image.tag }}',
        ),
      },
      [mirrored('redis:6'), mirrored('redis:7')],
    );
    expect(settings(rewritten)).toEqual({
      'cache.image.repository': `${host}/team/redis`,
      'queue.image.repository': `${host}/team/redis`,
    });
    expect(rewritten.proof).toMatchObject({ ...wholeProof, atMirror: 2 });
  });

  it('lists, environment variables and files in a ConfigMap', async () => {
    const rewritten = await rewrite(
      {
        'values.yaml':
          'sidecars:\n  - name: a\n    image: quay.io/org/a:1\n  - name: b\n    image: quay.io/org/b:1\nagent: quay.io/org/agent:4\n',
        'templates/all.yaml': [
          'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n{{- range .Values.sidecars }}\n',
          '  - name: {{ .name }}\n    image: {{ .image }}\n    env: [{name: AGENT_IMAGE, value: {{ $.Values.agent | quote }}}]\n{{- end }}\n',
          '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  pod.yaml: |\n    spec:\n      image: {{ .Values.agent }}\n',
        ].join(''),
      },
      [mirrored('quay.io/org/a:1'), mirrored('quay.io/org/b:1'), mirrored('quay.io/org/agent:4')],
    );
    expect(settings(rewritten)).toEqual({
      agent: `${host}/team/agent:4`,
      'sidecars[0].image': `${host}/team/a:1`,
      'sidecars[1].image': `${host}/team/b:1`,
    });
    expect(rewritten.proof).toMatchObject({ ...wholeProof, atMirror: 5 });
  });

  it('digests: the one that is at the mirror', async () => {
    const rewritten = await rewrite(
      {
        'values.yaml': `image:\n  repository: quay.io/org/app\n  tag: "1"\n  digest: ${digest}\n`,
        'templates/pod.yaml': pod(
          'a',
          '{{ .Values.image.repository }}:{{ .Values.image.tag }}@{{ .Values.image.digest }}',
        ),
      },
      [mirrored(`quay.io/org/app:1@${digest}`)],
    );
    expect(settings(rewritten)).toEqual({
      'image.repository': `${host}/team/app`,
      'image.digest': mirrorDigest,
    });
    expect(rewritten.proof).toMatchObject(wholeProof);
  });

  it('versions that the template compares', async () => {
    const check =
      '{{- if semverCompare ">=1.0.0 <2.0.0" .Values.image.tag }}{{ else }}{{ fail "unsupported" }}{{ end }}\n';
    const rewritten = await rewrite(
      {
        'values.yaml': 'image:\n  repository: quay.io/org/app\n  tag: 1.4.2\n',
        'templates/pod.yaml': check + pod('a', '{{ .Values.image.repository }}:{{ .Values.image.tag }}'),
      },
      [mirrored('quay.io/org/app:1.4.2')],
    );
    expect(settings(rewritten)).toEqual({ 'image.repository': `${host}/team/app` });
    expect(rewritten.proof).toMatchObject(wholeProof);
  });

  it('a chart that refuses what it does not know, until it is told to', async () => {
    const guard =
      '{{- if and (not (hasPrefix "quay.io/" .Values.image)) (not ((.Values.global).security).allowInsecureImages) }}' +
      '{{ fail "unrecognized image" }}{{ end }}\n';
    const rewritten = await rewrite(
      {
        'values.yaml': 'image: quay.io/org/app:1\n',
        'templates/pod.yaml': guard + pod('a', '{{ .Values.image }}'),
      },
      [mirrored('quay.io/org/app:1')],
    );
    expect(settings(rewritten)).toEqual({
      image: `${host}/team/app:1`,
      'global.security.allowInsecureImages': 'true',
    });
    expect(rewritten.proof).toMatchObject(wholeProof);
  });
});

describe('rewriteValues leaves', () => {
  const shared = {
    'values.yaml': 'registry: quay.io\nimage: org/app\n',
    'templates/pod.yaml': pod(
      'a',
      '{{ .Values.registry }}/{{ .Values.image }}:1',
      '{{ .Values.registry }}/org/fixed:1',
    ),
  };

  it('an image alone that is not in the mirror, with all that shares its values', async () => {
    const rewritten = await rewrite(shared, [mirrored('quay.io/org/app:1')]);
    expect(settings(rewritten)).toEqual({});
    expect(rewritten.proof?.remaining).toMatchObject([
      {
        text: 'quay.io/org/app:1',
        reason: 'shared-value',
        path: 'spec.containers[0].image',
        document: 'Pod/a',
      },
      { text: 'quay.io/org/fixed:1', reason: 'not-mirrored' },
    ]);
    expect(rewritten.proof?.isWhole).toBe(false);
  });

  it('what templates fix, with the proof', async () => {
    const rewritten = await rewrite(
      {
        'values.yaml': 'image: quay.io/org/app:1\n',
        'templates/pod.yaml': pod('a', '{{ .Values.image }}', 'busybox:1.36'),
      },
      [mirrored('quay.io/org/app:1'), mirrored('busybox:1.36')],
    );
    expect(settings(rewritten)).toEqual({ image: `${host}/team/app:1` });
    expect(rewritten.proof).toMatchObject({
      isWhole: false,
      atMirror: 1,
      remaining: [{ text: 'busybox:1.36', reason: 'no-value', template: 'web/templates/pod.yaml' }],
    });
  });

  it('an image whose name the template fixes', async () => {
    const rewritten = await rewrite(
      {
        'values.yaml': 'image:\n  tag: "1"\n',
        'templates/pod.yaml': pod('a', 'quay.io/org/app:{{ .Values.image.tag }}'),
      },
      [mirrored('quay.io/org/app:1')],
    );
    expect(settings(rewritten)).toEqual({});
    expect(rewritten.proof?.remaining).toMatchObject([{ reason: 'not-settable' }]);
    expect(rewritten.proof?.remaining[0]?.explanation).toContain('image.tag');
  });

  it('the file as it was where the chart refuses the mirror', async () => {
    const text = 'image: quay.io/org/app:1 # ours\n';
    const rewritten = await rewrite(
      {
        'values.schema.json': '{"properties": {"image": {"pattern": "^quay.io/"}}}',
        'values.yaml': 'image: quay.io/org/app:1\n',
        'templates/pod.yaml': pod('a', '{{ .Values.image }}'),
      },
      [mirrored('quay.io/org/app:1')],
      { valuesFiles: [{ name: 'mine.yaml', text }] },
    );
    expect([rewritten.text, rewritten.changes]).toEqual([text, []]);
    expect(rewritten.proof?.remaining).toMatchObject([{ reason: 'render-failed' }]);
  });
});

describe('rewriteValues', () => {
  const files = {
    'values.yaml': 'image: quay.io/org/app:1\nworkers:\n  registry: ""\n',
    'templates/all.yaml': `${pod('a', '{{ .Values.image }}')}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: w}\ndata:\n  c.yaml: |\n    workerRegistry: {{ .Values.workers.registry | quote }}\n`,
  };

  it("changes the user's last file and keeps what else is in it", async () => {
    const text = '# mine\nimage: quay.io/org/app:3 # newer\nreplicas: 2\n';
    const rewritten = await rewrite(files, [mirrored('quay.io/org/app:3')], {
      valuesFiles: [
        { name: 'first.yaml', text: 'image: quay.io/org/app:2\n' },
        { name: 'mine.yaml', text },
      ],
    });
    expect(rewritten.base).toBe('user-file');
    expect(rewritten.text).toBe(
      `# mine\nimage: ${host}/team/app:3 # newer\nreplicas: 2\nworkers:\n  registry: ${host}\n`,
    );
    expect(rewritten.proof).toMatchObject(wholeProof);
  });

  it('says where a --set wins over the file', async () => {
    const rewritten = await rewrite(files, [mirrored('quay.io/org/app:9')], {
      set: ['image=quay.io/org/app:9'],
    });
    expect(rewritten.proof?.remaining).toMatchObject([{ text: 'quay.io/org/app:9', reason: 'overridden' }]);
  });

  it('sets what rules of the preset say, and reads it back', async () => {
    const rewritten = await rewrite(files, [mirrored('quay.io/org/app:1')]);
    expect(rewritten.changes.filter(({ by }) => by === 'rule')).toMatchObject([
      {
        key: 'workers.registry',
        after: host,
        readBack: { place: 'ConfigMap/w c.yaml', value: host, agrees: true },
      },
    ]);
    expect(rewritten.proof?.changes).toMatchObject([{ document: 'ConfigMap/w', cause: 'value' }]);
  });

  it('reports other output that the new values change', async () => {
    const rewritten = await rewrite(
      {
        'values.yaml': 'image: quay.io/org/app:1\n',
        'templates/pod.yaml': `${pod('a', '{{ .Values.image }}')}    tty: {{ contains "quay.io" .Values.image }}\n`,
      },
      [mirrored('quay.io/org/app:1')],
    );
    expect(rewritten.proof).toMatchObject({
      isWhole: false,
      remaining: [],
      changes: [{ path: 'spec.containers[0].tty', before: 'true', after: 'false', cause: 'unrelated' }],
    });
  });

  it('rejects a chart that does not render, and an aborted signal', async () => {
    const broken = rewrite({ 'templates/pod.yaml': '{{ fail "no" }}' }, []);
    await expect(broken).rejects.toThrow(HelmTemplateError);
    const signal = AbortSignal.abort(new Error('enough'));
    const destination = { registry: host, prefix: '' };
    await expect(rewriteValues({ images: [], destination, signal })).rejects.toThrow('enough');
  });

  it('without a chart sets the keys of lists, and says which it left', async () => {
    const { text, changes, notes, proof } = await rewriteValues({
      images: [
        { ...mirrored('quay.io/org/app:1'), helmKey: 'web' },
        { ...mirrored('quay.io/org/collector:2'), helmKey: 'opentelemetry-collector' },
        { ...mirrored('quay.io/org/one:3'), helmKey: 'runner.image.tag' },
        { ...mirrored('quay.io/org/two:4'), helmKey: 'runner.image.tag' },
      ],
      destination: { registry: host, prefix: 'team' },
    });
    expect(Object.fromEntries(changes.map(({ key, after }) => [key, after]))).toEqual({
      'web.image.registry': host,
      'web.image.repository': 'team/app',
      'web.image.tag': '1',
      'opentelemetry-collector.image.repository': `${host}/team/collector`,
      'opentelemetry-collector.image.tag': '2',
    });
    expect(changes.every(({ by }) => by === 'helm-key')).toBe(true);
    expect(notes).toMatchObject([{ level: 'warning' }]);
    expect(notes[0]?.message).toContain('runner.image.tag');
    expect([proof, text.includes('runner')]).toEqual([undefined, false]);
  });
});
