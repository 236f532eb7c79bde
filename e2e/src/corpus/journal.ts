import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { CorpusOptions } from './options.js';
import type { MutationResult } from './summary.js';

/** Keeps the mutations of finished charts, so that a run of hours can be broken off and go on. */
export interface Journal {
  /** What an earlier run with as many mutations and the same seed found. */
  find(name: string): MutationResult | undefined;
  keep(result: MutationResult): void;
}

interface Entry {
  readonly mutations: string;
  readonly seed: number;
  readonly result: MutationResult;
}

/** Reads the file of `--journal`, one JSON entry a line; without the option nothing is kept. */
export function openJournal({ journal, mutations, seed }: CorpusOptions): Journal {
  const run = { mutations: String(mutations), seed };
  const text = journal !== undefined && existsSync(journal) ? readFileSync(journal, 'utf8') : '';
  const entries = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry)
    .filter((entry) => entry.mutations === run.mutations && entry.seed === run.seed);
  const known = new Map(entries.map(({ result }) => [result.name, result]));
  return {
    find: (name) => known.get(name),
    keep: (result) => {
      if (journal === undefined || known.has(result.name)) return;
      appendFileSync(journal, `${JSON.stringify({ ...run, result } satisfies Entry)}\n`);
    },
  };
}
