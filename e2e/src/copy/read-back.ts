import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  hashFiles,
  makeReaders,
  pushLayout,
  readReferrersWithRegctl,
  type ReadContent,
  type Reader,
  type ReaderAccess,
  type ReadReferrers,
} from '../parts/readers.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import { readLayoutIndex } from './put-content.js';
import type { TestContent } from './test-content.js';

/**
 * Expects every client to have seen exactly this content: the root's digest and bytes, every manifest and every
 * blob below it.
 */
export function expectSeen(seen: ReadonlyMap<string, ReadContent>, content: TestContent): void {
  expect([...seen.keys()]).toEqual(['skopeo', 'crane', 'regctl']);
  for (const [client, { digest, root, downloaded }] of seen) {
    expect(digest, `${client}: digest`).toBe(content.root.digest);
    // Clients end what they print with a line break.
    expect(root.toString().trimEnd(), `${client}: root manifest`).toBe(content.root.bytes.toString());
    for (const part of [...content.manifests, ...content.blobs]) {
      expect(downloaded.get(part.digest), `${client}: ${part.digest}`).toBe(part.bytes.length);
    }
  }
}

/** What skopeo, crane and regctl see of a reference in a registry. */
export function readWithAll(
  reference: string,
  access?: ReaderAccess,
): Promise<ReadonlyMap<string, ReadContent>> {
  return readEach(makeReaders(access), (reader, folder) => reader.read(reference, folder));
}

/** What they see of the only tag of a layout; `scratch` is a reference in an empty repository. */
export async function readLayoutWithAll(
  layout: string,
  tag: string,
  scratch: string,
): Promise<ReadonlyMap<string, ReadContent>> {
  await pushLayout(layout, scratch);
  const isDocker = readLayoutIndex(layout).some(({ mediaType }) => mediaType.includes('.docker.'));
  const tagged = { layout, tag, scratch, isDocker };
  return readEach(makeReaders(), (reader, folder) => reader.readLayout(tagged, folder));
}

async function readEach(
  readers: readonly Reader[],
  read: (reader: Reader, folder: string) => Promise<ReadContent>,
): Promise<ReadonlyMap<string, ReadContent>> {
  const folder = makeTemporaryFolder();
  try {
    const seen = await Promise.all(
      readers.map(async (reader) => {
        const own = join(folder.path, reader.name);
        mkdirSync(own);
        return [reader.name, await read(reader, own)] as const;
      }),
    );
    return new Map(seen);
  } finally {
    folder.remove();
  }
}

/** What regctl sees of everything that refers to a reference in a registry. */
export async function readReferrers(reference: string, access: ReaderAccess = {}): Promise<ReadReferrers> {
  const folder = makeTemporaryFolder();
  try {
    return await readReferrersWithRegctl(reference, folder.path, access);
  } finally {
    folder.remove();
  }
}

/** The manifests of a layout that name a tag's manifest as their subject, and every file of it. */
export function readLayoutReferrers(layout: string, tag: string): ReadReferrers {
  const entries = readLayoutIndex(layout);
  const subject = entries.find(
    ({ annotations }) => annotations?.['org.opencontainers.image.ref.name'] === tag,
  );
  const listed = entries.filter(({ digest }) => {
    const bytes = readFileSync(join(layout, 'blobs', digest.replace(':', '/')), 'utf8');
    const manifest = JSON.parse(bytes) as { subject?: { digest: string } };
    return subject !== undefined && manifest.subject?.digest === subject.digest;
  });
  return { listed: listed.map(({ digest }) => digest), downloaded: hashFiles(layout) };
}
