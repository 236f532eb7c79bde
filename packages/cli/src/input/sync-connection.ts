import type { Preset } from '@oci-sync/discovery';
import type { SyncConnection } from '@oci-sync/sync';
import type { CommandIo } from '../command-io.js';
import { refusalLine, requestLine } from '../output/connection-lines.js';
import type { Progress } from '../output/progress.js';
import type { RegistryCliOptions } from './registry-options.js';

/** Connections and credentials, for the commands of a whole run. */
export async function readConnection(
  { plainHttp, caFile, authfile, region }: RegistryCliOptions,
  preset: Preset,
  io: CommandIo,
  progress: Progress,
): Promise<SyncConnection> {
  const { readCaFiles } = await import('@oci-sync/sync');
  return {
    environment: io.environment,
    http: { plainHttpHosts: plainHttp, ca: await readCaFiles(caFile) },
    authFile: authfile,
    region,
    fallbackRegion: preset.region,
    onRequest: (event) => progress.logger.debug(requestLine(event), event),
    onCredentialRefused: (refused) => progress.note(refusalLine(refused)),
  };
}
