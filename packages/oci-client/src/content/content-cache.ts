import type { Digest } from '../reference/digest.js';

/**
 * Manifests and configurations kept from earlier runs, by digest. What is read is checked against its digest,
 * so a broken or hostile cache can only cost time. Neither call ever fails: a cache that does not work is slow,
 * not wrong.
 */
export interface ContentCache {
  /** The content of that digest, or `undefined`. */
  read(digest: Digest): Promise<Uint8Array | undefined>;
  write(digest: Digest, bytes: Uint8Array): Promise<void>;
}
