import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { isDigest, type Digest } from '@oci-sync/oci-client';
import { BlobTooLarge, type BlobStore, type BlobWriter } from './blob-store.js';
import { isMissing, syncDirectory } from './durable-file.js';
import type { ByteRange } from './registry-content.js';
import { RunningDigest, type DigestAlgorithm } from './running-digest.js';

/** Incoming chunks are gathered to this size before they are written: one system call instead of sixteen. */
const writeBytes = 1024 * 1024;

/**
 * Blobs as files `blobs/<algorithm>/<first two hex digits>/<hex>`. A blob is written under `uploads/`, synced and
 * renamed, so a crash leaves no half blob; leftovers of a crash are removed when the store opens.
 */
export class DirectoryBlobs implements BlobStore {
  readonly #root: string;
  readonly #sizes: Map<Digest, number>;
  /** Removals under way: the same content arriving again has to wait for them. */
  readonly #removals = new Map<Digest, Promise<void>>();

  private constructor(root: string, sizes: Map<Digest, number>) {
    this.#root = root;
    this.#sizes = sizes;
  }

  static async open(root: string): Promise<DirectoryBlobs> {
    await rm(join(root, 'uploads'), { recursive: true, force: true });
    await mkdir(join(root, 'uploads'), { recursive: true });
    return new DirectoryBlobs(root, await findBlobs(join(root, 'blobs')));
  }

  /** Digests of everything stored. */
  digests(): Digest[] {
    return [...this.#sizes.keys()];
  }

  async createWriter(): Promise<BlobWriter> {
    const path = join(this.#root, 'uploads', randomUUID());
    const file = await open(path, 'wx+');
    return new FileWriter(file, path, (digest, sizeBytes) => this.#store(path, digest, sizeBytes));
  }

  sizeBytes(digest: Digest): number | undefined {
    return this.#sizes.get(digest);
  }

  read(digest: Digest, range: ByteRange | undefined): Uint8Array | Readable {
    if (this.#sizes.get(digest) === 0) return new Uint8Array();
    return createReadStream(this.#path(digest), { ...range, highWaterMark: writeBytes });
  }

  async delete(digest: Digest): Promise<void> {
    this.#sizes.delete(digest);
    const removal = rm(this.#path(digest), { force: true });
    this.#removals.set(digest, removal);
    try {
      await removal;
    } finally {
      this.#removals.delete(digest);
    }
  }

  async #store(path: string, digest: Digest, sizeBytes: number): Promise<void> {
    const target = this.#path(digest);
    const parent = join(target, '..');
    await this.#removals.get(digest);
    await mkdir(parent, { recursive: true });
    await rename(path, target);
    await syncDirectory(parent);
    this.#sizes.set(digest, sizeBytes);
  }

  #path(digest: Digest): string {
    const [algorithm = '', hex = ''] = digest.split(':');
    return join(this.#root, 'blobs', algorithm, hex.slice(0, 2), hex);
  }
}

class FileWriter implements BlobWriter {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #store: (digest: Digest, sizeBytes: number) => Promise<void>;
  readonly #running = new RunningDigest();
  #sizeBytes = 0;
  #writtenBytes = 0;

  constructor(file: FileHandle, path: string, store: (digest: Digest, sizeBytes: number) => Promise<void>) {
    this.#file = file;
    this.#path = path;
    this.#store = store;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  async append(body: AsyncIterable<Uint8Array>, limitBytes: number): Promise<void> {
    let gathered: Uint8Array[] = [];
    let gatheredBytes = 0;
    let writing = Promise.resolve();
    const flush = async (): Promise<void> => {
      await writing;
      const chunks = gathered;
      gathered = [];
      gatheredBytes = 0;
      writing = this.#write(chunks);
      // The failure surfaces at the next flush; until then nobody listens.
      writing.catch(() => undefined);
    };
    try {
      for await (const chunk of body) {
        if (this.#sizeBytes + chunk.length > limitBytes) throw new BlobTooLarge();
        this.#running.update(chunk);
        this.#sizeBytes += chunk.length;
        gathered.push(chunk);
        gatheredBytes += chunk.length;
        if (gatheredBytes >= writeBytes) await flush();
      }
    } finally {
      await flush();
      await writing;
    }
  }

  async digest(algorithm: DigestAlgorithm): Promise<Digest> {
    if (algorithm === this.#running.algorithm) return this.#running.value();
    const other = new RunningDigest(algorithm);
    const stream = createReadStream(this.#path, { highWaterMark: writeBytes });
    for await (const chunk of stream) other.update(chunk as Buffer);
    return other.value();
  }

  async commit(digest: Digest): Promise<void> {
    try {
      // A write that failed leaves a hole, though the digest of what was received is right.
      if (this.#writtenBytes !== this.#sizeBytes) throw new Error('the upload could not be written');
      await this.#file.sync();
      await this.#file.close();
      await this.#store(digest, this.#sizeBytes);
    } catch (error) {
      await this.discard();
      throw error;
    }
  }

  async discard(): Promise<void> {
    await this.#file.close();
    await rm(this.#path, { force: true });
  }

  async #write(chunks: readonly Uint8Array[]): Promise<void> {
    if (chunks.length === 0) return;
    const wantedBytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const { bytesWritten } = await this.#file.writev(chunks);
    // A short write to a file means that the disk is full; the next write would say so.
    if (bytesWritten !== wantedBytes) throw new Error('no space left for the upload');
    this.#writtenBytes += bytesWritten;
  }
}

async function findBlobs(root: string): Promise<Map<Digest, number>> {
  const sizes = new Map<Digest, number>();
  for (const algorithm of ['sha256', 'sha512']) {
    for (const path of await listFiles(join(root, algorithm))) {
      const digest = `${algorithm}:${path.slice(path.lastIndexOf('/') + 1)}`;
      if (isDigest(digest)) sizes.set(digest, (await stat(path)).size);
    }
  }
  return sizes;
}

async function listFiles(root: string): Promise<string[]> {
  const files: string[] = [];
  for (const prefix of await listNames(root)) {
    for (const name of await listNames(join(root, prefix))) files.push(`${root}/${prefix}/${name}`);
  }
  return files;
}

async function listNames(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
