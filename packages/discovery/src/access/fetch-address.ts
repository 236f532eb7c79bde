import type { FetchBytes, FetchBytesOptions } from './fetch-bytes.js';
import { DiscoveryError, messageOf } from '../errors.js';

/**
 * Fetches an address; what goes wrong names it without user, password and query.
 * @throws DiscoveryError `DISCOVERY_FETCH`; the signal's reason once it aborts.
 */
export async function fetchAddress(
  fetchBytes: FetchBytes,
  url: string,
  options: FetchBytesOptions,
): Promise<Uint8Array> {
  try {
    return (await fetchBytes(url, options)).bytes;
  } catch (error) {
    options.signal?.throwIfAborted();
    const hint =
      error instanceof Error && 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined;
    throw new DiscoveryError(`${publicAddress(url)} cannot be fetched: ${messageOf(error)}`, {
      code: 'DISCOVERY_FETCH',
      hint: hint ?? 'check the address, the network and the proxy settings',
      cause: error,
    });
  }
}

/** An address without what may be secret in it. */
export function publicAddress(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  url.username = '';
  url.password = '';
  url.search = '';
  return url.href;
}
