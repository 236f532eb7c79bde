import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Reads a data file of this package, by its path from the package's folder. The package is looked up by name, so that it
 * is found from a bundle as well.
 */
export function readPackageFile(path: string): Promise<string> {
  const manifest = createRequire(import.meta.url).resolve('@oci-sync/discovery/package.json');
  return readFile(join(dirname(manifest), path), 'utf8');
}
