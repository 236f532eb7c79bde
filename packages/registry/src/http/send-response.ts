import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RegistryResponse, WireFault } from './exchange.js';

/**
 * Writes an answer. Resolves when it has been handed to the connection.
 * @throws when the connection goes away first
 */
export async function sendResponse(
  method: string,
  response: RegistryResponse,
  out: ServerResponse,
): Promise<void> {
  const { status, headers, body, wire } = response;
  for (const [name, value] of Object.entries(headers)) out.setHeader(name, value);
  const bytes = body instanceof Readable ? undefined : (body ?? new Uint8Array());
  if (
    bytes &&
    mayHaveBody(method, status) &&
    !out.hasHeader('content-length') &&
    !out.hasHeader('transfer-encoding')
  ) {
    out.setHeader('content-length', bytes.length);
  }
  out.writeHead(status);
  if (method === 'HEAD') {
    if (body instanceof Readable) body.destroy();
    out.end();
  } else if (wire) {
    await sendFaulty(bytes ? Readable.from([bytes]) : (body as Readable), wire, out);
  } else if (bytes) {
    out.end(bytes);
  } else {
    await pipeline(body as Readable, out);
  }
  if (!out.writableFinished) await finished(out);
}

/** HEAD says what GET would; 204 and 304 have no body and no length of their own. */
function mayHaveBody(method: string, status: number): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 304;
}

async function sendFaulty(body: Readable, wire: WireFault, out: ServerResponse): Promise<void> {
  const { dropAfterBytes, stallAfterBytes, pieceBytes = Infinity, pieceDelayMs = 1 } = wire;
  const stopAt = Math.min(dropAfterBytes ?? Infinity, stallAfterBytes ?? Infinity);
  let sentBytes = 0;
  out.flushHeaders();
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    for (let offset = 0; offset < chunk.length && sentBytes < stopAt;) {
      const sizeBytes = Math.min(chunk.length - offset, pieceBytes, stopAt - sentBytes);
      await write(out, chunk.subarray(offset, offset + sizeBytes));
      offset += sizeBytes;
      sentBytes += sizeBytes;
      if (pieceBytes !== Infinity) await sleep(pieceDelayMs);
    }
    if (sentBytes >= stopAt) break;
  }
  if (dropAfterBytes !== undefined) out.destroy();
  else if (stallAfterBytes === undefined) out.end();
}

function write(out: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    out.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
