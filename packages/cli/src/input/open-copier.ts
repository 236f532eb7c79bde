import type { CopyEvent } from '@oci-sync/oci-client';
import type { Copier, CopierOptions } from '@oci-sync/sync';
import type { CommandIo } from '../command-io.js';
import { refusalLine, requestLine } from '../output/connection-lines.js';
import type { Logger } from '../output/logger.js';
import type { RegistryCliOptions } from './registry-options.js';

/** What a command shows of a copier's work. */
export interface CopierOutput {
  readonly logger: Logger;
  readonly note: (text: string) => void;
  readonly onEvent?: ((event: CopyEvent) => void) | undefined;
}

/** A copier set up by the options that all commands share. */
export async function openCopier(
  { plainHttp, caFile, authfile, region }: RegistryCliOptions,
  io: CommandIo,
  output: CopierOutput,
  more: Pick<CopierOptions, 'cache' | 'createRepositories' | 'repositorySettings'> = {},
): Promise<Copier> {
  const { createCopier, readCaFiles } = await import('@oci-sync/sync');
  return createCopier({
    ...more,
    environment: io.environment,
    http: { plainHttpHosts: plainHttp, ca: await readCaFiles(caFile) },
    authFile: authfile,
    region,
    onEvent: output.onEvent,
    onRequest: (event) => output.logger.debug(requestLine(event), event),
    onCredentialRefused: (refused) => output.note(refusalLine(refused)),
  });
}
