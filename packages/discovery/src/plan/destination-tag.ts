import { digestAlgorithm, digestHex, type Digest } from '@oci-sync/oci-client';

/** Digits of a digest that name an image which has no tag. */
const digestDigits = 12;

/** A run's stamp, `YYYYMMDDHHMMSS` in UTC. */
export function dateStamp(now: Date): string {
  return now
    .toISOString()
    .replaceAll(/[^0-9]/g, '')
    .slice(0, 14);
}

/** The destination tag of an image asked for by digest alone: `sha256-` and the first 12 hex digits. */
export function digestTag(digest: Digest): string {
  return `${digestAlgorithm(digest)}-${digestHex(digest).slice(0, digestDigits)}`;
}

/** The destination tag of a run with date tags; `isOnly`: no other tag of the repository is in the run. */
export function datedTag(stamp: string, sourceTag: string, isOnly: boolean): string {
  return isOnly ? stamp : `${stamp}-${sourceTag}`;
}
