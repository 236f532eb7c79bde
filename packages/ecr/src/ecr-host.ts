/** What the host name of an ECR registry says. */
export type EcrHost =
  | {
      readonly kind: 'private';
      /** AWS account, twelve digits. */
      readonly registryId: string;
      readonly region: string;
      /** Whether the host is a FIPS 140 endpoint. */
      readonly fips: boolean;
      /** Whether the host has IPv6 addresses too (`dkr-ecr`). */
      readonly dualStack: boolean;
    }
  /** Amazon ECR Public. */
  | { readonly kind: 'public' };

const suffixes = [
  'amazonaws.com',
  'amazonaws.com.cn',
  'amazonaws.eu',
  'sc2s.sgov.gov',
  'c2s.ic.gov',
  'cloud.adc-e.uk',
  'csp.hci.ic.gov',
  'on.aws',
  'on.amazonwebservices.com.cn',
  'on.amazonwebservices.eu',
  'on.aws.ic.gov',
  'on.aws.scloud',
  'on.cloud-aws.adc-e.uk',
  'on.aws.hci.ic.gov',
];

// Anchored at both ends: AWS credentials are used for whatever matches.
const privateHost = new RegExp(
  String.raw`^(\d{12})\.dkr([.-])ecr(-fips)?\.([a-z0-9][a-z0-9-_]*)\.(?:${suffixes
    .map((suffix) => suffix.replaceAll('.', String.raw`\.`))
    .join('|')})$`,
);

const publicHosts = new Set(['public.ecr.aws', 'ecr-public.aws.com']);

/**
 * What an ECR host name says, or `undefined` for every other host. Names of all AWS partitions, FIPS and dual-stack
 * hosts are known; a host with a port is not ECR's. amazon-ecr-credential-helper (`ecr-login/api/client.go`) and
 * the dual-stack names of further partitions.
 */
export function parseEcrHost(registry: string): EcrHost | undefined {
  const host = registry.toLowerCase();
  if (publicHosts.has(host)) return { kind: 'public' };
  const [, registryId, separator, fips, region] = privateHost.exec(host) ?? [];
  if (registryId === undefined || region === undefined) return undefined;
  return { kind: 'private', registryId, region, fips: fips !== undefined, dualStack: separator === '-' };
}
