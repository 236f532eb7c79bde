import { OciError, readBody, type HttpClient } from '@oci-sync/oci-client';
import type { FetchBytes } from './fetch-bytes.js';

/**
 * Fetches through a run's HTTP client: its proxies, certificates, retries, redirect rules and limits. `authorization`
 * goes to the origin of the address only.
 */
export function createFetchBytes(http: HttpClient): FetchBytes {
  return async (url, { headers = {}, maxBytes, signal }) => {
    const { authorization, ...rest } = headers;
    const address = new URL(url);
    const response = await http.request({
      method: 'GET',
      url: withoutUser(address),
      headers: rest,
      authorization: authorization ?? basicOf(address),
      signal,
    });
    if (response.status !== 200) {
      response.body.destroy();
      throw new OciError(`${response.url.host} answered ${response.status}`, {
        code: response.status === 404 ? 'OCI_NOT_FOUND' : 'OCI_REGISTRY',
        status: response.status,
      });
    }
    return { bytes: await readBody(response, maxBytes, 'the answer'), url: response.url.href };
  };
}

function withoutUser(address: URL): URL {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url;
}

/** The user information of an address, as the header it stands for. */
function basicOf({ username, password }: URL): string | undefined {
  if (username === '') return undefined;
  const secret = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(secret).toString('base64')}`;
}
