export type { Digest, DigestAlgorithm } from './reference/digest.js';
export { digestAlgorithm, digestHex, digestOf, isDigest, parseDigest } from './reference/digest.js';
