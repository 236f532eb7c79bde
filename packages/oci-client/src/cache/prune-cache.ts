import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const keptShare = 0.75;
const abandonedAfterMs = 60 * 60 * 1000;

/** What {@link pruneCache} is to do. */
export interface PruneCacheOptions {
  readonly root: string;
  readonly maxSizeBytes: number;
  readonly nowMs: number;
}

interface CachedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly usedAtMs: number;
}

/**
 * Brings a cache that has grown above its size down to three quarters of it, least recently used files first, and
 * removes files that a killed process left half-written an hour ago. Files that another run removes meanwhile do
 * not matter.
 */
export async function pruneCache({ root, maxSizeBytes, nowMs }: PruneCacheOptions): Promise<void> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files: CachedFile[] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const file = await stat(path).catch(() => undefined);
    if (file === undefined) continue;
    if (!entry.name.endsWith('.tmp')) files.push({ path, sizeBytes: file.size, usedAtMs: file.mtimeMs });
    else if (nowMs - file.mtimeMs > abandonedAfterMs) await rm(path, { force: true });
  }
  let sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (sizeBytes <= maxSizeBytes) return;
  for (const file of files.toSorted((a, b) => a.usedAtMs - b.usedAtMs)) {
    if (sizeBytes <= maxSizeBytes * keptShare) return;
    await rm(file.path, { force: true });
    sizeBytes -= file.sizeBytes;
  }
}
