import type { CopyEvent } from '@oci-sync/oci-client';
import type { Copier, CopierOptions } from '@oci-sync/sync';
import type { CommandIo } from '../command-io.js';
import type { Settings } from '../config/settings.js';
import { readConnection, type ConnectionOutput } from './read-connection.js';
import type { RegistryCliOptions } from './registry-options.js';

/** What a command shows of a copier's work. */
export interface CopierOutput extends ConnectionOutput {
  readonly onEvent?: ((event: CopyEvent) => void) | undefined;
}

/** A copier set up by the options and settings that all commands share. */
export async function openCopier(
  options: RegistryCliOptions,
  settings: Settings,
  io: CommandIo,
  output: CopierOutput,
  more: Pick<CopierOptions, 'cache' | 'createRepositories' | 'repositorySettings' | 'fallbackRegion'> = {},
): Promise<Copier> {
  const { createCopier } = await import('@oci-sync/sync/copier');
  return createCopier({
    ...more,
    ...(await readConnection(options, settings, io, output)),
    onEvent: output.onEvent,
  });
}
