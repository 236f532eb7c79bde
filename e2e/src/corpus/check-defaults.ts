import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { loadChart, prepareChart } from '@oci-sync/helm-template';
import { makeHelmBatch } from '../helm/helm-batch.js';
import { runHelm } from '../helm/real-helm.js';
import { findDisagreements } from './helm-agreement.js';
import { isGood, judge } from './judge.js';
import type { CorpusOptions } from './options.js';
import { runPool } from './ordered-pool.js';
import { renderHere, renderWithHelm, type Render } from './render-both.js';
import type { ChartResult } from './summary.js';

const HELM_PROCESSES = 2;

/**
 * Compares charts with their default values; each is rendered by a helm process of its own, and timed. Where mutations
 * are rendered with helm-batch, it is compared with that process here.
 */
export async function checkDefaults(
  names: readonly string[],
  options: CorpusOptions,
): Promise<ChartResult[]> {
  const path = (name: string): string => join(options.charts, name);
  const binary = (name: string): Promise<Render> =>
    renderWithHelm((args) => runHelm(options.helm, args), path(name));
  const batch = options.helmBatch === undefined ? undefined : makeHelmBatch(options.helmBatch);
  const helm = await runPool(names, HELM_PROCESSES, (name) => timed(() => binary(name)));
  const results: ChartResult[] = [];
  for (const [index, name] of names.entries()) {
    const expected = helm[index];
    if (expected === undefined) continue;
    const rerender = (): Promise<Render> => binary(name);
    const ours = await timed(() =>
      renderHere(async () => prepareChart(await loadChart(path(name)), { timeZone: 'UTC' })),
    );
    const verdict = await judge(expected.value, ours.value, rerender);
    const disagreements =
      batch === undefined
        ? undefined
        : await findDisagreements(expected.value, await renderWithHelm(batch.run, path(name)), rerender);
    const result = { name, ...verdict, helmMs: expected.ms, ourMs: ours.ms, disagreements };
    results.push(result);
    console.log(chartLine(result));
  }
  await batch?.stop();
  return results;
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const start = performance.now();
  const value = await work();
  return { value, ms: performance.now() - start };
}

function chartLine(result: ChartResult): string {
  const state = isGood(result) ? (result.refused ? 'refused' : 'ok') : 'DIFFERS';
  const times = `helm ${Math.round(result.helmMs)} ms, ours ${Math.round(result.ourMs)} ms`;
  const line = `${state.padEnd(8)} ${result.name}: ${result.equalDocuments}/${result.documents} documents, ${times}`;
  const disagreements = (result.disagreements ?? []).map((text) => `helm-batch is not helm: ${text}`);
  return [line, ...[...result.problems, ...disagreements].map((text) => `         ${text}`)].join('\n');
}
