import type { RefusedCredential, SidedRequestEvent } from '@oci-sync/oci-client';

/** A request as one line for `-v`. */
export function requestLine({ side, method, url, status, durationMs }: SidedRequestEvent): string {
  return `${side} ${method} ${url} ${status ?? 'no answer'} ${Math.round(durationMs)} ms`;
}

/** A credential that gave way to another, as one line. */
export function refusalLine({ registry, provider, username, reason }: RefusedCredential): string {
  const who = username === undefined ? '' : ` (user ${username})`;
  return `${registry} refused the credentials from ${provider}${who}, going on without them: ${reason}`;
}
