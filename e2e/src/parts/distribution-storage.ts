import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where distribution keeps the bytes of a blob or manifest below its storage folder. */
function dataFile(storageFolder: string, digest: string): string {
  const hex = digest.replace('sha256:', '');
  return join(storageFolder, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
}

/** Takes the bytes away, while everything that names them stays. */
export function removeStored(storageFolder: string, digest: string): void {
  rmSync(dataFile(storageFolder, digest));
}

/** Puts other bytes in their place. */
export function replaceStored(storageFolder: string, digest: string, bytes: Buffer): void {
  writeFileSync(dataFile(storageFolder, digest), bytes);
}

/** Cuts them off. */
export function truncateStored(storageFolder: string, digest: string, sizeBytes: number): void {
  truncateSync(dataFile(storageFolder, digest), sizeBytes);
}
