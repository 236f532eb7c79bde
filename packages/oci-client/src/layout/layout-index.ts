import { readFile, stat } from 'node:fs/promises';
import type { Descriptor } from '../content/descriptor.js';
import { parseManifest } from '../content/manifest.js';
import { mediaTypes } from '../content/media-types.js';
import { OciError } from '../errors/oci-error.js';
import { digestOf, type Digest } from '../reference/digest.js';
import { writeAtomically } from './atomic-file.js';
import { acquireIndexLock, type IndexLockOptions } from './index-lock.js';
import { isMissingFile, layoutError } from './layout-error.js';
import type { LayoutPaths } from './layout-paths.js';

/** Annotation that tags an entry of index.json. OCI image-spec, "Pre-Defined Annotation Keys". */
export const refNameAnnotation = 'org.opencontainers.image.ref.name';

const maxIndexSizeBytes = 32 * 1024 * 1024;
const mostAttempts = 5;

/** One entry of index.json as it stands there: fields that mean nothing to us stay. */
export type RawIndexEntry = Readonly<Record<string, unknown>>;

/** What index.json says. */
export interface LayoutIndex {
  /** Whether there is an index.json at all. */
  readonly isStored: boolean;
  readonly entries: readonly Descriptor[];
  /** The same entries, in the same order. */
  readonly rawEntries: readonly RawIndexEntry[];
  readonly raw: Readonly<Record<string, unknown>>;
}

const emptyIndex: LayoutIndex = {
  isStored: false,
  entries: [],
  rawEntries: [],
  raw: { schemaVersion: 2, mediaType: mediaTypes.ociIndex },
};

/** The tag of an entry of index.json. */
export function refName(entry: Descriptor): string | undefined {
  return entry.annotations?.[refNameAnnotation];
}

/** An entry for index.json. */
export function indexEntry(
  content: { readonly mediaType: string; readonly digest: Digest; readonly size: number },
  tag: string | undefined,
): RawIndexEntry {
  const { mediaType, digest, size } = content;
  return {
    mediaType,
    digest,
    size,
    ...(tag === undefined ? {} : { annotations: { [refNameAnnotation]: tag } }),
  };
}

function parseIndex(paths: LayoutPaths, bytes: Uint8Array): LayoutIndex {
  try {
    const checked = parseManifest({ mediaType: mediaTypes.ociIndex, digest: digestOf(bytes), bytes });
    const raw: Record<string, unknown> = JSON.parse(new TextDecoder().decode(bytes));
    const rawEntries = Array.isArray(raw['manifests']) ? raw['manifests'] : [];
    return { isStored: true, entries: checked.kind === 'index' ? checked.manifests : [], rawEntries, raw };
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unreadable';
    throw new OciError(`invalid index.json in OCI image layout ${paths.root}: ${why}`, {
      code: 'OCI_LAYOUT',
      cause: error,
    });
  }
}

/**
 * Reads index.json; a layout without one has no entries yet.
 * @throws OciError `OCI_LAYOUT` when it is too large, cannot be read or is no OCI image index.
 */
export async function readIndex(paths: LayoutPaths): Promise<LayoutIndex> {
  try {
    const { size } = await stat(paths.index);
    if (size > maxIndexSizeBytes) {
      throw layoutError(paths.root, `index.json has ${size} bytes, more than ${maxIndexSizeBytes},`);
    }
    return parseIndex(paths, await readFile(paths.index));
  } catch (error) {
    if (isMissingFile(error)) return emptyIndex;
    throw layoutError(paths.root, 'cannot read index.json', error);
  }
}

/** Writes an index.json without entries unless there is one. */
export async function createIndex(paths: LayoutPaths): Promise<void> {
  await updateIndex(paths, (index) => index.rawEntries);
}

class LostLock extends Error {}

/**
 * Replaces the entries of index.json with what `change` makes of them, unless that is the same list. Safe
 * against other processes: the file is read under a lock, and replaced only while the lock is held.
 */
export async function updateIndex(
  paths: LayoutPaths,
  change: (index: LayoutIndex) => readonly RawIndexEntry[] | Promise<readonly RawIndexEntry[]>,
  options: IndexLockOptions = {},
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const lock = await acquireIndexLock(paths, options);
    try {
      const index = await readIndex(paths);
      const manifests = await change(index);
      if (manifests === index.rawEntries && index.isStored) return;
      const bytes = new TextEncoder().encode(`${JSON.stringify({ ...index.raw, manifests })}\n`);
      await writeAtomically(paths, paths.index, bytes, async () => {
        if (!(await lock.isHeld())) throw new LostLock('the lock of index.json was taken over');
      });
      return;
    } catch (error) {
      if (!(error instanceof LostLock)) throw error;
      if (attempt === mostAttempts) throw layoutError(paths.root, 'cannot keep the lock of index.json');
    } finally {
      await lock.release();
    }
  }
}
