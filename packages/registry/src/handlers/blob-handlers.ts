import type { RegistryRequest, RegistryResponse } from '../http/exchange.js';
import { emptyResponse } from '../http/json-response.js';
import { RegistryError } from '../http/registry-error.js';
import { selectRange } from './byte-range.js';
import { methodNotAllowed, requireDigest, type HandlerContext } from './context.js';

/** GET, HEAD and DELETE of `/v2/<name>/blobs/<digest>`. */
export async function handleBlob(
  context: HandlerContext,
  request: RegistryRequest,
  repository: string,
  digestText: string,
): Promise<RegistryResponse> {
  const digest = requireDigest(digestText);
  const { content } = context;
  const blob = content.blob(repository, digest);
  if (!blob) throw new RegistryError(404, 'BLOB_UNKNOWN', `blob unknown to repository: ${digest}`);
  const etag = `"${digest}"`;
  const headers = {
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'docker-content-digest': digest,
    etag,
  };
  const length = String(blob.sizeBytes);
  switch (request.method) {
    case 'HEAD':
      return emptyResponse(200, { ...headers, 'content-length': length });
    case 'DELETE':
      await content.deleteBlob(repository, digest);
      return emptyResponse(202);
    case 'GET':
      break;
    default:
      throw methodNotAllowed();
  }
  if (request.headers['if-none-match'] === etag) return emptyResponse(304, { etag });
  const condition = request.headers['if-range'];
  const wanted = condition === undefined || condition === etag ? request.headers.range : undefined;
  const range = selectRange(wanted, blob.sizeBytes);
  if (range === 'unsatisfiable') {
    throw new RegistryError(416, 'RANGE_INVALID', 'the range lies outside the blob', {
      headers: { 'content-range': `bytes */${length}` },
    });
  }
  if (range === 'whole') {
    const body = await content.readBlob(repository, digest);
    return { status: 200, headers: { ...headers, 'content-length': length }, body };
  }
  return {
    status: 206,
    headers: {
      ...headers,
      'content-length': String(range.end - range.start + 1),
      'content-range': `bytes ${range.start}-${range.end}/${length}`,
    },
    body: await content.readBlob(repository, digest, range),
  };
}
