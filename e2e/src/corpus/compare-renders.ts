import { isDeepStrictEqual } from 'node:util';
import { readDocument, splitDocuments, type TextDocument } from './documents.js';
import { imageStrings } from './image-strings.js';
import { RandomFields } from './random-fields.js';
import { differences, type Difference } from './structural-diff.js';

/** What a comparison of two renders found. */
export interface Comparison {
  readonly documents: number;
  readonly equalDocuments: number;
  /** Images named by the documents that are not equal in text; those of equal texts are equal. */
  readonly imagesEqual: boolean;
  /** One line for each document that differs. */
  readonly problems: readonly string[];
}

/** How often helm renders again before a difference is believed: a random field may come out the same by chance. */
const RERENDERS = 3;

/**
 * Compares a render with helm's.
 *
 * @param rerender - renders with helm again; fields in which its renders differ are random and don't count.
 *   Called only when there is a difference, and up to three times while it remains.
 * @param randomFields - what earlier renders of the chart showed to be random; more is added to it.
 */
export async function compareRenders(
  helmOutput: string,
  ourOutput: string,
  rerender: () => Promise<string>,
  randomFields = new RandomFields(),
): Promise<Comparison> {
  const helmDocuments = splitDocuments(helmOutput);
  const ours = new Map(splitDocuments(ourOutput).map((document) => [document.id, document.text]));
  const differing = helmDocuments.filter(
    ({ id, text }) => ours.get(id) !== text && !isExplained(id, text, ours.get(id), randomFields),
  );
  const known = new Set(helmDocuments.map(({ id }) => id));
  const extra = [...ours.keys()].filter((id) => !known.has(id));
  const problems = extra.map((id) => `${id}: helm has no such document`);
  let imagesEqual = extra.every((id) => imageStrings(readDocument(ours.get(id) ?? '')).length === 0);
  const rerenders: ReadonlyMap<string, string>[] = [];
  let results = differing.map((document) => ({ document, result: UNKNOWN }));
  while (results.length > 0 && rerenders.length < RERENDERS) {
    rerenders.push(new Map(splitDocuments(await rerender()).map(({ id, text }) => [id, text])));
    results = results
      .map(({ document }) => {
        const again = rerenders.flatMap((texts) => texts.get(document.id) ?? []);
        return { document, result: compareDocument(document, ours.get(document.id), again, randomFields) };
      })
      .filter(({ result }) => result.problem !== undefined);
  }
  for (const { document, result } of results) {
    problems.push(`${document.id}: ${result.problem}`);
    if (!result.imagesEqual) imagesEqual = false;
  }
  const inOrder = isDeepStrictEqual(
    [...ours.keys()],
    helmDocuments.map(({ id }) => id),
  );
  if (problems.length === 0 && !inOrder) problems.push('the documents are in another order');
  return {
    documents: helmDocuments.length + extra.length,
    equalDocuments: helmDocuments.length + extra.length - problems.length,
    imagesEqual,
    problems,
  };
}

interface DocumentResult {
  readonly problem?: string | undefined;
  readonly imagesEqual: boolean;
}

const UNKNOWN: DocumentResult = { problem: 'differs', imagesEqual: false };

function isExplained(
  id: string,
  text: string,
  ours: string | undefined,
  randomFields: RandomFields,
): boolean {
  if (ours === undefined) return false;
  return differences(readDocument(text), readDocument(ours)).every((each) => randomFields.explains(id, each));
}

function compareDocument(
  { id, text }: TextDocument,
  ours: string | undefined,
  again: readonly string[],
  randomFields: RandomFields,
): DocumentResult {
  const expected = readDocument(text);
  if (ours === undefined) return { problem: 'missing', imagesEqual: imageStrings(expected).length === 0 };
  const actual = readDocument(ours);
  const random = again.flatMap((other) => differences(expected, readDocument(other)));
  randomFields.note(id, random);
  const real = differences(expected, actual).filter(({ path }) => !isBelow(path, random));
  const first = real[0];
  if (first === undefined) return { imagesEqual: true };
  const show = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 160);
  return {
    problem: `${first.path}: helm has ${show(first.expected)}, we have ${show(first.actual)}`,
    imagesEqual: isDeepStrictEqual(imageStrings(expected), imageStrings(actual)),
  };
}

function isBelow(path: string, places: readonly Difference[]): boolean {
  return places.some(
    (place) => path === place.path || path.startsWith(`${place.path}.`) || path.startsWith(`${place.path}[`),
  );
}
