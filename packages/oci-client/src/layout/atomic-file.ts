import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LayoutPaths } from './layout-paths.js';

/** A file being written that nobody sees until it is complete. */
export interface AtomicFile {
  /** Appends bytes. */
  append(bytes: Uint8Array): Promise<void>;
  /**
   * Puts the file, once it is safely on disk, in place of whatever is at that path. `confirm` is the last thing
   * done before that and may still throw.
   */
  commit(path: string, confirm?: () => Promise<void>): Promise<void>;
  /** Removes the file unless it was committed. Never throws; may be called more than once. */
  discard(): Promise<void>;
}

async function syncDirectory(path: string): Promise<void> {
  // Windows and some network file systems cannot sync a directory; the rename is atomic all the same.
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    await handle.sync();
  } catch {
    return;
  } finally {
    await handle?.close();
  }
}

/** Opens a temporary file beside the layout's own files, so that committing it is a rename within one disk. */
export async function createAtomicFile(paths: LayoutPaths): Promise<AtomicFile> {
  const temporary = paths.temporary(randomUUID());
  const handle = await open(temporary, 'wx');
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await handle.close();
  };
  return {
    append: async (bytes) => handle.appendFile(bytes),
    commit: async (path, confirm) => {
      await handle.sync();
      await close();
      const directory = dirname(path);
      await mkdir(directory, { recursive: true });
      await confirm?.();
      await rename(temporary, path);
      await syncDirectory(directory);
    },
    discard: async () => {
      await close().catch(() => undefined);
      await rm(temporary, { force: true }).catch(() => undefined);
    },
  };
}

/** Replaces a file's content in one step: readers see the old or the new content, never a part. */
export async function writeAtomically(
  paths: LayoutPaths,
  path: string,
  bytes: Uint8Array,
  confirm?: () => Promise<void>,
): Promise<void> {
  const file = await createAtomicFile(paths);
  try {
    await file.append(bytes);
    await file.commit(path, confirm);
  } finally {
    await file.discard();
  }
}
