import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isExistingFile, isMissingFile } from './layout-error.js';
import type { LayoutPaths } from './layout-paths.js';

/** How {@link acquireIndexLock} waits. */
export interface IndexLockOptions {
  /** A lock that has not changed hands for so long belongs to a process that died. @default 10 000 */
  readonly staleMs?: number | undefined;
  /** Time between two looks at a lock that somebody holds. @default 25 */
  readonly pollMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The right to replace index.json, among all processes that use this package. */
export interface IndexLock {
  /** Whether the lock is still ours: a process that was stopped for too long may have lost it. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

async function readOwner(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissingFile(error)) return undefined;
    throw error;
  }
}

/**
 * Removes the lock of `owner`, and no other: between our look and the rename somebody else may have removed it
 * and taken a new one, which is then put back.
 */
async function breakLock(paths: LayoutPaths, owner: string): Promise<void> {
  const aside = paths.temporary(randomUUID());
  try {
    await rename(paths.lock, aside);
    if ((await readOwner(aside)) !== owner) await link(aside, paths.lock);
  } catch (error) {
    if (!isMissingFile(error) && !isExistingFile(error)) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

/**
 * Takes the lock file of a layout, waiting for whoever holds it. The age of a lock is measured by our own clock
 * while we watch it, so clocks of other machines on a shared disk do not matter.
 * Cancelled, it rethrows the signal's reason.
 */
export async function acquireIndexLock(
  paths: LayoutPaths,
  { staleMs = 10_000, pollMs = 25, signal }: IndexLockOptions = {},
): Promise<IndexLock> {
  const token = randomUUID();
  let seen: { readonly owner: string; readonly sinceMs: number } | undefined;
  for (;;) {
    signal?.throwIfAborted();
    try {
      await writeFile(paths.lock, token, { flag: 'wx' });
      break;
    } catch (error) {
      if (!isExistingFile(error)) throw error;
    }
    const owner = await readOwner(paths.lock);
    if (owner === undefined) continue;
    if (seen?.owner !== owner) {
      seen = { owner, sinceMs: performance.now() };
    } else if (performance.now() - seen.sinceMs >= staleMs) {
      await breakLock(paths, owner);
      seen = undefined;
      continue;
    }
    await delay(pollMs);
  }
  const isHeld = async (): Promise<boolean> => (await readOwner(paths.lock)) === token;
  return {
    isHeld,
    release: async () => {
      if (await isHeld()) await rm(paths.lock, { force: true });
    },
  };
}
