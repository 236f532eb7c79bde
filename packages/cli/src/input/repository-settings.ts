import type { RepositorySettings } from '@oci-sync/ecr';
import { isOciError } from '@oci-sync/oci-client';
import type { CommandIo } from '../command-io.js';
import type { Settings } from '../config/settings.js';
import { UsageError } from '../usage-error.js';
import { readText } from './read-text.js';

/**
 * The settings of repositories to create, from a YAML or JSON file, else those the settings file holds itself.
 * @throws UsageError naming file and field
 */
export async function readRepositorySettings(
  path: string | undefined,
  settings: Settings,
  io: CommandIo,
): Promise<RepositorySettings | undefined> {
  if (path === undefined) return settings.repositorySettings;
  const [{ parseRepositorySettings }, { parse }] = await Promise.all([
    import('@oci-sync/ecr'),
    import('yaml'),
  ]);
  const text = await readText(path, io);
  try {
    return parseRepositorySettings(parse(text));
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new UsageError(`${path}: ${reason}`, { hint: isOciError(cause) ? cause.hint : undefined, cause });
  }
}
