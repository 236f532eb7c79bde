import { readFileSync } from 'node:fs';

/** Reads a file of this package as JSON, by its path from the package's folder: the same from `src`, `dist` and `bundle`. */
export function readPackageJsonFile(path: string): unknown {
  return JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'));
}
