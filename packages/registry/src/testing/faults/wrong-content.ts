import { gzipSync } from 'node:zlib';
import type { RegistryResponse } from '../../http/exchange.js';
import { computeDigest } from '../../content/running-digest.js';
import type { Fault } from './fault-injector.js';
import { responseBytes } from './response-bytes.js';

/** Flips one bit of the answer's body; its length and headers stay. @default offset the last byte */
export function corruptedBody(offset?: number): Fault {
  return changedBody((bytes) => {
    const changed = Buffer.from(bytes);
    const at = offset ?? changed.length - 1;
    changed[at] = (changed[at] ?? 0) ^ 1;
    return changed;
  });
}

/** Leaves out the last bytes of the answer's body, Content-Length agreeing: a short blob told as if it were whole. */
export function truncatedBody(missingBytes = 1): Fault {
  return changedBody((bytes) => bytes.subarray(0, Math.max(bytes.length - missingBytes, 0)));
}

/** Adds bytes to the answer's body, Content-Length agreeing. */
export function extendedBody(extra: Uint8Array = Buffer.from('x')): Fault {
  return changedBody((bytes) => Buffer.concat([bytes, extra]));
}

/** Says a digest in Docker-Content-Digest that is not the content's. */
export function wrongDigestHeader(): Fault {
  return withHeaders({ 'docker-content-digest': computeDigest(Buffer.from('something else')) });
}

/** Answers with another manifest under whatever name was asked for; HEAD is told its length and digest. */
export function replacedManifest(
  bytes: Uint8Array,
  mediaType = 'application/vnd.oci.image.manifest.v1+json',
): Fault {
  return () =>
    Promise.resolve({
      status: 200,
      headers: {
        'content-type': mediaType,
        'content-length': String(bytes.length),
        'docker-content-digest': computeDigest(bytes),
      },
      body: bytes,
    });
}

/** A manifest of at least this size: valid JSON, too large to be taken. @default 5 MiB */
export function oversizedManifest(sizeBytes = 5 * 1024 * 1024): Fault {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const padding = 'x'.repeat(sizeBytes);
  const json = { schemaVersion: 2, mediaType, layers: [], annotations: { padding } };
  return replacedManifest(Buffer.from(JSON.stringify(json)), mediaType);
}

/** A manifest that is an index and an image at once (GHSA-mc8v-mgrf-8f4m). */
export function ambiguousManifest(): Fault {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const digest = computeDigest(Buffer.from('{}'));
  const descriptor = { mediaType: 'application/vnd.oci.empty.v1+json', digest, size: 2 };
  const json = {
    schemaVersion: 2,
    mediaType,
    config: descriptor,
    layers: [descriptor],
    manifests: [descriptor],
  };
  return replacedManifest(Buffer.from(JSON.stringify(json)), mediaType);
}

/** Compresses the answer's body, as Harbor does to manifests: Content-Encoding, and a length that HEAD did not say. */
export function gzippedBody(): Fault {
  return changedBody((bytes) => gzipSync(bytes), { 'content-encoding': 'gzip' });
}

/** Answers a Range request with the whole content and 200. */
export function ignoredRange(): Fault {
  return (request, next) => {
    const { range: _range, ...headers } = request.headers;
    return next({ ...request, headers });
  };
}

/** Leaves headers out of the answer, names in lower case; `docker-content-digest`, `content-length`, `link`… */
export function withoutHeaders(...names: readonly string[]): Fault {
  return async (request, next) => {
    const response = await next(request);
    const kept = Object.entries(response.headers).filter(([name]) => !names.includes(name));
    const headers = Object.fromEntries(kept);
    // Without a length the body goes out in chunks; the server would otherwise add the length again.
    return names.includes('content-length') && request.method !== 'HEAD'
      ? { ...response, headers: { ...headers, 'transfer-encoding': 'chunked' } }
      : { ...response, headers };
  };
}

/** Adds or replaces headers of the answer, names in lower case. */
export function withHeaders(headers: Readonly<Record<string, string | readonly string[]>>): Fault {
  return async (request, next) => {
    const response = await next(request);
    return { ...response, headers: { ...response.headers, ...headers } };
  };
}

/** Docker Hub's pull limits, told with every answer. */
export function rateLimitHeaders(limit = 100, remaining = 99): Fault {
  return withHeaders({
    'ratelimit-limit': `${limit};w=21600`,
    'ratelimit-remaining': `${remaining};w=21600`,
  });
}

/** Changes the answer's status, such as 201 for a PATCH. */
export function withStatus(status: number): Fault {
  return async (request, next) => ({ ...(await next(request)), status });
}

function changedBody(
  change: (bytes: Buffer) => Buffer,
  headers: Readonly<Record<string, string>> = {},
): Fault {
  return async (request, next) => {
    const response = await next(request);
    if (request.method === 'HEAD' || response.status >= 300) return response;
    const body = change(await responseBytes(response));
    return changedResponse(response, body, headers);
  };
}

function changedResponse(
  response: RegistryResponse,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
): RegistryResponse {
  return {
    ...response,
    headers: { ...response.headers, ...headers, 'content-length': String(body.length) },
    body,
  };
}
