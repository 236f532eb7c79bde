import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', '..', '.parts');

/** A path below `e2e/.parts`, the same from sources and from build output. Git ignores the folder. */
export function partsPath(...segments: readonly string[]): string {
  return join(folder, ...segments);
}

/** The path of an installed program that the package manager of the system did not bring. */
export function partsProgram(name: string): string {
  return partsPath('bin', name);
}
