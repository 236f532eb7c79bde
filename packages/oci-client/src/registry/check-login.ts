import type { CallOptions } from '../content/store.js';
import { discardBody } from '../transport/read-body.js';
import { apiHost } from './profiles.js';
import type { RegistryClient } from './registry-client.js';
import { failureError, readFailure } from './registry-error.js';

/**
 * Whether a registry accepts the credentials the client has for it, asked at `/v2/`. Distribution spec, "Determining
 * Support". `anonymous` when it takes anybody, so that nothing was learnt of the credentials.
 * @throws OciError `OCI_UNAUTHORIZED`, `OCI_DENIED`; what reaching it throws.
 */
export async function checkLogin(
  client: RegistryClient,
  registry: string,
  options: CallOptions = {},
): Promise<'accepted' | 'anonymous'> {
  const url = new URL('/v2/', await client.http.baseUrl(apiHost(registry)));
  const response = await client.authenticator.send({
    method: 'GET',
    url,
    registry,
    repository: '',
    scopes: [],
    signal: options.signal,
  });
  const standing = client.authenticator.standing(registry, '');
  if (response.status === 200) {
    discardBody(response);
    return standing === 'accepted' ? 'accepted' : 'anonymous';
  }
  throw failureError(await readFailure(response), { action: `log in to ${registry}`, standing });
}
