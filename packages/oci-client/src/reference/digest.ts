import { createHash } from 'node:crypto';
import { OciError } from '../errors/oci-error.js';

/** Hash functions a digest may name. OCI image-spec, "Registered Algorithms". */
export type DigestAlgorithm = 'sha256' | 'sha512';

/** A content digest in its canonical, checked form: safe to put into a URL or a path. */
export type Digest = `${DigestAlgorithm}:${string}`;

const pattern = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

/** Whether the text is a well-formed sha256 or sha512 digest (lower-case hex of the exact length). */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && pattern.test(text);
}

/** The text as a digest. @throws OciError `OCI_INVALID_REFERENCE` when it is not a sha256 or sha512 digest. */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new OciError(`invalid digest "${text.slice(0, 200)}"`, {
    code: 'OCI_INVALID_REFERENCE',
    hint: 'a digest is sha256: and 64 lower-case hex digits, or sha512: and 128',
  });
}

/** The algorithm a digest names. */
export function digestAlgorithm(digest: Digest): DigestAlgorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}

/** The hex part of a digest. */
export function digestHex(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}

/** The digest of some bytes. @default algorithm sha256 */
export function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): Digest {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}
