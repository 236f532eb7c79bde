import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPreset } from '@oci-sync/discovery';
import {
  buildImage,
  pushImage,
  startEcr,
  startTestRegistry,
  type RunningEcr,
  type TestRegistry,
} from '@oci-sync/registry/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sync, type SyncEvent, type SyncOptions, type SyncReport } from '../src/index.js';

let folder: string;
let source: TestRegistry;
let mirror: TestRegistry;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oci-sync-'));
  [source, mirror] = await Promise.all([startTestRegistry(), startTestRegistry()]);
  await pushImage(source, 'team/app:1.0', buildImage({ seed: 'app' }));
  await pushImage(source, 'team/db:9', buildImage({ seed: 'db' }));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all([source.close(), mirror.close()]);
  await rm(folder, { recursive: true });
});

const app = (): string => `${source.host}/team/app:1.0`;
const db = (): string => `${source.host}/team/db:9`;

/** {@link sync} of two images with nothing of this machine in it. */
async function run(options: Partial<SyncOptions> = {}): Promise<SyncReport> {
  const common = { environment: {}, homeDirectory: folder, cache: false, prefix: 'm' } as const;
  return sync({ ...common, registry: mirror.host, images: [app(), db()], ...options });
}

async function writeChart(): Promise<string> {
  const chart = join(folder, 'app');
  await mkdir(join(chart, 'templates'), { recursive: true });
  await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: app\nversion: 1.0.0\n');
  await writeFile(join(chart, 'values.yaml'), `image: {repository: "${source.host}/team/app", tag: "1.0"}\n`);
  const pod =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec: {containers: [{name: a, image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"}]}\n';
  await writeFile(join(chart, 'templates', 'pod.yaml'), pod);
  return chart;
}

describe('sync', () => {
  it('resolves with a report that is plain JSON', async () => {
    const report = await run();
    expect(report).toMatchObject({
      version: 1,
      outcome: 'done',
      registry: mirror.host,
      counts: { copied: 2, unchanged: 0, failed: 0, notStarted: 0, planned: 0 },
      files: [],
    });
    expect(report.bytesCopied).toBeGreaterThan(0);
    expect(JSON.parse(JSON.stringify(report))).toMatchObject({
      images: [{ outcome: 'copied' }, { outcome: 'copied' }],
    });
  });
  it('tells its steps in order', async () => {
    const events: SyncEvent[] = [];
    await run({
      charts: [{ chart: await writeChart() }],
      images: [],
      outDirectory: join(folder, 'out'),
      onEvent: (event) => events.push(event),
    });
    const steps = events.map(({ type }) => type).filter((type, at, all) => all[at - 1] !== type);
    expect(steps).toEqual([
      'registry-found',
      'discovery',
      'copy-started',
      'copy',
      'values-rewriting',
      'file-written',
    ]);
  });
  it('points the chart at the mirror, and proves it', async () => {
    const report = await run({
      charts: [{ chart: await writeChart() }],
      outDirectory: folder,
      keepFiles: true,
    });
    expect(report.charts).toMatchObject([
      { chart: 'app', version: '1.0.0', values: { proof: { isWhole: true, atMirror: 1, remaining: [] } } },
    ]);
    expect(report.files.map((file) => file.slice(folder.length + 1)).sort()).toEqual([
      'helm_chart_images.txt',
      'rendered_chart.yaml',
      'updated_values.yaml',
    ]);
    expect(await readFile(join(folder, 'updated_values.yaml'), 'utf8')).toContain(`${mirror.host}/m/app`);
    expect((await readdir(folder)).filter((name) => name.includes('.tmp'))).toEqual([]);
  });
  it('sets the values a list names where there is no chart, and proves nothing', async () => {
    const list = {
      name: 'list',
      text: JSON.stringify([{ repository_image: `${source.host}/team/app`, helm_key: 'runner', tag: '1.0' }]),
    };
    const report = await run({ images: [], lists: [list] });
    const [values] = report.charts;
    expect(values).toMatchObject({ chart: undefined });
    expect(values?.values.proof).toBeUndefined();
    expect(values?.values.changes.map(({ by }) => by)).toContain('helm-key');
  });
  it('reports one that failed, with a code, beside those that did not', async () => {
    const report = await run({ images: [app(), `${source.host}/team/none:1`] });
    expect(report.outcome).toBe('failed');
    expect(report.images.find(({ outcome }) => outcome === 'failed')).toMatchObject({
      error: { code: 'OCI_NOT_FOUND', side: 'source' },
    });
    expect(mirror.content.tags('m/app')).toEqual(['1.0']);
  });
  it('tells what was done when it is stopped', async () => {
    const stop = new AbortController();
    const report = await run({
      concurrency: 1,
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === 'copy' && event.event.type === 'image-finished') stop.abort();
      },
    });
    expect(report).toMatchObject({
      outcome: 'interrupted',
      counts: { notStarted: 1 },
      charts: [],
      files: [],
    });
  });
  it('rejects before anything is copied where the run cannot be what was asked for', async () => {
    await expect(run({ registry: 'https://x' })).rejects.toMatchObject({ code: 'OCI_INVALID_OPTION' });
    await pushImage(source, 'other/app:1.0', buildImage({ seed: 'other' }));
    const collision = run({ images: [app(), `${source.host}/other/app:1.0`] });
    await expect(collision).rejects.toMatchObject({ code: 'PLAN_COLLISION' });
    await expect(run({ outDirectory: '/dev/null/x' })).rejects.toMatchObject({ code: 'OCI_INVALID_OPTION' });
    expect(mirror.requests.count({ method: ['POST', 'PUT'] })).toBe(0);
  });
  it('uses the static lists of the preset when chart and catalog fail, and says why', async () => {
    const preset = await loadPreset('runwhen');
    const report = await run({
      preset,
      images: [app()],
      charts: [{ chart: '' }],
      catalog: { catalog: join(folder, 'none.yaml') },
      // Nothing of the lists is copied: they are at real registries.
      only: [`${source.host}/*`],
    });
    expect(report).toMatchObject({
      outcome: 'done',
      counts: { copied: 1 },
      discovery: { fallbacks: [{ list: 'chart' }, { list: 'catalog' }] },
    });
  });
});

describe('sync into ECR', () => {
  let ecr: RunningEcr;
  beforeEach(async () => {
    ecr = await startEcr({ region: 'eu-west-1' });
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_REGION', undefined);
  });
  afterEach(() => ecr.close());

  const intoEcr = async (options: Partial<SyncOptions> = {}): Promise<SyncReport> =>
    run({
      registry: undefined,
      environment: { AWS_ENDPOINT_URL_ECR: ecr.apiUrl },
      region: 'eu-west-1',
      ...options,
    });

  it("goes into the caller's own registry and creates what is missing as the settings say", async () => {
    const report = await intoEcr({ repositorySettings: { scanOnPush: false, tagMutability: 'IMMUTABLE' } });
    expect(report).toMatchObject({ outcome: 'done', registry: ecr.host, counts: { copied: 2 } });
    expect(ecr.content.repositories()).toEqual(['m/app', 'm/db']);
    expect(ecr.account.calls.filter(({ action }) => action === 'ecr:CreateRepository')).toHaveLength(2);
    const again = await intoEcr();
    expect(again.counts).toMatchObject({ copied: 0, unchanged: 2 });
    expect(ecr.account.calls.filter(({ action }) => action === 'ecr:CreateRepository')).toHaveLength(2);
  });
  it('shows a missing permission at the first repository, before any blob is sent', async () => {
    const denied = await startEcr({ region: 'eu-west-1', denied: ['ecr:CreateRepository'] });
    try {
      const report = await intoEcr({ environment: { AWS_ENDPOINT_URL_ECR: denied.apiUrl } });
      expect(report).toMatchObject({ outcome: 'failed', counts: { failed: 2 } });
      expect(report.images[0]).toMatchObject({ error: { code: 'OCI_REPOSITORY_CREATION' } });
      expect(report.images[0]).toMatchObject({
        error: { message: expect.stringContaining('ecr:CreateRepository') },
      });
      expect(denied.requests.count({ method: 'PUT', route: 'upload' })).toBe(0);
    } finally {
      await denied.close();
    }
  });
  it('asks for credentials before anything else', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'none'));
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'none'));
    await expect(intoEcr()).rejects.toMatchObject({ code: 'OCI_CREDENTIALS' });
    expect(source.requests.count()).toBe(0);
  });
});
