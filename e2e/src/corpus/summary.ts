import type { Verdict } from './judge.js';

/** A chart with its default values. */
export interface ChartResult extends Verdict {
  readonly name: string;
  readonly helmMs: number;
  readonly ourMs: number;
  /** Where helm-batch, if it is used, is not as the helm binary. */
  readonly disagreements?: readonly string[] | undefined;
}

/** The mutated renders of a chart. */
export interface MutationResult {
  readonly name: string;
  readonly mutations: number;
  /** How many mutations there are for this chart. */
  readonly possible: number;
  readonly documents: number;
  readonly equalDocuments: number;
  /** Mutations that both sides refuse. */
  readonly refused: number;
  readonly failures: readonly { readonly mutation: string; readonly verdict: Verdict }[];
}

/** The share of documents that have to be equal. */
const EQUAL_DOCUMENTS = 0.99;

/** Same images and same refusals everywhere, nearly all documents equal, and helm-batch as good as helm. */
export function meetsBar(results: readonly ChartResult[], mutations: readonly MutationResult[]): boolean {
  const failures = mutations.flatMap((result) => result.failures.map(({ verdict }) => verdict));
  const strict = [...results, ...failures].every(
    ({ sameOutcome, imagesEqual }) => sameOutcome && imagesEqual,
  );
  const isHelm = results.every(({ disagreements = [] }) => disagreements.length === 0);
  return strict && isHelm && isEnough(results) && isEnough(mutations);
}

function isEnough(
  results: readonly { readonly documents: number; readonly equalDocuments: number }[],
): boolean {
  return total(results, 'equalDocuments') >= EQUAL_DOCUMENTS * total(results, 'documents');
}

function total<K extends string>(items: readonly Readonly<Record<K, number>>[], key: K): number {
  return items.reduce((sum, item) => sum + item[key], 0);
}

/** The summary as Markdown. */
export function summarize(
  results: readonly ChartResult[],
  mutations: readonly MutationResult[],
  seed: number,
): string {
  const rendered = results.filter(({ sameOutcome, refused }) => sameOutcome && !refused);
  const sameImages = rendered.filter(({ imagesEqual }) => imagesEqual);
  const helmSeconds = total(results, 'helmMs') / 1000;
  const ourSeconds = total(results, 'ourMs') / 1000;
  const lines = [
    `charts:            ${results.length}, rendered by both ${rendered.length}, refused by both ${results.filter(({ refused }) => refused).length}`,
    `other outcome:     ${results.filter(({ sameOutcome }) => !sameOutcome).length}`,
    `same image strings: ${sameImages.length} of ${rendered.length} charts`,
    `equal documents:   ${shareOf(results)}`,
    `time:              helm ${helmSeconds.toFixed(1)} s (one process a chart), ours ${ourSeconds.toFixed(1)} s (one process), ratio ${(ourSeconds / helmSeconds).toFixed(2)}`,
  ];
  const asked = results.filter(({ disagreements }) => disagreements !== undefined);
  if (asked.length > 0) {
    const agreed = asked.filter(({ disagreements }) => disagreements?.length === 0);
    lines.push(`helm-batch:        as the helm binary for ${agreed.length} of ${asked.length} charts`);
  }
  if (mutations.length > 0) {
    const failures = mutations.flatMap(({ failures }) => failures);
    lines.push(
      `mutations:         ${total(mutations, 'mutations')} of ${total(mutations, 'possible')} (seed ${seed}), refused by both ${total(mutations, 'refused')}`,
      `  other outcome:   ${failures.filter(({ verdict }) => !verdict.sameOutcome).length}`,
      `  other images:    ${failures.filter(({ verdict }) => !verdict.imagesEqual).length}`,
      `  equal documents: ${shareOf(mutations)}`,
    );
  }
  return lines.join('\n');
}

function shareOf(
  results: readonly { readonly documents: number; readonly equalDocuments: number }[],
): string {
  const documents = total(results, 'documents');
  const equal = total(results, 'equalDocuments');
  return `${equal} of ${documents} (${((100 * equal) / Math.max(1, documents)).toFixed(2)} %)`;
}
