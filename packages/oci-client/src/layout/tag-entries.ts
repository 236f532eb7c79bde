import type { ManifestContent } from '../content/descriptor.js';
import { parseManifest } from '../content/manifest.js';
import type { Digest } from '../reference/digest.js';
import {
  indexEntry,
  refName,
  refNameAnnotation,
  type LayoutIndex,
  type RawIndexEntry,
} from './layout-index.js';
import type { LayoutPaths } from './layout-paths.js';
import { manifestDescriptor, readStoredManifest } from './stored-manifest.js';

/**
 * The entries of index.json with a manifest added, under a tag if one is given: the tag then stands for this
 * manifest only. The manifest it stood for before leaves index.json with its last tag, unless it refers to
 * another one (a signature, say), which is how it is found. The same list is returned when nothing changes.
 */
export async function withManifest(
  paths: LayoutPaths,
  index: LayoutIndex,
  content: ManifestContent,
  tag: string | undefined,
): Promise<readonly RawIndexEntry[]> {
  const isThere =
    tag === undefined
      ? index.entries.some((entry) => entry.digest === content.digest)
      : index.entries.some((entry) => refName(entry) === tag) &&
        index.entries.every((entry) => refName(entry) !== tag || entry.digest === content.digest);
  if (isThere) return index.rawEntries;

  const kept: RawIndexEntry[] = [];
  for (const [position, entry] of index.entries.entries()) {
    const raw = index.rawEntries[position] ?? {};
    const name = refName(entry);
    const isUntaggedTwin = entry.digest === content.digest && name === undefined;
    if (isUntaggedTwin) continue;
    if (tag === undefined || name !== tag) kept.push(raw);
    else if (await isReferrer(paths, entry.digest, entry.mediaType)) kept.push(withoutTag(raw));
  }
  return [...kept, indexEntry(manifestDescriptor(content), tag)];
}

async function isReferrer(paths: LayoutPaths, digest: Digest, mediaType: string): Promise<boolean> {
  try {
    const content = await readStoredManifest(paths, digest, mediaType);
    return content !== undefined && parseManifest(content).subject !== undefined;
  } catch {
    // A damaged manifest refers to nothing.
    return false;
  }
}

function withoutTag(raw: RawIndexEntry): RawIndexEntry {
  const { annotations, ...rest } = raw;
  const others = Object.entries(annotations ?? {}).filter(([key]) => key !== refNameAnnotation);
  return others.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(others) };
}
