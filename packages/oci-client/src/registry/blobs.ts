import { Readable, Transform, pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Descriptor } from '../content/descriptor.js';
import type { CallOptions, FetchBlobOptions } from '../content/store.js';
import { OciError } from '../errors/oci-error.js';
import { header, type HttpResponse } from '../transport/http-message.js';
import { discardBody } from '../transport/read-body.js';
import { declaredSize } from './manifests.js';
import type { RepositorySession } from './repository-session.js';

/** See {@link ContentSource.hasBlob}. */
export async function hasBlob(
  session: RepositorySession,
  descriptor: Descriptor,
  options: CallOptions = {},
): Promise<boolean> {
  const response = await session.send({
    method: 'HEAD',
    path: `blobs/${descriptor.digest}`,
    signal: options.signal,
  });
  if (response.status === 404) {
    discardBody(response);
    return false;
  }
  if (response.status !== 200) {
    throw await session.failure(response, `look for the blob ${descriptor.digest} in ${session.name}`);
  }
  discardBody(response);
  return true;
}

/** See {@link ContentSource.fetchBlob}. */
export async function fetchBlob(
  session: RepositorySession,
  descriptor: Descriptor,
  options: FetchBlobOptions = {},
): Promise<Readable> {
  const offset = options.offset ?? 0;
  if (offset > 0 && offset >= descriptor.size) return Readable.from([]);
  if (offset > 0) {
    const rest = await fetchRest(session, descriptor, offset, options);
    if (rest !== undefined) return rest;
  }
  const response = await getBlob(session, descriptor, undefined, options);
  if (response.status !== 200) throw await blobError(session, descriptor, response);
  const whole = wholeBlob(session, descriptor, response);
  return offset === 0 ? whole : skipStart(whole, offset);
}

function getBlob(
  session: RepositorySession,
  descriptor: Descriptor,
  range: string | undefined,
  options: CallOptions,
): Promise<HttpResponse> {
  return session.send({
    method: 'GET',
    path: `blobs/${descriptor.digest}`,
    ...(range === undefined ? {} : { headers: { range } }),
    signal: options.signal,
  });
}

function blobError(
  session: RepositorySession,
  descriptor: Descriptor,
  response: HttpResponse,
): Promise<OciError> {
  return session.failure(response, `fetch the blob ${descriptor.digest} of ${session.name}`);
}

/**
 * The blob from `offset` on, by a range request; `undefined` when the registry's answer is of no use, so that the
 * whole is to be fetched. The range is closed: crane's registry refuses an open one.
 */
async function fetchRest(
  session: RepositorySession,
  descriptor: Descriptor,
  offset: number,
  options: CallOptions,
): Promise<Readable | undefined> {
  const response = await getBlob(session, descriptor, `bytes=${offset}-${descriptor.size - 1}`, options);
  if (response.status === 200) return skipStart(wholeBlob(session, descriptor, response), offset);
  if (response.status === 206) {
    const [, start] = /^bytes (\d+)-/.exec(header(response, 'content-range') ?? '') ?? [];
    if (start === String(offset)) return response.body;
    response.body.destroy();
    return undefined;
  }
  if (response.status === 416) {
    discardBody(response);
    return undefined;
  }
  throw await blobError(session, descriptor, response);
}

/** The body of a 200, once it is plausible that it is the blob. */
function wholeBlob(session: RepositorySession, descriptor: Descriptor, response: HttpResponse): Readable {
  const announced = declaredSize(response);
  const decoder = announced === descriptor.size ? undefined : contentDecoder(response);
  if (decoder !== undefined) return joined(response.body, decoder);
  if (announced !== undefined && announced !== descriptor.size) {
    response.body.destroy();
    throw new OciError(
      `the blob ${descriptor.digest} of ${session.name} has ${announced} bytes instead of ${descriptor.size}`,
      { code: 'OCI_SIZE_MISMATCH', hint: 'the registry, or a proxy before it, holds damaged content' },
    );
  }
  return response.body;
}

/**
 * Undoes a content encoding nobody asked for. Only where the announced size is not the blob's: some stores keep
 * compressed layers with `Content-Encoding: gzip`, and those bytes are the blob.
 */
function contentDecoder(response: HttpResponse): Transform | undefined {
  switch (header(response, 'content-encoding')?.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      return undefined;
  }
}

/** The stream without its first bytes, for registries that ignore ranges. */
function skipStart(stream: Readable, bytes: number): Readable {
  let left = bytes;
  const skip = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      const skipped = Math.min(left, chunk.length);
      left -= skipped;
      if (skipped === chunk.length) callback();
      else callback(null, chunk.subarray(skipped));
    },
  });
  return joined(stream, skip);
}

function joined(stream: Readable, last: Transform): Readable {
  return pipeline(stream, last, () => {
    // The error, if any, is the last stream's too, where the reader finds it.
  });
}
