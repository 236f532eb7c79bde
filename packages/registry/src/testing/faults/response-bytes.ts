import { Readable } from 'node:stream';
import type { RegistryResponse } from '../../http/exchange.js';

/** The whole body of an answer. */
export async function responseBytes({ body }: RegistryResponse): Promise<Buffer> {
  if (!(body instanceof Readable)) return Buffer.from(body ?? new Uint8Array());
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
