import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf } from '../reference/digest.js';
import { indexEntry, readIndex, updateIndex, type LayoutIndex, type RawIndexEntry } from './layout-index.js';
import { layoutPaths, type LayoutPaths } from './layout-paths.js';

let paths: LayoutPaths;
beforeEach(async () => {
  paths = layoutPaths(await mkdtemp(join(tmpdir(), 'oci-sync-index-')));
});
afterEach(async () => rm(paths.root, { recursive: true }));

function entry(tag: string): RawIndexEntry {
  return indexEntry({ mediaType: 'application/x', digest: digestOf(Buffer.from(tag)), size: 1 }, tag);
}

test('a writer that lost its lock meanwhile begins again with what is there then', async () => {
  let attempts = 0;
  const change = async (index: LayoutIndex): Promise<readonly RawIndexEntry[]> => {
    attempts += 1;
    if (attempts === 1) {
      await writeFile(paths.lock, 'somebody else');
      const others = { schemaVersion: 2, manifests: [entry('other')] };
      await writeFile(paths.index, JSON.stringify(others));
    }
    return [...index.rawEntries, entry('ours')];
  };
  await updateIndex(paths, change, { staleMs: 30, pollMs: 5 });
  expect(attempts).toBe(2);
  expect((await readIndex(paths)).rawEntries).toEqual([entry('other'), entry('ours')]);
  expect(await readdir(paths.root)).toEqual(['index.json']);
});

test('a change that fails leaves everything as it was, and the lock free', async () => {
  await updateIndex(paths, () => [entry('v1')]);
  const before = await readFile(paths.index, 'utf8');
  const failure = new Error('no');
  await expect(updateIndex(paths, () => Promise.reject(failure))).rejects.toBe(failure);
  expect(await readFile(paths.index, 'utf8')).toBe(before);
  expect(await readdir(paths.root)).toEqual(['index.json']);
});

test('nothing is written when nothing changes', async () => {
  await updateIndex(paths, () => [entry('v1')]);
  await writeFile(paths.index, `${await readFile(paths.index, 'utf8')}\n\n`);
  await updateIndex(paths, (index) => index.rawEntries);
  expect(await readFile(paths.index, 'utf8')).toMatch(/\n\n\n$/);
});
