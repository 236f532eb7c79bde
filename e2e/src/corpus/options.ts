import { parseArgs } from 'node:util';
import { findHelmBatch } from '../helm/helm-batch.js';
import { findHelm } from '../helm/real-helm.js';
import { sharedHelmFolder } from '../helm/shared-fixtures.js';
import { join } from 'node:path';

/** What a run of the corpus does. */
export interface CorpusOptions {
  /** A folder of chart archives. */
  readonly charts: string;
  /** The helm to compare with. */
  readonly helm: string;
  /** The helm-batch to render mutations with; without it, each is a process of `helm`. */
  readonly helmBatch?: string | undefined;
  /** Mutated renders for each chart; `Infinity` for every mutation there is. */
  readonly mutations: number;
  readonly seed: number;
  /** Where to write the summary as Markdown. */
  readonly report?: string | undefined;
  /** Where the mutations of finished charts are kept. */
  readonly journal?: string | undefined;
}

/** How to call the corpus runner. */
export const USAGE = `pnpm corpus [--charts DIR] [--helm PATH] [--mutate] [--mutations N] [--seed N] [--report FILE]
            [--journal FILE]

Renders every .tgz in DIR with this package and with the real helm and compares documents, image strings and
refusals. Default DIR: the shared charts beside the repository. Default PATH: the helm in e2e/.parts, with the
helm-batch beside it for mutations; another helm is started for each mutation.
--mutate        then flips each boolean value and nulls each leaf, one at a time, and compares again
--mutations N   only N of these for each chart, picked by --seed (default 1)
--report FILE   writes the summary as Markdown
--journal FILE  keeps the mutations of each finished chart in FILE and leaves out those that are in it: a run that was
                broken off goes on`;

/**
 * Reads the command line.
 *
 * @throws Error for an option that is none, or when there is no helm.
 */
export function readOptions(args: readonly string[]): CorpusOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      charts: { type: 'string' },
      helm: { type: 'string' },
      mutate: { type: 'boolean' },
      mutations: { type: 'string' },
      seed: { type: 'string' },
      report: { type: 'string' },
      journal: { type: 'string' },
    },
  });
  const helm = values.helm ?? findHelm();
  if (helm === undefined) throw new Error('no helm: give --helm PATH or run node e2e/dist/parts/main.js');
  const helmBatch = values.helm === undefined ? findHelmBatch() : undefined;
  const everything = values.mutate === true ? Infinity : 0;
  const mutations = values.mutations === undefined ? everything : wholeNumber('mutations', values.mutations);
  if (mutations > 0 && values.helm === undefined && helmBatch === undefined) {
    throw new Error('no helm-batch: run node e2e/dist/parts/main.js');
  }
  return {
    charts: values.charts ?? join(sharedHelmFolder(), 'charts'),
    helm,
    helmBatch: mutations > 0 ? helmBatch : undefined,
    mutations,
    seed: wholeNumber('seed', values.seed ?? '1'),
    report: values.report,
    journal: values.journal,
  };
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${name} takes a whole number, not ${text}`);
  return Number(text);
}
