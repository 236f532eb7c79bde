import { OciError } from '@oci-sync/oci-client';
import type { AwsClients } from './aws-clients.js';
import { explainAwsError } from './aws-error.js';
import { parseEcrHost } from './ecr-host.js';

/**
 * The region of a registry's API: the ECR host's, else the given one.
 * @throws OciError `OCI_INVALID_OPTION` when both are there and differ
 */
export function resolveEcrRegion(registry: string, region: string | undefined): string | undefined {
  const host = parseEcrHost(registry);
  if (host?.kind !== 'private') return region;
  if (region === undefined || region === host.region) return host.region;
  throw new OciError(`region ${region} contradicts registry ${registry}, which is in ${host.region}`, {
    code: 'OCI_INVALID_OPTION',
    hint: 'leave the region out: the registry names its own',
  });
}

/**
 * The region that the AWS configuration (environment, profile) names, else the fallback.
 * @throws OciError `OCI_INVALID_OPTION` when there is neither
 */
export async function configuredRegion(clients: AwsClients, fallback: string | undefined): Promise<string> {
  try {
    const client = await clients.client({});
    return await client.config.region();
  } catch (error) {
    if (fallback !== undefined) return fallback;
    const { reason, hint } = explainAwsError(error);
    throw new OciError(reason, { code: 'OCI_INVALID_OPTION', hint, cause: error });
  }
}
