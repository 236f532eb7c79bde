import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startScriptedServer, type ScriptedServer } from '../../test/scripted-server.js';
import { testTls } from '../../test/tls-fixture.js';
import { createHttpClient, type HttpClient } from './http-client.js';
import { readBody } from './read-body.js';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function sendInPieces(response: ServerResponse, bytes: Buffer, pieceBytes: number): Promise<void> {
  for (let offset = 0; offset < bytes.length; offset += pieceBytes) {
    if (!response.write(bytes.subarray(offset, offset + pieceBytes))) await pause(1);
  }
  response.end();
}

/** Sends what a server has to another one, as blobs go. */
async function relay(
  http: HttpClient,
  from: ScriptedServer,
  to: ScriptedServer,
  path: string,
): Promise<void> {
  const got = await http.request({ method: 'GET', url: new URL(path, from.url) });
  const sizeBytes = Number(got.headers['content-length']);
  const put = await http.request({
    method: 'PUT',
    url: new URL(path, to.url),
    body: { stream: got.body, sizeBytes },
  });
  expect(put.status).toBe(200);
  expect((await readBody(put, 1000, 'the answer')).toString()).toBe('thanks');
}

const ways = [
  { name: 'plain', tls: undefined },
  { name: 'TLS', tls: testTls.server },
] as const;

describe.each(ways)('bodies read and sent on ($name)', ({ tls }) => {
  it('arrive as they were, many at a time, over connections that are used again', async () => {
    const blobs = Array.from({ length: 24 }, (_, n) => randomBytes(1 + n * 61_007 + (n % 3) * 700_001));
    const source = await startScriptedServer(
      ({ url }, response) => {
        const blob = blobs[Number(url.slice(1))] ?? Buffer.alloc(0);
        response.setHeader('content-length', blob.length);
        void sendInPieces(response, blob, 100_000);
      },
      { tls },
    );
    const received = new Map<string, Buffer>();
    const destination = await startScriptedServer(
      ({ url, body }, response) => {
        received.set(url, body);
        response.end('thanks');
      },
      { tls },
    );
    const http = createHttpClient({
      ca: [testTls.ca],
      maxUploadsPerHost: 4,
      // A piece that is forgotten must not be saved by the server's closing the connection after five seconds.
      timeouts: { bodyMs: 3000 },
    });
    onTestFinished(() => http.close());
    // Twice, so that connections and buffers are used again.
    await Promise.all(blobs.map((_, n) => relay(http, source, destination, `/${n}`)));
    received.clear();
    await Promise.all(blobs.map((_, n) => relay(http, source, destination, `/${n}`)));
    for (const [n, blob] of blobs.entries()) {
      expect(sha256(received.get(`/${n}`) ?? Buffer.alloc(0))).toBe(sha256(blob));
    }
  });
});
