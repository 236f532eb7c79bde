import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { Descriptor } from '../content/descriptor.js';
import type { BlobUpload, CallOptions } from '../content/store.js';
import { OciError } from '../errors/oci-error.js';
import { digestAlgorithm, type Digest } from '../reference/digest.js';
import { createAtomicFile, type AtomicFile } from './atomic-file.js';
import { layoutError } from './layout-error.js';
import type { LayoutPaths } from './layout-paths.js';

/** One blob on its way into a layout: a temporary file until its size and digest are known to be right. */
export class LayoutUpload implements BlobUpload {
  readonly #paths: LayoutPaths;
  #file: AtomicFile | undefined;
  #used = false;

  constructor(paths: LayoutPaths) {
    this.#paths = paths;
  }

  async send(descriptor: Descriptor, body: Readable, { signal }: CallOptions = {}): Promise<void> {
    if (this.#used) throw new Error('an upload takes one blob, once');
    this.#used = true;
    const stop = (): void => {
      body.destroy();
    };
    signal?.addEventListener('abort', stop, { once: true });
    try {
      signal?.throwIfAborted();
      this.#file = await this.#write(descriptor.digest, async () => createAtomicFile(this.#paths));
      await this.#receive(descriptor, body, this.#file);
      const file = this.#file;
      await this.#write(descriptor.digest, async () => file.commit(this.#paths.blob(descriptor.digest)));
    } catch (error) {
      body.destroy();
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
      await this.cancel();
    }
  }

  async cancel(): Promise<void> {
    this.#used = true;
    await this.#file?.discard();
  }

  async #receive(descriptor: Descriptor, body: Readable, file: AtomicFile): Promise<void> {
    const { digest, size } = descriptor;
    const hash = createHash(digestAlgorithm(digest));
    let received = 0;
    for await (const chunk of body) {
      const bytes: Uint8Array = chunk;
      received += bytes.length;
      if (received > size) break;
      hash.update(bytes);
      await this.#write(digest, async () => file.append(bytes));
    }
    if (received !== size) {
      const found = received > size ? 'more' : `only ${received}`;
      throw new OciError(`blob ${digest} should have ${size} bytes, but ${found} came`, {
        code: 'OCI_SIZE_MISMATCH',
      });
    }
    const actual: Digest = `${digestAlgorithm(digest)}:${hash.digest('hex')}`;
    if (actual !== digest) {
      throw new OciError(`content of ${digest} hashes to ${actual}`, { code: 'OCI_DIGEST_MISMATCH' });
    }
  }

  /** Errors of the disk are ours to explain; those of the body belong to whoever sends it. */
  async #write<T>(digest: Digest, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      throw layoutError(this.#paths.root, `cannot write blob ${digest}`, error);
    }
  }
}
