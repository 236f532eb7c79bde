import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Chart archives kept by their sha256. What is read is hashed, so a broken file only costs a download; files
 * appear whole, so concurrent runs may share the folder. Neither call fails.
 */
export interface ChartCache {
  read(sha256: string): Promise<Uint8Array | undefined>;
  write(bytes: Uint8Array): Promise<void>;
}

/** A cache in a folder, which is made when the first archive is kept; without a folder nothing is kept. */
export function openChartCache(directory: string | undefined): ChartCache {
  if (directory === undefined) {
    return { read: () => Promise.resolve(undefined), write: () => Promise.resolve() };
  }
  const folder = join(directory, 'charts', 'sha256');
  return {
    async read(sha256) {
      try {
        const bytes = await readFile(join(folder, `${sha256}.tgz`));
        return sha256Of(bytes) === sha256 ? bytes : undefined;
      } catch {
        return undefined;
      }
    },
    async write(bytes) {
      const temporary = join(folder, `.${randomUUID()}.tmp`);
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(temporary, bytes);
        await rename(temporary, join(folder, `${sha256Of(bytes)}.tgz`));
      } catch {
        // A cache that cannot be written makes the next run slower, nothing else.
        await rm(temporary, { force: true }).catch(() => undefined);
      }
    },
  };
}

/** The sha256 of some bytes, in hex. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
