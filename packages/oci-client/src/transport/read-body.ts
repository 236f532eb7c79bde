import { OciError } from '../errors/oci-error.js';
import type { HttpResponse } from './http-message.js';
import { ResponseBody } from './response-body.js';

/** An unread rest up to this size is read and dropped, so that the connection can be used again. */
const longestDiscard = 128 * 1024;

/** A body that has been received already. */
export function bufferedBody(bytes: Buffer): ResponseBody {
  const body = new ResponseBody({ resume: () => {}, abort: () => {}, hasLargePieces: true });
  if (bytes.length > 0) body.push(bytes);
  body.complete();
  return body;
}

/**
 * The whole body, at most `limitBytes` of it.
 * @throws OciError `OCI_TOO_LARGE` naming `what` when it is longer; the connection is then given up.
 */
export async function readBody(response: HttpResponse, limitBytes: number, what: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) {
      throw new OciError(`${what} from ${response.url.host} is larger than ${limitBytes} bytes`, {
        code: 'OCI_TOO_LARGE',
        status: response.status,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/**
 * The first `limitBytes` of a body, for error texts: never fails, the rest is given up.
 */
export async function readBodyStart(response: HttpResponse, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= limitBytes) break;
    }
  } catch {
    // A lost error text is not worth an error of its own: the status says enough.
  }
  return Buffer.concat(chunks, size).subarray(0, limitBytes);
}

/**
 * Gets rid of a body nobody reads: a short one is drained so that its connection can be used again, a long one
 * costs the connection. Never fails and never waits.
 */
export function discardBody(response: HttpResponse): void {
  const { body } = response;
  if (body.destroyed || body.readableEnded) return;
  let dropped = 0;
  body.on('data', (chunk: Buffer) => {
    dropped += chunk.length;
    if (dropped > longestDiscard) body.destroy();
  });
}
