import { readFile } from 'node:fs/promises';
import { OciError } from '@oci-sync/oci-client';

/**
 * CA certificates (PEM) from files.
 * @throws OciError `OCI_INVALID_OPTION` for a file that cannot be read or has no certificate
 */
export async function readCaFiles(paths: readonly string[]): Promise<readonly string[]> {
  return Promise.all(
    paths.map(async (path) => {
      const text = await readFile(path, 'utf8').catch((cause: unknown) => {
        throw new OciError(`the CA file ${path} cannot be read`, { code: 'OCI_INVALID_OPTION', cause });
      });
      if (!text.includes('-----BEGIN CERTIFICATE-----')) {
        throw new OciError(`the CA file ${path} has no certificate`, {
          code: 'OCI_INVALID_OPTION',
          hint: 'it must be in PEM form',
        });
      }
      return text;
    }),
  );
}
