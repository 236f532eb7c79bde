import { expect, it } from 'vitest';
import { describeOnStage, type Stage } from './describe-stage.js';
import { chartImages, expectedMirror, staticImages } from './expected-mirror.js';
import { serveCatalogAs } from './shared-inputs.js';
import type { WebAnswer } from './web-host.js';

const indexPath = '/helm-charts/index.yaml';
const archivePath = '/helm-charts/runwhen-local-0.6.7.tgz';

/** Serves something else than the chart at a path of its repository, until `test` is over. */
async function withChartPage(
  stage: Stage,
  path: string,
  answer: WebAnswer,
  test: () => Promise<void>,
): Promise<void> {
  const { pages } = stage.standIns.web['runwhen-contrib.github.io'];
  const usual = pages.get(path);
  pages.set(path, answer);
  try {
    await test();
  } finally {
    if (usual === undefined) pages.delete(path);
    else pages.set(path, usual);
  }
}

/** Why a static list was used; `undefined` when it was not. */
function reasonOf(list: 'chart' | 'CodeCollection', stderr: string): string | undefined {
  return new RegExp(`using the static ${list} list \\([34] images\\): (.*)$`, 'm').exec(stderr)?.[1];
}

/** What one page answers instead of its content, and what has to be said of it. */
interface Failure {
  readonly path: string;
  readonly answer: WebAnswer;
  readonly reason: RegExp;
}

describeOnStage('what cannot be fetched', (stage) => {
  it('neither chart nor catalog: both static lists, and the extra images', async () => {
    stage.standIns.down.add('runwhen-contrib.github.io');
    serveCatalogAs(stage.standIns, { status: 404, body: '404: Not Found' });
    stage.place.write('extra.txt', 'busybox:1.37\n');
    const { stderr } = await stage.runWell(['sync', '-e', 'extra.txt']);
    expect(stage.mirrored()).toEqual(
      expectedMirror([...chartImages, ...staticImages, ['registry-1.docker.io', 'library/busybox', '1.37']]),
    );
    expect(reasonOf('chart', stderr)).toContain('runwhen-contrib.github.io');
    expect(reasonOf('CodeCollection', stderr)).toContain('404');
  });

  it.each<[string, string, Failure, Omit<Failure, 'path'>]>([
    [
      'an index that is missing',
      'HTML',
      { path: indexPath, answer: { status: 404, body: 'no' }, reason: /404/ },
      { answer: { body: '<html><body>Sign in</body></html>' }, reason: /HTML/ },
    ],
    [
      'an index that is HTML',
      'empty',
      { path: indexPath, answer: { body: '<!doctype html><p>moved</p>' }, reason: /index\.yaml/ },
      { answer: { body: '' }, reason: /empty/ },
    ],
    [
      'an archive that is missing',
      'without entries',
      { path: archivePath, answer: { status: 404, body: 'no' }, reason: /404/ },
      { answer: { body: 'codecollections: []\n' }, reason: /names no image/ },
    ],
    [
      'an archive that is not the one in the index',
      'cut off on the way',
      { path: archivePath, answer: { body: 'changed' }, reason: /has sha256 .* but its repository says/ },
      { answer: { body: 'codecollections: # and so on\n', cutAfterBytes: 20 }, reason: /codecollections/ },
    ],
  ])('%s; a catalog that is %s', async (_chart, _catalog, chart, catalog) => {
    serveCatalogAs(stage.standIns, catalog.answer);
    await withChartPage(stage, chart.path, chart.answer, async () => {
      const { stderr } = await stage.runWell(['sync', '--dry-run', '--report', 'report.json']);
      expect(reasonOf('chart', stderr)).toMatch(chart.reason);
      expect(reasonOf('CodeCollection', stderr)).toMatch(catalog.reason);
      const planned = stage
        .report('report.json')
        .plan.images.map(({ destination: { repository, tag } }) => `${repository}:${tag}`);
      expect(planned).toEqual(Object.keys(expectedMirror([...chartImages, ...staticImages])).sort());
      expect(stage.mirrored()).toEqual({});
    });
  });

  it('with --no-fallback: nothing is done', async () => {
    serveCatalogAs(stage.standIns, { status: 404, body: '404: Not Found' });
    const noCatalog = await stage.run(['sync', '--no-fallback']);
    expect(noCatalog.code).toBe(1);
    expect(noCatalog.stderr).toMatch(/error: .*codecollections\.yaml.*404.*--no-fallback/);
    stage.standIns.down.add('runwhen-contrib.github.io');
    const noChart = await stage.run(['sync', '--no-fallback', '--catalog', '']);
    expect(noChart.code).toBe(1);
    expect(noChart.stderr).toMatch(/error: .*runwhen-contrib\.github\.io.*--no-fallback/);
    expect(stage.mirrored()).toEqual({});
  });

  it('a chart that nobody knows is a mistake, and no static list stands in', async () => {
    const { code, stderr } = await stage.run(['sync', '-c', 'invalid-chart']);
    expect(stderr).toMatch(/^error: .*invalid-chart/m);
    expect(code).toBe(2);
    expect(stage.mirrored()).toEqual({});
  });
});
