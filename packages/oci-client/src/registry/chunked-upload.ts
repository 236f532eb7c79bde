import type { Readable } from 'node:stream';
import { OciError } from '../errors/oci-error.js';
import { header, type HttpResponse } from '../transport/http-message.js';
import { discardBody } from '../transport/read-body.js';
import type { RepositorySession } from './repository-session.js';

/** Options of {@link sendInChunks}. */
export interface ChunkedUploadOptions {
  readonly chunkBytes: number;
  /** The error an answer comes to. */
  readonly refusal: (response: HttpResponse) => Promise<OciError>;
  /** Where the session goes on after an answer. */
  readonly nextLocation: (response: HttpResponse) => URL;
  readonly signal: AbortSignal | undefined;
}

/**
 * Sends a body as PATCHes of a fixed size, one after the other, and gives back where to commit. Chunks are
 * never repeated: registries keep what they got of one. Distribution spec, "Pushing a blob in chunks".
 * @throws OciError `OCI_UPLOAD_FAILED`, retryable, when the registry kept less of a chunk than was sent.
 */
export async function sendInChunks(
  session: RepositorySession,
  start: URL,
  body: Readable,
  options: ChunkedUploadOptions,
): Promise<URL> {
  let location = start;
  let sent = 0;
  for await (const chunk of chunksOf(body, options.chunkBytes)) {
    const end = sent + chunk.length - 1;
    const response = await session.send({
      method: 'PATCH',
      url: location,
      headers: { 'content-type': 'application/octet-stream', 'content-range': `${sent}-${end}` },
      body: chunk,
      upload: true,
      retry: false,
      signal: options.signal,
    });
    if (response.status < 200 || response.status > 204) throw await options.refusal(response);
    discardBody(response);
    if (keptLess(response, end)) {
      throw new OciError(`${session.name} kept only a part of what was sent`, {
        code: 'OCI_UPLOAD_FAILED',
        retryable: true,
      });
    }
    location = options.nextLocation(response);
    sent = end + 1;
  }
  return location;
}

/** `Range` counts from the start of the blob; some registries count from the start of the chunk, or not at all. */
function keptLess(response: HttpResponse, end: number): boolean {
  const [, kept] = /^(?:bytes=)?0-(\d+)$/.exec(header(response, 'range') ?? '') ?? [];
  return response.status === 202 && kept !== undefined && Number(kept) > 0 && Number(kept) < end;
}

async function* chunksOf(body: Readable, chunkBytes: number): AsyncGenerator<Uint8Array> {
  let pieces: Buffer[] = [];
  let size = 0;
  for await (let piece of body as AsyncIterable<Buffer>) {
    while (size + piece.length >= chunkBytes) {
      const taken = chunkBytes - size;
      yield Buffer.concat([...pieces, piece.subarray(0, taken)]);
      piece = piece.subarray(taken);
      pieces = [];
      size = 0;
    }
    if (piece.length > 0) pieces.push(piece);
    size += piece.length;
  }
  if (size > 0) yield Buffer.concat(pieces);
}
