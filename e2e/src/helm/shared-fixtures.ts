import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The folder with Helm's measured behaviour and public charts: beside the repository, or `OCI_SYNC_SHARED`.
 * They are other people's work and stay outside of this repository.
 */
export function sharedHelmFolder(): string {
  const root = process.env['OCI_SYNC_SHARED'] ?? join(import.meta.dirname, '..', '..', '..', '..', 'shared');
  return join(root, 'helm');
}

/**
 * Whether tests that need these paths run. On a developer's machine without them they are left out; in CI they
 * always run, and fail.
 */
export function canRun(...paths: readonly (string | undefined)[]): boolean {
  return process.env['CI'] === 'true' || paths.every((path) => path !== undefined && existsSync(path));
}
