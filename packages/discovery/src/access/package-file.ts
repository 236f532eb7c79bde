import { readFile } from 'node:fs/promises';

/** Reads a data file of this package, by its path from the package's folder: the same from `src` and `dist`. */
export function readPackageFile(path: string): Promise<string> {
  return readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
}
