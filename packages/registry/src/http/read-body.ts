import type { Readable } from 'node:stream';
import { RegistryError } from './registry-error.js';

/**
 * The pieces of a request's body. Leaving the loop early leaves the connection alone, so that an answer can still be
 * sent; the server reads the rest of the body away.
 */
export function bodyChunks(body: Readable): AsyncIterable<Buffer> {
  return body.iterator({ destroyOnReturn: false });
}

/**
 * A request's whole body.
 * @throws RegistryError 413 `SIZE_INVALID` as soon as it exceeds the limit
 */
export async function readBody(body: Readable, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of bodyChunks(body)) {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) {
      throw new RegistryError(413, 'SIZE_INVALID', `the body is larger than ${limitBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
