import { OciError } from '@oci-sync/oci-client';

/** A password for `docker login`, as ECR gives it. */
export interface RegistryToken {
  readonly username: string;
  readonly password: string;
  readonly expiresAt: Date;
  /** Host of the caller's own registry; `undefined` for ECR Public. */
  readonly registry: string | undefined;
}

/** What GetAuthorizationToken answers. */
export interface AuthorizationData {
  readonly authorizationToken?: string | undefined;
  readonly expiresAt?: Date | undefined;
  readonly proxyEndpoint?: string | undefined;
}

const usualLifetimeMs = 12 * 60 * 60 * 1000;

/**
 * Reads what GetAuthorizationToken answered: base64 of `AWS:password`. A date of expiry that has passed already
 * (moto's is in 2015) is taken for twelve hours, which is what AWS grants.
 * @throws OciError `OCI_CREDENTIALS`
 */
export function readRegistryToken(data: AuthorizationData | undefined, nowMs: number): RegistryToken {
  const text = Buffer.from(data?.authorizationToken ?? '', 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) {
    throw new OciError('AWS answered without a usable registry token', { code: 'OCI_CREDENTIALS' });
  }
  const expiresAtMs = data?.expiresAt?.getTime() ?? 0;
  return {
    username: text.slice(0, colon),
    password: text.slice(colon + 1),
    expiresAt: new Date(expiresAtMs > nowMs ? expiresAtMs : nowMs + usualLifetimeMs),
    registry: endpointHost(data?.proxyEndpoint),
  };
}

function endpointHost(endpoint: string | undefined): string | undefined {
  return endpoint !== undefined && URL.canParse(endpoint) ? new URL(endpoint).host : undefined;
}
