import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { makeReaders, type ReaderAccess, type ReadContent } from '../parts/readers.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import type { TestContent } from './test-content.js';

/**
 * Reads a reference with skopeo, crane and regctl, and expects each to see exactly this content: the root's digest
 * and bytes, every manifest and every blob below it.
 */
export async function expectContent(
  reference: string,
  content: TestContent,
  access?: ReaderAccess,
): Promise<void> {
  const seen = await readWithAll(reference, access);
  for (const [client, { digest, root, downloaded }] of seen) {
    expect(digest, `${client}: digest`).toBe(content.root.digest);
    // Clients end what they print with a line break.
    expect(root.toString().trimEnd(), `${client}: root manifest`).toBe(content.root.bytes.toString());
    for (const part of [...content.manifests, ...content.blobs]) {
      expect(downloaded.get(part.digest), `${client}: ${part.digest}`).toBe(part.bytes.length);
    }
  }
}

/** What each client sees of a reference. */
export async function readWithAll(
  reference: string,
  access?: ReaderAccess,
): Promise<ReadonlyMap<string, ReadContent>> {
  const folder = makeTemporaryFolder();
  try {
    const seen = await Promise.all(
      makeReaders(access).map(async (reader) => {
        const own = join(folder.path, reader.name);
        mkdirSync(own);
        return [reader.name, await reader.read(reference, own)] as const;
      }),
    );
    return new Map(seen);
  } finally {
    folder.remove();
  }
}
