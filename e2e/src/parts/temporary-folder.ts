import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own for one test or program. */
export interface TemporaryFolder {
  readonly path: string;
  /** Takes it away with everything in it. */
  remove(): void;
}

/** Makes an empty folder below the system's temporary one. */
export function makeTemporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'oci-sync-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}
