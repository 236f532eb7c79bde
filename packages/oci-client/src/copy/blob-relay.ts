import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Descriptor } from '../content/descriptor.js';
import { isOciError, OciError } from '../errors/oci-error.js';
import { digestAlgorithm, digestHex } from '../reference/digest.js';

/** Options of {@link BlobRelay}. */
export interface BlobRelayOptions {
  readonly descriptor: Descriptor;
  /** Opens the source's stream at an offset. */
  readonly open: (offset: number) => Promise<Readable>;
  /** Called with the number of bytes of each chunk. */
  readonly onBytes: (bytes: number) => void;
  /** Called before the source is opened again. */
  readonly onReconnect: (error: unknown, offset: number) => void;
  /** Times the source may be opened again without having sent anything in between. */
  readonly maxReconnects: number;
}

/**
 * A blob on its way from source to destination: each chunk is hashed and handed on once. A lost source connection
 * is opened again where it broke off, while the destination keeps waiting on the same upload.
 *
 * The last chunk is held back until size and digest are right; otherwise the stream ends with
 * `OCI_SIZE_MISMATCH` or `OCI_DIGEST_MISMATCH`, and a destination never gets a whole wrong blob.
 */
export class BlobRelay extends Readable {
  readonly #options: BlobRelayOptions;
  readonly #hash: Hash;
  #upstream: Readable | undefined;
  #received = 0;
  #reconnectsLeft: number;
  #failure: unknown;

  /** @param first the source's stream from its first byte on */
  constructor(first: Readable, options: BlobRelayOptions) {
    super({ highWaterMark: 256 * 1024 });
    this.#options = options;
    this.#hash = createHash(digestAlgorithm(options.descriptor.digest));
    this.#reconnectsLeft = options.maxReconnects;
    // The source may fail before the destination listens; `failure` keeps the reason.
    this.on('error', () => undefined);
    this.#attach(first);
  }

  /** Why the source failed, if it did: the destination only sees a body that broke off. */
  get failure(): unknown {
    return this.#failure;
  }

  override _read(): void {
    this.#upstream?.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#upstream?.destroy();
    this.#upstream = undefined;
    callback(error);
  }

  #attach(upstream: Readable): void {
    this.#upstream = upstream;
    upstream.on('data', (chunk: Buffer) => this.#take(upstream, chunk));
    upstream.once('end', () => this.#onEnd(upstream));
    upstream.once('error', (error) => this.#onLost(upstream, error));
    upstream.once('close', () => this.#onLost(upstream, undefined));
    // Nothing flows before the destination asks for it.
    upstream.pause();
  }

  #take(upstream: Readable, chunk: Buffer): void {
    if (upstream !== this.#upstream) return;
    const { size } = this.#options.descriptor;
    this.#received += chunk.length;
    this.#reconnectsLeft = this.#options.maxReconnects;
    if (this.#received > size) {
      this.#fail(this.#sizeError(`more than ${size}`));
      return;
    }
    this.#hash.update(chunk);
    this.#options.onBytes(chunk.length);
    if (this.#received === size) {
      this.#finish(chunk);
      return;
    }
    if (!this.push(chunk)) upstream.pause();
  }

  #finish(last: Buffer | undefined): void {
    const { digest } = this.#options.descriptor;
    const hex = this.#hash.digest('hex');
    if (hex !== digestHex(digest)) {
      this.#fail(
        new OciError(`the blob hashes to ${digestAlgorithm(digest)}:${hex}, not to ${digest}`, {
          code: 'OCI_DIGEST_MISMATCH',
          hint: 'the content at the source is damaged: pull it there, or push it again',
        }),
      );
      return;
    }
    const upstream = this.#upstream;
    this.#upstream = undefined;
    // Reads to its end, so that the connection can be used again.
    upstream?.resume();
    if (last !== undefined) this.push(last);
    this.push(null);
  }

  #onEnd(upstream: Readable): void {
    if (upstream !== this.#upstream) return;
    if (this.#options.descriptor.size === 0) this.#finish(undefined);
    else this.#onLost(upstream, this.#sizeError(`${this.#received}`));
  }

  #onLost(upstream: Readable, error: unknown): void {
    if (upstream !== this.#upstream || this.destroyed) return;
    this.#upstream = undefined;
    const reason = error ?? new OciError('the connection was lost', { code: 'OCI_NETWORK', retryable: true });
    const canRetry = isOciError(reason) && (reason.retryable || reason.code === 'OCI_SIZE_MISMATCH');
    if (!canRetry || this.#reconnectsLeft === 0) {
      this.#fail(reason);
      return;
    }
    this.#reconnectsLeft -= 1;
    this.#options.onReconnect(reason, this.#received);
    this.#options.open(this.#received).then(
      (reopened) => {
        if (this.destroyed) {
          reopened.destroy();
          return;
        }
        this.#attach(reopened);
        reopened.resume();
      },
      (failed: unknown) => this.#fail(failed),
    );
  }

  #sizeError(received: string): OciError {
    return new OciError(
      `the blob has ${received} bytes, its descriptor says ${this.#options.descriptor.size}`,
      {
        code: 'OCI_SIZE_MISMATCH',
      },
    );
  }

  #fail(reason: unknown): void {
    this.#failure = reason;
    this.destroy(reason instanceof Error ? reason : new Error('the source failed', { cause: reason }));
  }
}
