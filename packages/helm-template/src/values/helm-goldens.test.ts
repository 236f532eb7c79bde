import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { loadChart } from '../chart/load-chart.js';
import { HelmTemplateError } from '../errors.js';
import { prepareChart } from '../render/prepare-chart.js';
import { mergeValues } from './merge-values.js';
import type { ValuesSources } from './values-sources.js';

type Flag = 'values' | 'set' | 'set-json' | 'set-string' | 'set-file' | 'set-literal';

interface Golden {
  /** Flags of `helm template`; DIR stands for the folder of the test data. */
  readonly args: readonly (readonly [Flag, string])[];
  /** What helm 4.1.4 printed, `null` where it failed. */
  readonly out: string | null;
}

const directory = fileURLToPath(new URL('../../testdata/values/', import.meta.url)).replace(/\/$/, '');
const goldens = JSON.parse(readFileSync(`${directory}/goldens.json`, 'utf8')) as readonly Golden[];
const chart = await loadChart(`${directory}/chart`);
const prepared = prepareChart(chart);

function sourcesOf(args: Golden['args']): ValuesSources {
  const of = (flag: Flag): string[] =>
    args.filter(([name]) => name === flag).map(([, value]) => value.replaceAll('DIR', directory));
  return {
    valuesFiles: of('values'),
    set: of('set'),
    setJson: of('set-json'),
    setString: of('set-string'),
    setFile: of('set-file'),
    setLiteral: of('set-literal'),
  };
}

// Merging, typing, nulls, globals, aliases, conditions, tags and import-values all show in what is printed.
test.each(
  goldens.map(({ args, out }) => ({
    flags: args.map(([flag, value]) => `--${flag} ${value}`).join(' '),
    args,
    out,
  })),
)('helm template $flags', async ({ args, out }) => {
  const render = async () => {
    const values = await mergeValues(sourcesOf(args));
    return (await prepared.render({ values, releaseName: 'r' })).text;
  };
  if (out === null) await expect(render()).rejects.toBeInstanceOf(HelmTemplateError);
  else expect(await render()).toBe(out);
});

test('a prepared chart resolves to the charts that take part, with their values', async () => {
  const values = await mergeValues({ set: ['al.enabled=true', 'al.p.q=5'] });
  const { path, subcharts } = prepared.resolve({ values });
  expect(path).toBe('sc');
  expect(subcharts.map(({ path, name, valuesPath }) => ({ path, name, valuesPath }))).toEqual([
    { path: 'sc/charts/al', name: 'al', valuesPath: ['al'] },
  ]);
  expect(subcharts[0]?.chart.metadata.name).toBe('sub');
  expect(prepared.resolve({ values: { al: { enabled: false } } }).subcharts).toEqual([]);
});

test('an abort ends merging with its reason', async () => {
  const reason = new Error('enough');
  await expect(
    mergeValues({ valuesFiles: [`${directory}/one.yaml`] }, { signal: AbortSignal.abort(reason) }),
  ).rejects.toBe(reason);
});
