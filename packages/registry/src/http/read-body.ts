import type { Readable } from 'node:stream';
import { RegistryError } from './registry-error.js';

/**
 * A request's whole body.
 * @throws RegistryError 413 `SIZE_INVALID` as soon as it exceeds the limit
 */
export async function readBody(body: Readable, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > limitBytes) {
      throw new RegistryError(413, 'SIZE_INVALID', `the body is larger than ${limitBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
