import { resolveEcrRegion } from '@oci-sync/ecr';
import { isOciError, isRegistry, OciError } from '@oci-sync/oci-client';
import type { Copier } from '../copier/create-copier.js';

/** The destination registry of a run. */
export interface FoundRegistry {
  /** Host and port. */
  readonly registry: string;
  /** AWS region, where the registry is ECR and names one. */
  readonly region: string | undefined;
  /** Whether it was not given: the caller's own ECR registry. */
  readonly own: boolean;
  readonly isEcr: boolean;
}

async function ownRegistry(copier: Copier, signal: AbortSignal | undefined): Promise<string> {
  try {
    return await copier.ecr.callerRegistry({ signal });
  } catch (error) {
    if (!isOciError(error)) throw error;
    throw new OciError(
      `no registry was given, and your own ECR registry could not be found: ${error.message}`,
      {
        code: error.code,
        hint: error.hint ?? 'name the registry, or log in to AWS',
        status: error.status,
        cause: error,
      },
    );
  }
}

/**
 * Finds where images go: the given registry, else the caller's own ECR registry, which proves AWS credentials before
 * anything else is done. For a given ECR registry credentials are looked up for the same reason.
 * Any other registry is connected to.
 * @throws OciError `OCI_CREDENTIALS`, `OCI_NETWORK`, `OCI_TLS`, `OCI_TIMEOUT`; `OCI_INVALID_OPTION` when the region contradicts the registry
 */
export async function findRegistry(
  copier: Copier,
  options: {
    readonly registry: string | undefined;
    readonly region: string | undefined;
    readonly signal: AbortSignal | undefined;
  },
): Promise<FoundRegistry> {
  const { region, signal } = options;
  if (options.registry !== undefined && !isRegistry(options.registry)) {
    throw new OciError(`"${options.registry}" is not a registry`, {
      code: 'OCI_INVALID_OPTION',
      hint: 'write HOST or HOST:PORT; repositories go under --prefix',
    });
  }
  const own = options.registry === undefined;
  const registry = options.registry ?? (await ownRegistry(copier, signal));
  const isEcr = await copier.ecr.isEcr(registry, { signal });
  if (!isEcr) {
    // Before anything that takes long. A connection is no request: an unchanged image still costs two.
    await copier.client.reach(registry);
    return { registry, region: undefined, own, isEcr };
  }
  const found = { registry, region: resolveEcrRegion(registry, region), own, isEcr };
  await copier.checkCredentials(registry, { signal });
  return found;
}
