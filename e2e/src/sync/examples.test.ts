import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeReaders } from '../parts/readers.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import { describeOnStage, type Stage } from './describe-stage.js';
import { builtImages, chartImages, expectedMirror, namedImages } from './expected-mirror.js';
import { renderWithHelm } from './helm-images.js';
import { chartFile, serveCatalog } from './shared-inputs.js';
import { ecrHost } from './stand-ins.js';
import { builtCollections, collectionsPath } from './upstream-images.js';

const catalogUrl =
  'https://raw.githubusercontent.com/runwhen-contrib/codecollection-registry/main/codecollections.yaml';

/** The three images of the chart at the mirror, as the chart writes them. */
function chartImagesAt(
  prefix: string,
  tags: { runner?: string; collector?: string; all?: string } = {},
): string[] {
  const { runner = '2026-07-23.1', collector = '0.153.0', all } = tags;
  return [
    `${ecrHost}/${prefix}/opentelemetry-collector:${all ?? collector}`,
    `${ecrHost}/${prefix}/runner:${all ?? runner}`,
    `${ecrHost}/${prefix}/runwhen-local:${all ?? '0.11.5'}`,
  ];
}

/** Has skopeo and crane download what is in the account; both have to see the digest that was expected. */
async function readBack({ standIns, ecr }: Stage, mirror: Readonly<Record<string, string>>): Promise<void> {
  const { username, password } = ecr.issueCredentials();
  const access = { credentials: `${username}:${password}`, caFile: standIns.caFile };
  const readers = ['skopeo', 'crane'];
  for (const [reference, digest] of Object.entries(mirror)) {
    const seen = await Promise.all(
      readers.map(async (name) => {
        const folder = makeTemporaryFolder();
        try {
          const reader = makeReaders(access).find((each) => each.name === name);
          return await reader?.read(`${ecr.host}/${reference}`, folder.path);
        } finally {
          folder.remove();
        }
      }),
    );
    expect(
      seen.map((content) => content?.digest),
      reference,
    ).toEqual([digest, digest]);
    // The configuration and both layers beside the manifest, whatever files of its own the client adds.
    const blobs = ecr.content.manifests(reference.split(':')[0] ?? '').flatMap((manifest) => manifest.blobs);
    expect(blobs.length, reference).toBe(3);
    for (const content of seen)
      expect([...(content?.downloaded.keys() ?? [])]).toEqual(expect.arrayContaining(blobs));
  }
}

describeOnStage('the examples of the script', (stage) => {
  it('1: with nothing but credentials, then again', { timeout: 240_000 }, async () => {
    const mirror = expectedMirror([...chartImages, ...namedImages()]);
    const first = await stage.runWell(['sync']);
    expect(stage.mirrored()).toEqual(mirror);
    expect(first.stdout).toContain(`9 images to ${ecrHost}: 9 copied, 0 unchanged, 0 failed`);
    expect(first.stderr).toContain(
      `Registry: ${ecrHost} (your own)\nRegion: us-west-2\nPlatform: linux/amd64\n`,
    );
    expect(first.stderr).toContain('Using Helm chart images of runwhen-local 0.6.7 (3 images found)\n');
    expect(first.stderr).toContain('Using discovered CodeCollection images (6 images found)\n');
    expect(first.stderr).not.toMatch(/warning|static/i);
    // The chart, with what it is rendered with: nothing else of it is needed.
    expect(readdirSync(stage.place.folder)).toEqual(['updated_values.yaml']);

    await readBack(stage, mirror);
    const rendered = await renderWithHelm(chartFile, [stage.place.path('updated_values.yaml')]);
    expect(rendered.images).toEqual(chartImagesAt('test-rwl-runwhen'));
    expect(rendered.workers).toEqual({ registry: ecrHost, repository: 'test-rwl-runwhen' });
    const settings = stage.ecr.account.repository('test-rwl-runwhen/runner');
    expect(settings).toMatchObject({
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: { encryptionType: 'AES256' },
      imageTagMutability: 'MUTABLE',
    });

    stage.ecr.requests.clear();
    await stage.runWell(['sync', '--report', 'report.json']);
    const { counts, images, charts, discovery } = stage.report('report.json');
    expect(counts).toMatchObject({ copied: 0, unchanged: 9, failed: 0 });
    expect(stage.ecr.requests.count({ method: ['POST', 'PUT', 'PATCH'], path: /^\/v2\// })).toBe(0);
    expect(stage.ecr.requests.count({ route: 'manifest', status: 200 })).toBe(9);
    expect(images.map(({ image }) => image.provenance)).toEqual([
      ...['aws-c7n-codecollection', 'azure-c7n-codecollection'].map(provenanceOfEntry),
      provenanceOfDeployment('runwhen-local/charts/opentelemetry-collector'),
      provenanceOfDeployment('runwhen-local'),
      provenanceOfDeployment('runwhen-local'),
      ...['rw-cli-codecollection', 'rw-generic-codecollection'].map(provenanceOfEntry),
      ...['rw-public-codecollection', 'rw-workspace-utils'].map(provenanceOfEntry),
    ]);
    expect(discovery).toMatchObject({
      fallbacks: [],
      failures: [],
      unresolved: [],
      entriesWithoutImage: [{ catalog: catalogUrl, entry: 'ternary-codecollection' }],
    });
    const [values] = charts.map((chart) => chart.values);
    expect(values?.proof).toMatchObject({ isWhole: true, atMirror: 3, remaining: [] });
    expect(values?.changes.filter(({ by }) => by === 'rule')).toMatchObject([
      {
        key: 'runner.runEnvironment.image.registry',
        after: ecrHost,
        readBack: { value: ecrHost, agrees: true },
      },
      {
        key: 'runner.runEnvironment.image.repository',
        after: 'test-rwl-runwhen',
        readBack: { value: 'test-rwl-runwhen', agrees: true },
      },
    ]);
    const verified = await stage.runWell(['verify']);
    expect(verified.stdout).toContain('9 images, 0 not right');
  });

  it("2: a chart of one's own with values and extra images", async () => {
    cpSync(join(stage.chartsFolder, 'runwhen-local'), stage.place.path('my-chart'), { recursive: true });
    // Dependencies that are not there are fetched from where Chart.yaml says.
    rmSync(stage.place.path('my-chart/charts'), { recursive: true });
    const values = `# Settings of our cluster
workspaceName: ours # kept as it is
runner:
  image:
    tag: "2026-05-02.1" # the version before
opentelemetry-collector:
  image: { tag: 0.152.0 }
`;
    stage.place.write('my-values.yaml', values);
    stage.place.write(
      'extra-images.txt',
      '# besides\nbusybox:1.37\nghcr.io/runwhen-contrib/runwhen-local # newest\n',
    );
    await stage.runWell(['sync', '-c', './my-chart', '-f', 'my-values.yaml', '-e', 'extra-images.txt']);
    expect(stage.mirrored()).toEqual(
      expectedMirror([
        ['ghcr.io', 'runwhen-contrib/runwhen-local', '0.11.5'],
        ['us-docker.pkg.dev', 'runwhen-nonprod-shared/public-images/runner', '2026-05-02.1'],
        ['registry-1.docker.io', 'otel/opentelemetry-collector', '0.152.0'],
        ['registry-1.docker.io', 'library/busybox', '1.37'],
        ...namedImages(),
      ]),
    );
    expect(readFileSync(stage.place.path('my-values.yaml'), 'utf8')).toBe(values);
    const updated = readFileSync(stage.place.path('updated_values.yaml'), 'utf8');
    for (const kept of values.split('\n').filter((line) => line.includes('#')))
      expect(updated).toContain(kept);
    const rendered = await renderWithHelm(chartFile, [stage.place.path('updated_values.yaml')]);
    expect(rendered.images).toEqual(
      chartImagesAt('test-rwl-runwhen', { runner: '2026-05-02.1', collector: '0.152.0' }),
    );
  });

  it('3: static lists instead of the chart', async () => {
    const { stdout, stderr } = await stage.runWell(['sync', '-c', '', '--report', 'report.json']);
    expect(stage.mirrored()).toEqual(expectedMirror([...chartImages, ...namedImages()]));
    expect(stderr).toContain('no chart was asked for');
    expect(stdout).toContain('nothing is proven');
    const { charts, images } = stage.report('report.json');
    expect(charts.flatMap(({ values }) => values.changes.map(({ by }) => by))).not.toContain('rendering');
    expect(
      images.flatMap(({ image }) => image.provenance).filter(({ kind }) => kind === 'static'),
    ).toHaveLength(3);
    expect(existsSync(stage.place.path('updated_values.yaml'))).toBe(true);
  });

  it("4: a prefix of one's own, with a catalog of the old form", async () => {
    serveCatalog(stage.standIns, 'built');
    await stage.runWell(['sync', '-p', 'my-company/runwhen']);
    const prefix = 'my-company/runwhen';
    expect(stage.mirrored()).toEqual(expectedMirror([...chartImages, ...builtImages], { prefix }));
    const rendered = await renderWithHelm(chartFile, [stage.place.path('updated_values.yaml')]);
    expect(rendered.images).toEqual(chartImagesAt(prefix));
    expect(rendered.workers).toEqual({ registry: ecrHost, repository: prefix });
  });

  it('5: date tags, with everything the script leaves behind', async () => {
    stage.place.write('values.yaml', 'workspaceName: ours\n');
    const args = ['--date-tags', '-c', 'runwhen-contrib/runwhen-local', '-f', 'values.yaml', '-v'];
    const before = stamp(new Date());
    const { stderr } = await stage.runWell(['sync', ...args]);
    const [tag = ''] = stage.ecr.content.tags('test-rwl-runwhen/runner');
    expect(tag).toMatch(/^\d{14}$/);
    expect(tag >= before && tag <= stamp(new Date())).toBe(true);
    expect(stage.mirrored()).toEqual(expectedMirror([...chartImages, ...namedImages()], { tag }));
    const rendered = await renderWithHelm(chartFile, [stage.place.path('updated_values.yaml')]);
    expect(rendered.images).toEqual(chartImagesAt('test-rwl-runwhen', { all: tag }));
    expect(readFileSync(stage.place.path('helm_chart_images.txt'), 'utf8')).toBe(
      [
        'docker.io/otel/opentelemetry-collector:0.153.0\n',
        'ghcr.io/runwhen-contrib/runwhen-local:0.11.5\n',
        'us-docker.pkg.dev/runwhen-nonprod-shared/public-images/runner:2026-07-23.1\n',
      ].join(''),
    );
    expect(readFileSync(stage.place.path('rendered_chart.yaml'), 'utf8')).toContain(
      'otel/opentelemetry-collector:0.153.0',
    );
    expect(stderr).toMatch(/HEAD https:\/\/ghcr\.io\/v2\//);
    expect(stderr).not.toMatch(/AKIAEXAMPLE|authorization|Bearer [\w-]{8}/i);
  });

  it('another branch of the CodeCollections, in both forms of the catalog', async () => {
    const collections = ['--only', '*codecollection*'];
    await stage.runWell(['sync', '-b', 'develop', ...collections]);
    expect(stage.mirrored()).toEqual(
      expectedMirror(
        namedImages('develop').filter(([, repository]) => repository.includes('codecollection')),
      ),
    );
    serveCatalog(stage.standIns, 'built');
    const { stdout } = await stage.runWell(['discover', '-b', 'develop', '-c', '']);
    const found = stdout.split('\n').filter((line) => line.startsWith('us-west1-docker.pkg.dev/'));
    expect(found).toEqual(
      builtCollections.map((name) => `us-west1-docker.pkg.dev/${collectionsPath}/${name}-develop`),
    );
  });

  it('the help, with every option of the script', async () => {
    const { stdout, stderr } = await stage.runWell(['sync', '-h']);
    for (const option of [
      '-h, --help',
      '-v, --verbose',
      '--date-tags',
      '-c, --chart',
      '-e, --extra-images',
    ]) {
      expect(stdout).toContain(option);
    }
    for (const option of ['-b, --branch', '-f, --values', '-p, --prefix']) expect(stdout).toContain(option);
    expect(stderr).toBe('');
  });
});

function stamp(now: Date): string {
  return now.toISOString().replaceAll(/\D/g, '').slice(0, 14);
}

function provenanceOfEntry(entry: string): unknown {
  return [{ kind: 'catalog', catalog: catalogUrl, entry, by: 'image_registry', branch: 'main' }];
}

function provenanceOfDeployment(chartPath: string): unknown {
  return [
    expect.objectContaining({
      kind: 'chart',
      chart: 'runwhen-contrib/runwhen-local',
      chartPath,
      rule: 'container',
      confidence: 'certain',
      documentKind: 'Deployment',
      path: expect.stringMatching(/^spec\.template\.spec\.containers\[0\]\.image$/) as unknown,
    }),
  ];
}
