import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { formatReference } from '@oci-sync/oci-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageStrings } from '../corpus/image-strings.js';
import { runPool } from '../corpus/ordered-pool.js';
import { readDocument, splitDocuments } from '../corpus/documents.js';
import { findHelm } from '../helm/real-helm.js';
import { canRun, sharedHelmFolder } from '../helm/shared-fixtures.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import { imagesOf, isMirrored, mirrorHost, rewriteChart, type RewrittenChart } from './rewrite-chart.js';

const folder = join(sharedHelmFolder(), 'charts');
const helm = findHelm();
const ten = 10 * 60_000;

/** Every chart that has images and renders, with what helm still takes from elsewhere. */
type Charts = readonly (RewrittenChart & { readonly file: string; readonly elsewhere: readonly string[] })[];

async function rewriteAll(files: readonly string[], dateTags: boolean): Promise<Charts> {
  const temporary = makeTemporaryFolder();
  try {
    const charts = await runPool(files, 2, async (file) => {
      const valuesPath = join(temporary.path, `${file}.yaml`);
      const rewritten = await rewriteChart(join(folder, file), {
        helm: helm ?? 'helm',
        valuesPath,
        dateTags,
      });
      return rewritten === undefined ? [] : [{ ...rewritten, file, elsewhere: notMirrored(rewritten) }];
    });
    return charts.flat();
  } finally {
    temporary.remove();
  }
}

function notMirrored({ output, mirrored }: RewrittenChart): readonly string[] {
  return imagesOf(output)
    .filter((image) => !isMirrored(image, mirrored))
    .map((image) => formatReference(image))
    .sort();
}

/** Charts all of whose images some value changes: where a template fixes one, no rewriting helps. */
function changeable(charts: Charts): Charts {
  return charts.filter(
    ({ values: { proof } }) => proof?.remaining.every(({ reason }) => reason !== 'no-value') === true,
  );
}

function report(charts: Charts): string {
  const lines = charts.flatMap((chart) => {
    const { proof, renders } = chart.values;
    if (chart.elsewhere.length === 0) return [];
    return [
      `${chart.file}: ${proof?.atMirror ?? 0} at the mirror, ${renders} renders`,
      ...(proof?.remaining ?? []).map(
        ({ text, template, path, reason, explanation }) =>
          `  ${text} (${template} ${path}): ${reason}: ${explanation}`,
      ),
    ];
  });
  const [can, whole] = [changeable(charts), charts.filter((chart) => chart.elsewhere.length === 0)];
  const renders = charts.reduce((sum, { values }) => sum + values.renders, 0);
  return [
    ...lines,
    `${charts.length} charts with images, ${can.length} of them changeable by values, ${whole.length} whole, ${renders} renders`,
  ].join('\n');
}

describe.runIf(canRun(helm, folder))('values of public charts', () => {
  let charts: Charts = [];
  beforeAll(async () => {
    charts = await rewriteAll(readdirSync(folder).sort(), false);
    console.log(report(charts));
  }, ten);

  it('bring all images of 95 % of the charts to the mirror, as helm renders them', () => {
    expect(charts.length).toBeGreaterThan(140);
    const can = changeable(charts);
    const whole = can.filter((chart) => chart.elsewhere.length === 0);
    expect(whole.length / can.length).toBeGreaterThanOrEqual(0.95);
  });

  it('are never called done where helm shows an image elsewhere', () => {
    const wrong = charts.filter((chart) => {
      const remaining = chart.values.proof?.remaining ?? [];
      const isDone = remaining.length === 0;
      return isDone !== (chart.elsewhere.length === 0);
    });
    expect(wrong.map(({ file }) => file)).toEqual([]);
  });

  it('leave no image of a source in the output of a whole chart, by whatever key', () => {
    const left = charts.flatMap(({ file, output, values }) => {
      if (values.proof?.isWhole !== true) return [];
      const strings = splitDocuments(output).flatMap(({ text }) => imageStrings(readDocument(text)));
      const elsewhere = strings.filter(
        (text) => /^[\w.-]+(?::\d+)?\/.*[:@]/.test(text) && !text.startsWith(mirrorHost),
      );
      return elsewhere.map((text) => `${file}: ${text}`);
    });
    expect(left).toEqual([]);
  });

  it('change nothing but images, and what shows a value or a checksum of them', () => {
    const changed = charts.flatMap(({ file, values }) =>
      (values.proof?.changes ?? [])
        .filter(({ cause }) => cause === 'unrelated')
        .map((change) => ({ file, ...change })),
    );
    for (const { file, template, path, before } of changed) {
      // These charts ask whether the repository has "bitnami/" in it: the proof has to say so.
      const asked = 'charts/postgresql/templates/statefulset.yaml';
      expect([
        file,
        template.endsWith(asked),
        path.includes('readinessProbe'),
        before?.includes('bitnami'),
      ]).toEqual([file, true, true, true]);
    }
    expect(changed.length).toBeLessThan(10);
  });

  it('say for every image that is left which values were tried', () => {
    const unexplained = charts.flatMap(({ values }) =>
      (values.proof?.remaining ?? []).filter(
        ({ explanation, reason }) => explanation === '' || reason === 'overridden',
      ),
    );
    expect(unexplained).toEqual([]);
  });
});

describe.runIf(canRun(helm, folder))('values of public charts after --date-tags', () => {
  /** Every eighth chart: this is about tags, the names are tested above. */
  const sample = canRun(folder)
    ? readdirSync(folder)
        .sort()
        .filter((_, index) => index % 8 === 3)
    : [];

  it(
    'name the new tag, too',
    async () => {
      const charts = await rewriteAll(sample, true);
      const whole = changeable(charts).filter((chart) => chart.elsewhere.length === 0);
      expect(whole.length / changeable(charts).length).toBeGreaterThanOrEqual(0.9);
      for (const { mirrored, values } of whole) {
        expect(
          mirrored.every(({ mirror, source }) => source.digest !== undefined || /^\d{14}/.test(mirror.tag)),
        ).toBe(true);
        expect(values.text).toMatch(/\d{14}/);
      }
    },
    ten,
  );
});

describe.runIf(canRun(helm, folder))('values of RunWhen Local', () => {
  const temporary = makeTemporaryFolder();
  afterAll(() => temporary.remove());

  it('bring exactly its three images to the mirror, and its ConfigMap names it for the workers', async () => {
    const path = join(folder, 'runwhen-contrib.runwhen-local.tgz');
    const valuesPath = join(temporary.path, 'values.yaml');
    const rewritten = await rewriteChart(path, { helm: helm ?? 'helm', valuesPath });
    if (rewritten === undefined) throw new Error('the chart names no image');
    expect(
      imagesOf(rewritten.output)
        .map(({ registry, repository }) => `${registry}/${repository}`)
        .sort(),
    ).toEqual([
      `${mirrorHost}/team/mirror/opentelemetry-collector`,
      `${mirrorHost}/team/mirror/runner`,
      `${mirrorHost}/team/mirror/runwhen-local`,
    ]);
    expect(rewritten.output).toContain(`imageRegistry: "${mirrorHost}"`);
    expect(rewritten.output).toContain('imageRepository: "team/mirror"');
    const { changes, proof } = rewritten.values;
    expect(proof).toMatchObject({ isWhole: true, atMirror: 3, remaining: [] });
    const rules = changes.filter(({ by }) => by === 'rule');
    expect(rules.map(({ key, readBack }) => [key, readBack?.agrees])).toEqual([
      ['runner.runEnvironment.image.registry', true],
      ['runner.runEnvironment.image.repository', true],
    ]);
  });
});
