import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCatalog } from '../catalog/parse-catalog.js';
import { isDiscoveryError } from '../errors.js';
import { extractFromManifests } from '../extract/extract-manifests.js';
import { parsePlan } from '../plan/parse-plan.js';
import { readIndexEntries } from '../charts/repository-index.js';

const piece = fc.constantFrom(
  'codecollections:',
  'entries:',
  'apiVersion: v1',
  'version',
  '- ',
  '  ',
  '\n',
  ': ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '&a ',
  '*a',
  '!!binary ',
  '!!set ',
  '<<: ',
  '|',
  '>',
  '---\n',
  '#',
  '1',
  'image',
  'containers',
  '__proto__',
  'a',
  '\t',
  '%',
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
  fc.json(),
);

/** Calls a reader and gives what it threw. */
async function thrownBy(read: () => unknown): Promise<unknown> {
  try {
    await read();
    return undefined;
  } catch (error) {
    return error;
  }
}

test.each([
  ['a catalog', (input: string) => parseCatalog('c', input)],
  ['manifests', (input: string) => extractFromManifests('m', input)],
  ['an index', (input: string) => readIndexEntries('r', input, 'a')],
  ['a plan', (input: string) => parsePlan('p', input)],
])('%s is read or refused with a DiscoveryError, whatever the text is', async (_what, read) => {
  await fc.assert(
    fc.asyncProperty(text, async (input) => {
      const error = await thrownBy(() => read(input));
      expect(error === undefined || isDiscoveryError(error)).toBe(true);
    }),
    { numRuns: 100 },
  );
});
