import { join } from 'node:path';
import {
  loadChart,
  prepareChart,
  toJsonValue,
  type JsonObject,
  type PreparedChart,
} from '@oci-sync/helm-template';
import { makeHelmBatch } from '../helm/helm-batch.js';
import { runHelm } from '../helm/real-helm.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import { openJournal } from './journal.js';
import { isGood, judge, type Verdict } from './judge.js';
import { makeKnownPrimes, randomBytesFrom, trustKnownPrimes, type KnownPrimes } from './known-primes.js';
import { allMutations, type Mutation } from './mutations.js';
import type { CorpusOptions } from './options.js';
import { runPool } from './ordered-pool.js';
import { renderHere, renderWithHelm, type AskHelm, type Render } from './render-both.js';
import { RandomFields } from './random-fields.js';
import { pickSeeded } from './seeded-random.js';
import type { MutationResult } from './summary.js';

/** While one of them renders with helm, this process may render the other's: two processors are busy. */
const LANES = 2;

/** A helm that renders one mutation at a time. */
interface Lane {
  readonly askHelm: AskHelm;
  readonly valuesFile: string;
  readonly stop: () => Promise<void>;
}

/** A chart whose values are changed one at a time. */
interface MutatedChart {
  readonly archive: string;
  readonly prepared: PreparedChart;
  readonly randomFields: RandomFields;
}

/** What all mutations are rendered with. */
interface Tools {
  /** Lanes that have nothing to do. */
  readonly free: Lane[];
  readonly randomBytes: (sizeBytes: number) => Uint8Array;
}

/** Compares mutations of charts, those in the journal left out, and prints a line for each chart. */
export async function checkMutations(
  names: readonly string[],
  options: CorpusOptions,
): Promise<MutationResult[]> {
  const folder = makeTemporaryFolder();
  const primes = await makeKnownPrimes();
  trustKnownPrimes(primes);
  const lanes = Array.from({ length: LANES }, (_, index) =>
    makeLane(options, primes, join(folder.path, `values-${index}.json`)),
  );
  const tools = { free: [...lanes], randomBytes: randomBytesFrom(primes) };
  const journal = openJournal(options);
  try {
    const results: MutationResult[] = [];
    for (const name of names) {
      const result = journal.find(name) ?? (await mutateChart(name, options, tools));
      journal.keep(result);
      results.push(result);
      console.log(mutationLine(result));
    }
    return results;
  } finally {
    for (const lane of lanes) await lane.stop();
    folder.remove();
  }
}

function makeLane({ helm, helmBatch }: CorpusOptions, primes: KnownPrimes, valuesFile: string): Lane {
  if (helmBatch === undefined) {
    return { askHelm: (args) => runHelm(helm, args, 'off'), valuesFile, stop: () => Promise.resolve() };
  }
  const batch = makeHelmBatch(helmBatch, primes);
  return { askHelm: batch.run, valuesFile, stop: batch.stop };
}

async function mutateChart(name: string, options: CorpusOptions, tools: Tools): Promise<MutationResult> {
  const archive = join(options.charts, name);
  const prepared = prepareChart(await loadChart(archive), { timeZone: 'UTC' });
  const all = allMutations(startingValues(prepared));
  const chosen = pickSeeded(all, options.mutations, `${options.seed}/${name}`);
  const randomFields = new RandomFields();
  const failures: { readonly mutation: string; readonly verdict: Verdict }[] = [];
  let documents = 0;
  let equalDocuments = 0;
  let refused = 0;
  await runPool(chosen, LANES, async (mutation) => {
    const verdict = await checkMutation(mutation, { archive, prepared, randomFields }, tools);
    documents += verdict.documents;
    equalDocuments += verdict.equalDocuments;
    if (verdict.refused) refused += 1;
    if (!isGood(verdict)) failures.push({ mutation: mutation.name, verdict });
  });
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

function mutationLine({ name, mutations, possible, failures }: MutationResult): string {
  const state = (failures.length === 0 ? 'ok' : 'DIFFERS').padEnd(8);
  const line = `${state} ${name}: ${mutations} of ${possible} mutations, ${failures.length} differ`;
  const details = failures.map(
    ({ mutation, verdict }) => `         ${mutation}: ${verdict.problems.join('; ')}`,
  );
  return [line, ...details].join('\n');
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
  { archive, prepared, randomFields }: MutatedChart,
  { free, randomBytes }: Tools,
): Promise<Verdict> {
  const lane = free.pop();
  if (lane === undefined) throw new Error('more mutations at a time than lanes');
  const helm = (): Promise<Render> =>
    renderWithHelm(lane.askHelm, archive, { content: values, file: lane.valuesFile });
  try {
    const expected = await helm();
    return await judge(
      expected,
      await renderHere(() => prepared, { values, randomBytes }),
      helm,
      randomFields,
    );
  } finally {
    free.push(lane);
  }
}
