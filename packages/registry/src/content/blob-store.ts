import type { Readable } from 'node:stream';
import type { Digest } from '@oci-sync/oci-client';
import type { ByteRange } from './registry-content.js';
import type { DigestAlgorithm } from './running-digest.js';

/** Content by digest, without any notion of repositories. */
export interface BlobStore {
  /** Begins a blob; nothing of it is visible before `commit`. */
  createWriter(): Promise<BlobWriter>;
  /** Size of a stored blob; undefined when there is none. */
  sizeBytes(digest: Digest): number | undefined;
  /** The bytes of a stored blob, or those of a range that lies inside it. */
  read(digest: Digest, range: ByteRange | undefined): Uint8Array | Readable;
  /** Removes a blob; nothing happens when there is none. */
  delete(digest: Digest): Promise<void>;
}

/** A blob that is being written. One call at a time. */
export interface BlobWriter {
  /** Bytes received so far. */
  readonly sizeBytes: number;
  /**
   * Adds what a stream delivers. When the stream fails, what arrived before stays and the error is thrown.
   * @throws BlobTooLarge when the blob would exceed `limitBytes`; what fitted stays.
   */
  append(body: AsyncIterable<Uint8Array>, limitBytes: number): Promise<void>;
  /** The digest of everything received so far. */
  digest(algorithm: DigestAlgorithm): Promise<Digest>;
  /**
   * Makes the blob visible under this digest, durably. The writer is finished afterwards.
   * @throws when it cannot be stored; nothing of it stays
   */
  commit(digest: Digest): Promise<void>;
  /** Drops everything received. The writer is finished afterwards. */
  discard(): Promise<void>;
}

/** A blob went over the limit. */
export class BlobTooLarge extends Error {
  override readonly name = 'BlobTooLarge';
}
