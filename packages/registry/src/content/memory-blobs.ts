import { Readable } from 'node:stream';
import type { Digest } from '@oci-sync/oci-client';
import { BlobTooLarge, type BlobStore, type BlobWriter } from './blob-store.js';
import type { ByteRange } from './registry-content.js';
import { RunningDigest, type DigestAlgorithm } from './running-digest.js';

interface MemoryBlob {
  readonly chunks: readonly Uint8Array[];
  readonly sizeBytes: number;
}

/** Answers up to this size go out as one buffer, so that headers and body share a write. */
const singleBufferBytes = 256 * 1024;

/** Blobs in memory, as the chunks they arrived in. */
export class MemoryBlobs implements BlobStore {
  readonly #blobs = new Map<Digest, MemoryBlob>();

  createWriter(): Promise<BlobWriter> {
    return Promise.resolve(new MemoryWriter((digest, blob) => this.#blobs.set(digest, blob)));
  }

  sizeBytes(digest: Digest): number | undefined {
    return this.#blobs.get(digest)?.sizeBytes;
  }

  read(digest: Digest, range: ByteRange | undefined): Uint8Array | Readable {
    const blob = this.#blobs.get(digest);
    if (!blob) throw new Error(`no content for ${digest}`);
    const start = range?.start ?? 0;
    const end = range?.end ?? blob.sizeBytes - 1;
    const chunks = sliceChunks(blob.chunks, start, end);
    return end - start < singleBufferBytes ? Buffer.concat(chunks) : Readable.from(chunks);
  }

  delete(digest: Digest): Promise<void> {
    this.#blobs.delete(digest);
    return Promise.resolve();
  }
}

class MemoryWriter implements BlobWriter {
  readonly #store: (digest: Digest, blob: MemoryBlob) => void;
  readonly #running = new RunningDigest();
  #chunks: Uint8Array[] = [];
  #sizeBytes = 0;

  constructor(store: (digest: Digest, blob: MemoryBlob) => void) {
    this.#store = store;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  async append(body: AsyncIterable<Uint8Array>, limitBytes: number): Promise<void> {
    for await (const chunk of body) {
      if (this.#sizeBytes + chunk.length > limitBytes) throw new BlobTooLarge();
      this.#running.update(chunk);
      this.#chunks.push(chunk);
      this.#sizeBytes += chunk.length;
    }
  }

  digest(algorithm: DigestAlgorithm): Promise<Digest> {
    if (algorithm === this.#running.algorithm) return Promise.resolve(this.#running.value());
    const other = new RunningDigest(algorithm);
    for (const chunk of this.#chunks) other.update(chunk);
    return Promise.resolve(other.value());
  }

  commit(digest: Digest): Promise<void> {
    this.#store(digest, { chunks: this.#chunks, sizeBytes: this.#sizeBytes });
    this.#chunks = [];
    return Promise.resolve();
  }

  discard(): Promise<void> {
    this.#chunks = [];
    return Promise.resolve();
  }
}

function sliceChunks(chunks: readonly Uint8Array[], start: number, end: number): Uint8Array[] {
  const slices: Uint8Array[] = [];
  let offset = 0;
  for (const chunk of chunks) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(end + 1 - offset, chunk.length);
    if (from < to) slices.push(chunk.subarray(from, to));
    offset += chunk.length;
  }
  return slices;
}
