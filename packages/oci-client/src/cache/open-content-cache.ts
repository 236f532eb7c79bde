import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ContentCache } from '../content/content-cache.js';
import { digestAlgorithm, digestHex, digestOf, isDigest, type Digest } from '../reference/digest.js';
import { pruneCache } from './prune-cache.js';

const maxEntrySizeBytes = 4 * 1024 * 1024;
const defaultMaxSizeBytes = 128 * 1024 * 1024;
const touchedAfterMs = 24 * 60 * 60 * 1000;

/** Options of {@link openContentCache}. */
export interface ContentCacheOptions {
  /** Made when it is first written to. Several runs may share it. */
  readonly directory: string;
  /** Size the whole cache is kept under, by removing what was not used for longest. @default 128 MiB */
  readonly maxSizeBytes?: number | undefined;
  /** The time, to know what was used last. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/**
 * A cache of manifests and image configurations in a directory, one file per digest.
 *
 * It holds content, never conclusions. What a platform filter makes of an index is worked out again from the
 * index's own bytes, and those are hashed each time they are read: whoever can write to the directory can make a run
 * slower, but cannot make it take one image for another. Files appear by a rename, so two runs never see half of
 * one. Entries are at most 4 MiB; anything larger, and anything that goes wrong, is as if it were not cached.
 */
export function openContentCache(options: ContentCacheOptions): ContentCache {
  const { directory, maxSizeBytes = defaultMaxSizeBytes, now = Date.now } = options;
  // A new layout of the files gets a new folder, and an old program keeps its own.
  const root = join(directory, 'content-v1');
  let unprunedBytes = maxSizeBytes;
  let pruning: Promise<void> | undefined;

  const fileOf = (digest: Digest): string => {
    const hex = digestHex(digest);
    return join(root, digestAlgorithm(digest), hex.slice(0, 2), hex);
  };

  const pruneSometimes = async (writtenBytes: number): Promise<void> => {
    unprunedBytes += writtenBytes;
    if (unprunedBytes < maxSizeBytes / 8) return;
    unprunedBytes = 0;
    pruning ??= pruneCache({ root, maxSizeBytes, nowMs: now() }).finally(() => {
      pruning = undefined;
    });
    await pruning;
  };

  const readChecked = async (digest: Digest): Promise<Uint8Array | undefined> => {
    const path = fileOf(digest);
    const file = await stat(path);
    if (!file.isFile() || file.size > maxEntrySizeBytes) return undefined;
    const bytes = await readFile(path);
    if (digestOf(bytes, digestAlgorithm(digest)) !== digest) {
      await rm(path, { force: true });
      return undefined;
    }
    const nowMs = now();
    if (nowMs - file.mtimeMs > touchedAfterMs) await utimes(path, nowMs / 1000, nowMs / 1000);
    return bytes;
  };

  const writeNew = async (digest: Digest, bytes: Uint8Array): Promise<void> => {
    const path = fileOf(digest);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const temporary = join(root, `${randomUUID()}.tmp`);
    try {
      await writeFile(temporary, bytes, { flag: 'wx', mode: 0o600 });
      await rename(temporary, path);
    } finally {
      await rm(temporary, { force: true });
    }
    await pruneSometimes(bytes.length);
  };

  return {
    read: async (digest) => {
      if (!isDigest(digest)) return undefined;
      return readChecked(digest).catch(() => undefined);
    },
    write: async (digest, bytes) => {
      const isWorthKeeping =
        isDigest(digest) &&
        bytes.length <= maxEntrySizeBytes &&
        digestOf(bytes, digestAlgorithm(digest)) === digest;
      if (isWorthKeeping) await writeNew(digest, bytes).catch(() => undefined);
    },
  };
}
