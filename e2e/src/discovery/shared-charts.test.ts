import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createPlan,
  discoverImages,
  extractFromManifests,
  loadPreset,
  type DiscoveredImage,
  type Discovery,
} from '@oci-sync/discovery';
import { formatReference } from '@oci-sync/oci-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findHelm, runHelm } from '../helm/real-helm.js';
import { canRun, sharedHelmFolder } from '../helm/shared-fixtures.js';

const folder = join(sharedHelmFolder(), 'charts');
const helm = findHelm();

function refuse(): never {
  throw new Error('these charts need no network');
}

async function discoverChart(file: string): Promise<Discovery> {
  return discoverImages({
    open: refuse,
    fetchBytes: () => Promise.reject(new Error('these charts need no network')),
    preset: { ...(await loadPreset('none')), helmKeys: (await loadPreset('runwhen')).helmKeys },
    charts: [{ chart: join(folder, file), render: { releaseName: 'rel', namespace: 'ns' } }],
  });
}

function names(images: readonly DiscoveredImage[]): readonly string[] {
  return [...new Set(images.map(({ reference }) => formatReference(reference)))].sort();
}

/** Images of rendered documents: what charts only declare is left out. */
function rendered({ images }: Discovery): readonly DiscoveredImage[] {
  return images.filter(({ provenance }) =>
    provenance.some((place) => place.kind === 'chart' && place.confidence !== 'declared'),
  );
}

describe.runIf(canRun(folder))('public charts', () => {
  it('of RunWhen Local: exactly the three rendered images, each with where it stands', async () => {
    const found = await discoverChart('runwhen-contrib.runwhen-local.tgz');
    expect(found.images.map(({ reference, helmKey }) => [reference.repository, helmKey])).toEqual([
      ['otel/opentelemetry-collector', 'opentelemetry-collector'],
      ['runwhen-contrib/runwhen-local', 'runwhenLocal'],
      ['runwhen-nonprod-shared/public-images/runner', 'runner'],
    ]);
    expect(found.images.flatMap(({ provenance }) => provenance)).toMatchObject(
      ['runwhen-local/charts/opentelemetry-collector', 'runwhen-local', 'runwhen-local'].map((chartPath) => ({
        kind: 'chart',
        chartPath,
        rule: 'container',
        confidence: 'certain',
        documentKind: 'Deployment',
      })),
    );
    expect([found.unresolved, found.failures, found.fallbacks]).toEqual([[], [], []]);
    const { plan } = await createPlan(found.images, { open: refuse, prefix: 'test-rwl-runwhen' });
    expect(plan.images.map(({ destination }) => destination.repository)).toEqual([
      'test-rwl-runwhen/opentelemetry-collector',
      'test-rwl-runwhen/runner',
      'test-rwl-runwhen/runwhen-local',
    ]);
  });

  it.each([
    ['argoproj.argo-workflows.tgz', 'argument', 'quay.io/argoproj/argoexec:'],
    ['bitnami.bitnami.cert-manager.tgz', 'argument', 'docker.io/bitnami/acmesolver:'],
    ['bitnami.bitnami.cloudnative-pg.tgz', 'env', 'docker.io/bitnami/postgresql:'],
    ['bitnami.bitnami.kube-prometheus.tgz', 'image', 'docker.io/bitnami/prometheus:'],
    ['bitnami.bitnami.airflow.tgz', 'declared', 'docker.io/bitnami/statsd-exporter:'],
    ['grafana.agent-operator.tgz', 'image', 'docker.io/grafana/agent:'],
    ['helm.incubator.kubeless.tgz', 'image-key', 'docker.io/kubeless/unzip@sha256:'],
    ['istio.manifests.istio-control.istio-discovery.tgz', 'composed', 'registry.istio.io/testing/proxyv2:'],
  ])('%s: by rule %s %s', async (file, rule, prefix) => {
    const found = await discoverChart(file);
    const places = found.images
      .filter(({ reference }) => formatReference(reference).startsWith(prefix))
      .flatMap(({ provenance }) => provenance);
    expect(places.some((place) => place.kind === 'chart' && place.rule === rule)).toBe(true);
  });

  it.runIf(canRun(helm))(
    'have the images that the real helm renders, all of them, and fail where helm fails',
    { timeout: 600_000 },
    async () => {
      const differences: string[] = [];
      let compared = 0;
      for (const file of await readdir(folder)) {
        const found = await discoverChart(file);
        const args = ['template', 'rel', join(folder, file), '--namespace', 'ns'];
        const result = await runHelm(helm ?? '', args);
        if (found.failures.length > 0 || result.code !== 0) {
          if (found.failures.length > 0 !== (result.code !== 0)) differences.push(`${file}: only one fails`);
          continue;
        }
        compared += 1;
        const expected = names(extractFromManifests(file, result.stdout.toString()).images);
        const actual = names(rendered(found));
        if (JSON.stringify(actual) !== JSON.stringify(expected)) differences.push(file);
      }
      expect(differences).toEqual([]);
      expect(compared).toBeGreaterThan(150);
    },
  );
});

describe.runIf(canRun(helm))('a lock file written by the real helm', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'oci-sync-lock-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('is accepted, whatever the dependency says; after a change it is refused, by helm too', async () => {
    const dependency = `name: sub
    version: ">=0.1.0 <2"
    repository: file://../sub
    alias: other
    condition: other.enabled,a.b
    tags: [x, y]
    import-values:
      - data
      - {child: a, parent: b}
`;
    const chart = (name: string, more: string): string =>
      `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n${more}`;
    const [app, sub] = [join(directory, 'app'), join(directory, 'sub')];
    for (const [path, name] of [
      [app, 'app'],
      [sub, 'sub'],
    ] as const) {
      await mkdir(join(path, 'templates'), { recursive: true });
      const pod = `kind: Pod
spec: {containers: [{image: "quay.io/o/${name}:1"}]}
`;
      await writeFile(join(path, 'templates', 'pod.yaml'), pod);
    }
    await writeFile(join(sub, 'Chart.yaml'), chart('sub', ''));
    await writeFile(join(app, 'Chart.yaml'), chart('app', `dependencies:\n  - ${dependency}`));
    const updated = await runHelm(helm ?? '', ['dependency', 'update', app]);
    expect(updated.code).toBe(0);
    expect(await readFile(join(app, 'Chart.lock'), 'utf8')).toContain('digest: sha256:');
    await rm(join(app, 'charts'), { recursive: true });
    const discover = (): Promise<Discovery> =>
      discoverImages({ open: refuse, fetchBytes: refuse, charts: [{ chart: app }] });
    expect(names((await discover()).images)).toEqual(['quay.io/o/app:1', 'quay.io/o/sub:1']);
    await writeFile(
      join(app, 'Chart.yaml'),
      chart('app', `dependencies:\n  - ${dependency.replace('a.b', 'a.c')}`),
    );
    expect((await discover()).failures.map(({ error }) => error.message)).toEqual([
      expect.stringContaining('lock file of chart app does not fit'),
    ]);
    expect((await runHelm(helm ?? '', ['dependency', 'build', app])).code).not.toBe(0);
    expect(existsSync(join(app, 'charts'))).toBe(false);
  });
});
