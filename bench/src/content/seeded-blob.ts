import { createCipheriv, createHash } from 'node:crypto';

/** A blob whose bytes follow from its name, so that every run of the bench moves the same content. */
export interface SeededBlob {
  readonly digest: string;
  readonly sizeBytes: number;
  /** Its bytes, in pieces. */
  read(): Iterable<Buffer>;
}

const pieceBytes = 4 * 1024 * 1024;

/** Bytes that do not compress, from a fixed seed. Hashes them once, so large ones take a moment. */
export function seededBlob(name: string, sizeBytes: number): SeededBlob {
  const read = (): Iterable<Buffer> => randomPieces(name, sizeBytes);
  const hash = createHash('sha256');
  for (const piece of read()) hash.update(piece);
  return { digest: `sha256:${hash.digest('hex')}`, sizeBytes, read };
}

/** A blob of given bytes. */
export function literalBlob(bytes: Buffer): SeededBlob {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { digest, sizeBytes: bytes.length, read: () => [bytes] };
}

function* randomPieces(name: string, sizeBytes: number): Generator<Buffer> {
  const seed = createHash('sha256').update(`oci-sync bench ${name}`).digest();
  const cipher = createCipheriv('aes-128-ctr', seed.subarray(0, 16), seed.subarray(16));
  const zeros = Buffer.alloc(Math.min(pieceBytes, sizeBytes));
  for (let left = sizeBytes; left > 0; left -= pieceBytes) {
    yield cipher.update(zeros.subarray(0, Math.min(left, pieceBytes)));
  }
}
