import { createHash, type Hash } from 'node:crypto';
import type { Digest } from '@oci-sync/oci-client';

/** The two hash functions the OCI image-spec registers. */
export type DigestAlgorithm = 'sha256' | 'sha512';

/** The algorithm a digest names. */
export function algorithmOf(digest: Digest): DigestAlgorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}

/** A digest over bytes that arrive piece by piece; it can be read at any time and goes on afterwards. */
export class RunningDigest {
  readonly algorithm: DigestAlgorithm;
  readonly #hash: Hash;

  constructor(algorithm: DigestAlgorithm = 'sha256') {
    this.algorithm = algorithm;
    this.#hash = createHash(algorithm);
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** The digest of everything so far. */
  value(): Digest {
    return `${this.algorithm}:${this.#hash.copy().digest('hex')}`;
  }
}

/** The digest of some bytes. */
export function computeDigest(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): Digest {
  const running = new RunningDigest(algorithm);
  running.update(bytes);
  return running.value();
}
