import type { RegistryResponse } from './exchange.js';
import type { RegistryError } from './registry-error.js';

/** An answer with a JSON body. */
export function jsonResponse(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): RegistryResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(value)),
  };
}

/** An error in the JSON form of the distribution-spec. */
export function errorResponse(error: RegistryError): RegistryResponse {
  const { status, code, message, detail, headers } = error;
  return jsonResponse(
    status,
    { errors: [{ code, message, ...(detail === undefined ? {} : { detail }) }] },
    headers,
  );
}

/** An answer without a body. */
export function emptyResponse(
  status: number,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): RegistryResponse {
  return { status, headers };
}
