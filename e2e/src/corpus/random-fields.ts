import type { Difference } from './structural-diff.js';

/**
 * Fields of a chart's documents that helm was seen to fill at random. Passwords are in nearly every render of some charts:
 * with these known, helm does not have to render each mutation again to show that they are random.
 */
export class RandomFields {
  readonly #seen = new Set<string>();

  /** Two renders of helm differ in these fields of a document. */
  note(document: string, differences: readonly Difference[]): void {
    for (const { path } of differences) this.#seen.add(`${document} ${path}`);
  }

  /** Whether a field was random before, and both sides have another text of the same length in it. */
  explains(document: string, { path, expected, actual }: Difference): boolean {
    return (
      this.#seen.has(`${document} ${path}`) &&
      typeof expected === 'string' &&
      typeof actual === 'string' &&
      expected.length === actual.length
    );
  }
}
