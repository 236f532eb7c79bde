import { formatReference } from '@oci-sync/oci-client';
import type { JsonValue } from '@oci-sync/helm-template';
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { extractFromDocument } from './extract-document.js';
import { parseYamlDocuments } from '../json/yaml-documents.js';

/** `confidence rule path = reference`, or `? reason rule path = text`, one a finding. */
function found(yaml: string): readonly string[] {
  const documents = parseYamlDocuments(yaml);
  if (documents === undefined) throw new Error('the test is no YAML');
  return documents.flatMap(extractFromDocument).map((finding) => {
    const { confidence, rule, path, text } = finding.place;
    return finding.kind === 'image'
      ? `${confidence} ${rule} ${path} = ${formatReference(finding.reference)}`
      : `? ${finding.reason} ${rule} ${path} = ${text}`;
  });
}

const pod = (container: string): string => `kind: Pod
metadata: {name: p}
spec:
  containers:
    - image: a/b:1
${container.replaceAll(/^/gm, '      ')}
`;
const first = 'certain container spec.containers[0].image = docker.io/a/b:1';

describe('containers', () => {
  it('finds every kind of container at any depth of any kind', () => {
    const yaml = `apiVersion: example.com/v1
kind: Anything
spec:
  deep:
    - template:
        spec:
          initContainers: [{image: init}]
          containers: [{image: "ghcr.io/o/app:1@sha256:${'a'.repeat(64)}"}]
          ephemeralContainers: [{image: debug:9}]
          volumes: [{name: v, image: {reference: quay.io/o/data:2}}]`;
    const at = 'spec.deep[0].template.spec';
    expect(found(yaml)).toEqual([
      `certain container ${at}.initContainers[0].image = docker.io/library/init:latest`,
      `certain container ${at}.containers[0].image = ghcr.io/o/app:1@sha256:${'a'.repeat(64)}`,
      `certain container ${at}.ephemeralContainers[0].image = docker.io/library/debug:9`,
      `certain image-volume ${at}.volumes[0].image.reference = quay.io/o/data:2`,
    ]);
  });
  it('finds Argo and Knative forms', () => {
    const yaml = `kind: Workflow
spec:
  templates:
    - container: {image: alpine:3}
    - script: {image: "python:3.12", command: [python]}
      sidecars: [{name: s, image: nginx:1}]`;
    expect(found(yaml)).toEqual([
      'certain image spec.templates[0].container.image = docker.io/library/alpine:3',
      'certain image spec.templates[1].script.image = docker.io/library/python:3.12',
      'certain image spec.templates[1].sidecars[0].image = docker.io/library/nginx:1',
    ]);
  });
  it('opens lists', () => {
    const yaml = `kind: List
items:
  - {kind: Pod, metadata: {name: one}, spec: {containers: [{image: a}]}}
  - kind: PodList
    items: [{kind: Pod, spec: {containers: [{image: b}]}}]`;
    expect(found(yaml)).toEqual([
      'certain container items[0].spec.containers[0].image = docker.io/library/a:latest',
      'certain container items[1].items[0].spec.containers[0].image = docker.io/library/b:latest',
    ]);
  });
  it.each([
    ['{{ .Values.image }}', 'placeholder'],
    ['$(IMAGE)', 'placeholder'],
    ['auto', 'placeholder'],
    ['Upper/Case:1', 'malformed'],
    ['a b', 'malformed'],
    ['repo/app:>=1.2', 'placeholder'],
    ['repo/app:~1.2', 'version-range'],
    ['repo/app:1.x', 'version-range'],
  ])('reports image %s as %s', (image, reason) => {
    const yaml = `kind: Pod\nspec: {containers: [{image: ${JSON.stringify(image)}}]}`;
    const expected = image === 'repo/app:>=1.2' ? 'version-range' : reason;
    expect(found(yaml)).toEqual([`? ${expected} container spec.containers[0].image = ${image}`]);
  });
});

describe('environment', () => {
  it('takes variables named after images, and any that names registry and version', () => {
    const yaml = pod(`env:
  - {name: RELATED_IMAGE_DB, value: "postgres:17"}
  - {name: SIDECAR_IMAGE, value: "repo/sidecar:1"}
  - {name: WHATEVER, value: "quay.io/o/tool:2"}
  - {name: LIST, value: "quay.io/o/x:1,quay.io/o/y@sha256:${'b'.repeat(64)}"}
  - {name: IMAGE_PULL_POLICY, value: IfNotPresent}
  - {name: IMAGE_TAG, value: "1.2.3"}
  - {name: IMAGE_ADDRESS, value: "imagesvc:8080"}
  - {name: IMAGE_DIR, value: /var/lib/images}
  - {name: IMAGE_URL, value: "https://example.com/a:1"}
  - {name: FROM, valueFrom: {fieldRef: {fieldPath: x}}}`);
    const value = (index: number, text: string): string =>
      `probable env spec.containers[0].env[${index}].value = ${text}`;
    expect(found(yaml)).toEqual([
      first,
      value(0, 'docker.io/library/postgres:17'),
      value(1, 'docker.io/repo/sidecar:1'),
      value(2, 'quay.io/o/tool:2'),
      value(3, 'quay.io/o/x:1'),
      value(3, `quay.io/o/y@sha256:${'b'.repeat(64)}`),
    ]);
  });
  it('reports what cannot be told', () => {
    const yaml = pod(`env:
  - {name: AGENT_IMAGE, value: ghcr.io/o/agent}
  - {name: RELATED_IMAGE_X, value: "$(REGISTRY)/x:1"}`);
    expect(found(yaml)).toEqual([
      first,
      '? no-tag env spec.containers[0].env[0].value = ghcr.io/o/agent',
      '? placeholder env spec.containers[0].env[1].value = $(REGISTRY)/x:1',
    ]);
  });
});

describe('arguments', () => {
  it('takes flags named after images, and whatever names registry and version', () => {
    const yaml = pod(`args:
  - --executor-image
  - argoproj/argoexec:v3
  - --acme-http01-solver-image=quay.io/jetstack/acmesolver:v1
  - --images=x=busybox:1,y=ghcr.io/o/y:2
  - --image-pull-policy=Always
  - --listen=127.0.0.1:8080
  - --other=registry.k8s.io/pause:3.9
  - https://example.com/image:1
  - --image=localhost:5000
command: ["/bin/sh", "-c", "run --sidecar ghcr.io/o/side:1; echo 'quay.io/o/z:2'"]`);
    const arg = (index: number, text: string): string =>
      `probable argument spec.containers[0].args[${index}] = ${text}`;
    expect(found(yaml)).toEqual([
      first,
      arg(1, 'docker.io/argoproj/argoexec:v3'),
      arg(2, 'quay.io/jetstack/acmesolver:v1'),
      arg(3, 'docker.io/library/busybox:1'),
      arg(3, 'ghcr.io/o/y:2'),
      arg(6, 'registry.k8s.io/pause:3.9'),
      'probable argument spec.containers[0].command[2] = ghcr.io/o/side:1',
      'probable argument spec.containers[0].command[2] = quay.io/o/z:2',
    ]);
  });
});

describe('custom resources', () => {
  it.each([
    [
      '{apiVersion: monitoring.coreos.com/v1, kind: Prometheus, spec: {baseImage: quay.io/p/p, version: v2.1}}',
      ['certain custom-resource spec.baseImage = quay.io/p/p:v2.1'],
    ],
    [
      '{apiVersion: monitoring.coreos.com/v1, kind: Alertmanager, spec: {image: "quay.io/p/am:v1"}}',
      ['certain image spec.image = quay.io/p/am:v1'],
    ],
    [
      '{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, spec: {imageName: "ghcr.io/c/pg:16"}}',
      ['certain custom-resource spec.imageName = ghcr.io/c/pg:16'],
    ],
    [
      '{apiVersion: pkg.crossplane.io/v1, kind: Provider, spec: {package: "xpkg.upbound.io/o/p:v1"}}',
      ['certain custom-resource spec.package = xpkg.upbound.io/o/p:v1'],
    ],
    [
      '{apiVersion: source.toolkit.fluxcd.io/v1, kind: OCIRepository, spec: {url: "oci://ghcr.io/o/m", ref: {tag: v1}}}',
      ['certain custom-resource spec.url = ghcr.io/o/m:v1'],
    ],
    [
      '{apiVersion: source.toolkit.fluxcd.io/v1, kind: OCIRepository, spec: {url: "oci://ghcr.io/o/m", ref: {semver: ">=1"}}}',
      ['? version-range custom-resource spec.url = oci://ghcr.io/o/m >=1'],
    ],
    [
      '{apiVersion: helm.cattle.io/v1, kind: HelmChart, spec: {chart: traefik, valuesContent: "image:\\n  repository: ghcr.io/o/t\\n  tag: v3\\n"}}',
      [
        'probable image-parts spec.valuesContent#image = ghcr.io/o/t:v3',
        '? nested-chart custom-resource spec.chart = traefik',
      ],
    ],
    [
      '{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, spec: {chart: {spec: {chart: x}}, values: {image: {repository: o/x, tag: v1}}}}',
      [
        '? nested-chart custom-resource spec.chart.spec.chart = x',
        'certain image-parts spec.values.image = docker.io/o/x:v1',
      ],
    ],
    [
      '{apiVersion: example.com/v1, kind: Prometheus, spec: {baseImage: quay.io/p/p, version: v2.1}}',
      ['? no-tag image-key spec.baseImage = quay.io/p/p'],
    ],
  ])('%s', (yaml, expected) => {
    expect(found(yaml)).toEqual(expected);
  });
  it('puts images together that are spelled in parts', () => {
    const yaml = `kind: Thing
spec:
  a: {registry: quay.io, repository: o/a, tag: "1"}
  b: {registry: quay.io, repository: quay.io/o/b, tag: "2", digest: ""}
  c: {repository: o/c, digest: "${'c'.repeat(64)}"}
  image: {name: o/d, tag: 4}
  e: {repository: ghcr.io/o/e, tag: ""}
  chart: {repository: https://example.com, version: "1"}
  git: {repository: o/g, branch: main}`;
    expect(found(yaml)).toEqual([
      'certain image-parts spec.a = quay.io/o/a:1',
      'certain image-parts spec.b = quay.io/o/b:2',
      `certain image-parts spec.c = docker.io/o/c@sha256:${'c'.repeat(64)}`,
      'certain image-parts spec.image = docker.io/o/d:4',
      '? no-tag image-parts spec.e = ghcr.io/o/e',
    ]);
  });
  it('takes a plain word for an image only where a container runs it', () => {
    expect(found('{kind: Machine, spec: {image: ubuntu-2204}}')).toEqual([
      '? no-tag image spec.image = ubuntu-2204',
    ]);
    expect(found('{kind: Thing, spec: {image: o/app}}')).toEqual([
      'certain image spec.image = docker.io/o/app:latest',
    ]);
  });
});

describe('text inside documents', () => {
  it('reads files of ConfigMaps and Secrets', () => {
    const secret = Buffer.from('sidecar:\n  image: quay.io/o/s:1\n').toString('base64');
    const yaml = `kind: ConfigMap
metadata: {name: c}
data:
  builder-image: o/builder:1
  plain: quay.io/o/plain:1
  number: "8080"
  address: svc.ns.svc.cluster.local:8080
  pod.yaml: |
    kind: Pod
    spec:
      containers:
        - image: o/embedded:1
          args: [--foo-image=o/arg:2]
  config.toml: |
    [[runners]]
      image = "alpine:3.20"
      helper_image = 'gitlab/helper:x86'
      pull = "always"
  start.sh: |
    #!/bin/sh
    echo "$IMAGE"
    run ghcr.io/o/script:1 --x
---
kind: Secret
data: {file: ${secret}, key: ${Buffer.from([0, 255, 1]).toString('base64')}}
stringData: {other.json: '{"image":"o/json:1"}'}`;
    expect(found(yaml)).toEqual([
      'probable image-key data.builder-image = docker.io/o/builder:1',
      'probable qualified-text data.plain = quay.io/o/plain:1',
      'probable container data["pod.yaml"]#spec.containers[0].image = docker.io/o/embedded:1',
      'probable argument data["pod.yaml"]#spec.containers[0].args[0] = docker.io/o/arg:2',
      'probable text-line data["config.toml"] = docker.io/library/alpine:3.20',
      'probable text-line data["config.toml"] = docker.io/gitlab/helper:x86',
      'probable text data["start.sh"] = ghcr.io/o/script:1',
      'probable image data.file#sidecar.image = quay.io/o/s:1',
      'probable image stringData["other.json"]#image = docker.io/o/json:1',
    ]);
  });
  it('puts hub, tag and name together, and reports templates', () => {
    const values = JSON.stringify({
      global: { hub: 'docker.io/istio', tag: '1.2', proxy: { image: 'proxyv2' } },
    });
    const yaml = `kind: ConfigMap
data:
  values: '${values}'
  config: |
    spec:
      image: {{ .ProxyImage }}`;
    expect(found(yaml)).toEqual([
      'probable composed data.values#global.proxy.image = docker.io/istio/proxyv2:1.2',
      '? placeholder text-line data.config = {{ .ProxyImage }}',
    ]);
  });
});

describe('what is no image', () => {
  it.each([
    '{kind: CustomResourceDefinition, spec: {x: {image: o/a:1, openAPIV3Schema: {image: o/b:1}}}}',
    '{kind: ClusterRoleBinding, roleRef: {name: "system:auth-delegator"}, subjects: [{name: "system:node:1"}]}',
    '{kind: Thing, spec: {openAPIV3Schema: {properties: {image: {default: "o/a:1"}}}}}',
    '{kind: Thing, status: {image: "o/a:1"}}',
    '{kind: Thing, spec: {logoImage: "assets/logo.png", image_url: "https://x.io/y:1"}}',
    '{kind: Thing, spec: {address: "host.example.com:8080", pattern: "quay.io/o/*", range: "quay.io/o/a:*"}}',
    '{kind: Thing, metadata: {labels: {x: "quay.io/o/a:1"}, name: "quay.io/o/a:1"}}',
    'null',
    '[1, a, {b: 2}]',
  ])('%s', (yaml) => {
    expect(found(yaml)).toEqual([]);
  });
  it('but an annotation that names one in its key is', () => {
    expect(found('{kind: Pod, metadata: {annotations: {sidecar.istio.io/proxyImage: "o/p:1"}}}')).toEqual([
      'probable image-key metadata.annotations["sidecar.istio.io/proxyImage"] = docker.io/o/p:1',
    ]);
  });
});

test('no value makes it throw, and every image found is a reference that reads back', () => {
  const word = fc.constantFrom(
    'image',
    'containers',
    'env',
    'args',
    'command',
    'volumes',
    'data',
    'kind',
    'ConfigMap',
    'Secret',
    'List',
    'items',
    'repository',
    'tag',
    'hub',
    'name',
    'value',
    'metadata',
    'annotations',
    'spec',
    'o/a:1',
    'quay.io/o/a:1',
    '{{',
    'a\nb',
    'image: x/y:1\nz: 1',
    '__proto__',
    'constructor',
    '&a [*a]',
    'apiVersion',
    'helm.cattle.io/v1',
    'valuesContent',
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.oneof(word, fc.string({ unit: 'binary' }), fc.constantFrom(null, true, 1.5)),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(word, fc.string()), tie('any'), { maxKeys: 5 }),
    ),
  })).any;
  fc.assert(
    fc.property(value, (document) => {
      for (const finding of extractFromDocument(document as JsonValue)) {
        expect(finding.place.path).toBeTypeOf('string');
        const version =
          finding.kind === 'image' ? (finding.reference.tag ?? finding.reference.digest) : 'none';
        expect(version).toBeTypeOf('string');
      }
    }),
    { numRuns: 1000 },
  );
});
