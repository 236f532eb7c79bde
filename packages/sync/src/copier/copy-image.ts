import type { CopyCallOptions, CopyReport, CopySelection } from '@oci-sync/oci-client';
import { createCopier, type CopierOptions } from './create-copier.js';

/** Options of {@link copyImage}. */
export interface CopyOptions extends CopierOptions, CopySelection, CopyCallOptions {}

/**
 * Copies one image, or any other OCI content, from a registry or OCI layout into another, streaming. Credentials, proxies
 * and ECR are looked after as {@link createCopier} says.
 *
 * A copier of its own is made and closed; for several images make one with {@link createCopier}.
 * @throws CopyError with `code`, `side`, `operation` and a `hint`; the signal's reason when it is aborted
 * @example
 * const report = await copyImage('alpine:3.20', '123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror/alpine:3.20', {
 *   platforms: ['linux/amd64'],
 * });
 */
export async function copyImage(
  source: string,
  destination: string,
  options: CopyOptions = {},
): Promise<CopyReport> {
  const { platforms, missingPlatform, referrers, repair, signal, ...copierOptions } = options;
  const copier = createCopier(copierOptions);
  try {
    return await copier.copy(
      { source, destination, platforms, missingPlatform, referrers, repair },
      { signal },
    );
  } finally {
    await copier.close();
  }
}
