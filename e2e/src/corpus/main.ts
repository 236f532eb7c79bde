/** Compares renders of a folder of charts with the real helm's; see {@link USAGE}. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import {
  loadChart,
  prepareChart,
  toJsonValue,
  type JsonObject,
  type PreparedChart,
} from '@oci-sync/helm-template';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import { judge, type Verdict } from './judge.js';
import { allMutations, type Mutation } from './mutations.js';
import { readOptions, USAGE, type CorpusOptions } from './options.js';
import { runPool } from './ordered-pool.js';
import { renderHere, renderWithHelm, type Render } from './render-both.js';
import { pickSeeded } from './seeded-random.js';
import { meetsBar, summarize, type ChartResult, type MutationResult } from './summary.js';

const HELM_PROCESSES = 2;
/** Charts are rendered in UTC by both sides. */
const UTC = { timeZone: 'UTC' };

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const start = performance.now();
  const value = await work();
  return { value, ms: performance.now() - start };
}

async function checkDefaults(names: readonly string[], options: CorpusOptions): Promise<ChartResult[]> {
  const path = (name: string): string => join(options.charts, name);
  const helm = await runPool(names, HELM_PROCESSES, (name) =>
    timed(() => renderWithHelm(options.helm, path(name))),
  );
  const results: ChartResult[] = [];
  for (const [index, name] of names.entries()) {
    const expected = helm[index];
    if (expected === undefined) continue;
    const ours = await timed(() => renderHere(async () => prepareChart(await loadChart(path(name)), UTC)));
    const verdict = await judge(expected.value, ours.value, () => renderWithHelm(options.helm, path(name)));
    const result = { name, ...verdict, helmMs: expected.ms, ourMs: ours.ms };
    results.push(result);
    console.log(chartLine(result));
  }
  return results;
}

function chartLine(result: ChartResult): string {
  const state = isGood(result) ? (result.refused ? 'refused' : 'ok') : 'DIFFERS';
  const times = `helm ${Math.round(result.helmMs)} ms, ours ${Math.round(result.ourMs)} ms`;
  const line = `${state.padEnd(8)} ${result.name}: ${result.equalDocuments}/${result.documents} documents, ${times}`;
  return [line, ...result.problems.map((problem) => `         ${problem}`)].join('\n');
}

function isGood({ sameOutcome, imagesEqual, problems }: Verdict): boolean {
  return sameOutcome && imagesEqual && problems.length === 0;
}

async function checkMutations(names: readonly string[], options: CorpusOptions): Promise<MutationResult[]> {
  const folder = makeTemporaryFolder();
  try {
    const results: MutationResult[] = [];
    for (const name of names) results.push(await mutateChart(name, options, folder.path));
    return results;
  } finally {
    folder.remove();
  }
}

async function mutateChart(name: string, options: CorpusOptions, folder: string): Promise<MutationResult> {
  const archive = join(options.charts, name);
  const prepared = prepareChart(await loadChart(archive), UTC);
  const all = allMutations(startingValues(prepared));
  const chosen = pickSeeded(all, options.mutations, `${options.seed}/${name}`);
  const failures: { readonly mutation: string; readonly verdict: Verdict }[] = [];
  let documents = 0;
  let equalDocuments = 0;
  let refused = 0;
  await runPool([...chosen.entries()], HELM_PROCESSES, async ([index, mutation]) => {
    const verdict = await checkMutation(
      mutation,
      archive,
      prepared,
      options,
      join(folder, `values-${index}.json`),
    );
    documents += verdict.documents;
    equalDocuments += verdict.equalDocuments;
    if (verdict.refused) refused += 1;
    if (!isGood(verdict)) failures.push({ mutation: mutation.name, verdict });
  });
  const line = (failures.length === 0 ? 'ok' : 'DIFFERS').padEnd(8);
  console.log(`${line} ${name}: ${chosen.length} of ${all.length} mutations, ${failures.length} differ`);
  for (const { mutation, verdict } of failures)
    console.log(`         ${mutation}: ${verdict.problems.join('; ')}`);
  return {
    name,
    mutations: chosen.length,
    possible: all.length,
    documents,
    equalDocuments,
    refused,
    failures,
  };
}

/** The values that templates see, those of subcharts included; a chart that can't be resolved has only its own. */
function startingValues(prepared: PreparedChart): JsonObject {
  try {
    return toJsonValue(prepared.resolve().values);
  } catch {
    return toJsonValue(prepared.chart.values);
  }
}

async function checkMutation(
  { values }: Mutation,
  archive: string,
  prepared: PreparedChart,
  options: CorpusOptions,
  file: string,
): Promise<Verdict> {
  const helm = (): Promise<Render> => renderWithHelm(options.helm, archive, { content: values, file });
  return judge(await helm(), await renderHere(() => prepared, values), helm);
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    console.log(USAGE);
    return;
  }
  const options = readOptions(args);
  const names = readdirSync(options.charts)
    .filter((name) => name.endsWith('.tgz'))
    .sort();
  if (names.length === 0) throw new Error(`no .tgz in ${options.charts}`);
  const results = await checkDefaults(names, options);
  const mutations = options.mutations > 0 ? await checkMutations(names, options) : [];
  const summary = summarize(results, mutations, options.seed);
  console.log(`\n${summary}`);
  if (options.report !== undefined) writeFileSync(options.report, `${summary}\n`);
  if (!meetsBar(results, mutations)) process.exitCode = 1;
}

await main();
