import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../content/descriptor.js';
import { OciError } from '../errors/oci-error.js';
import { digestOf } from '../reference/digest.js';
import { BlobRelay } from './blob-relay.js';

const bytes = Buffer.from('the quick brown fox jumps over the lazy dog');
const descriptor: Descriptor = { mediaType: 'application/x', digest: digestOf(bytes), size: bytes.length };

function chunked(data: Uint8Array, size: number): Readable {
  const chunks = Array.from({ length: Math.ceil(data.length / size) }, (_, at) =>
    data.subarray(at * size, (at + 1) * size),
  );
  return Readable.from(chunks, { objectMode: false });
}

/** Gives some bytes and then fails, as a lost connection does. */
function broken(data: Uint8Array): Readable {
  async function* generate(): AsyncGenerator<Uint8Array> {
    yield data;
    await Promise.resolve();
    throw new OciError('reset', { code: 'OCI_NETWORK', retryable: true });
  }
  return Readable.from(generate(), { objectMode: false });
}

function relay(first: Readable, open: (offset: number) => Promise<Readable>, blob = descriptor): BlobRelay {
  return new BlobRelay(first, {
    descriptor: blob,
    open,
    maxReconnects: 2,
    onBytes: () => undefined,
    onReconnect: () => undefined,
  });
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const never = async (): Promise<Readable> => Promise.reject(new OciError('gone', { code: 'OCI_NOT_FOUND' }));

describe('BlobRelay', () => {
  it('passes content on unchanged, in chunks of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 64 }),
        async (data, size) => {
          const blob = { ...descriptor, digest: digestOf(data), size: data.length };
          expect(await collect(relay(chunked(data, size), never, blob))).toEqual(Buffer.from(data));
        },
      ),
    );
  });

  it('passes sha512 content on', async () => {
    const blob = { ...descriptor, digest: digestOf(bytes, 'sha512') };
    expect(await collect(relay(chunked(bytes, 7), never, blob))).toEqual(bytes);
  });

  it('goes on where a lost connection broke off', async () => {
    const offsets: number[] = [];
    const stream = relay(broken(bytes.subarray(0, 10)), async (offset) => {
      offsets.push(offset);
      return Promise.resolve(
        offset < 20 ? broken(bytes.subarray(offset, 20)) : chunked(bytes.subarray(offset), 5),
      );
    });
    expect(await collect(stream)).toEqual(bytes);
    expect(offsets).toEqual([10, 20]);
  });

  it('goes on after an end that came too early', async () => {
    const stream = relay(chunked(bytes.subarray(0, 10), 4), async (offset) =>
      Promise.resolve(chunked(bytes.subarray(offset), 9)),
    );
    expect(await collect(stream)).toEqual(bytes);
  });

  it('gives up after reconnecting in vain', async () => {
    const stream = relay(broken(bytes.subarray(0, 3)), async () => Promise.resolve(broken(Buffer.alloc(0))));
    await expect(collect(stream)).rejects.toMatchObject({ code: 'OCI_NETWORK' });
    expect(stream.failure).toMatchObject({ code: 'OCI_NETWORK' });
  });

  it('never hands on the last byte of content with one wrong byte', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 50 }),
        async (position, size) => {
          const damaged = Buffer.from(bytes);
          damaged[position] = (damaged[position] ?? 0) ^ 1;
          const stream = relay(chunked(damaged, size), never);
          let passed = 0;
          stream.on('data', (chunk: Buffer) => {
            passed += chunk.length;
          });
          await new Promise((resolve) => stream.once('close', resolve));
          expect(stream.failure).toMatchObject({ code: 'OCI_DIGEST_MISMATCH' });
          expect(passed).toBeLessThan(bytes.length);
        },
      ),
    );
  });

  it('refuses more bytes than the descriptor says', async () => {
    const stream = relay(chunked(Buffer.concat([bytes, bytes]), 30), never);
    await expect(collect(stream)).rejects.toMatchObject({ code: 'OCI_SIZE_MISMATCH' });
  });

  it('lets go of the source when the destination does', async () => {
    const source = chunked(bytes, 1);
    const stream = relay(source, never);
    stream.destroy();
    await new Promise((resolve) => stream.once('close', resolve));
    expect(source.destroyed).toBe(true);
  });
});
