import { join } from 'node:path';
import { digestAlgorithm, digestHex, parseDigest, type Digest } from '../reference/digest.js';

/** Files of one OCI image layout. OCI image-spec, "Image Layout". */
export interface LayoutPaths {
  readonly root: string;
  readonly marker: string;
  readonly index: string;
  readonly blobs: string;
  /** Held while index.json is replaced. Not part of the specification, like `temporary`. */
  readonly lock: string;
  /** Where a blob is. The digest is checked again: nothing but hex gets into a path. */
  blob(digest: Digest): string;
  /** A file that is not yet part of the layout. */
  temporary(id: string): string;
  /** Whether a file name was made by `temporary`. */
  isTemporary(name: string): boolean;
  /** Whether a file name in the root is part of a layout, or one of ours. */
  isOwn(name: string): boolean;
}

const ownPrefix = '.oci-sync-';
const temporarySuffix = '.tmp';
const specifiedNames = new Set(['oci-layout', 'index.json', 'blobs']);

/** Where the files of the layout in a directory are. */
export function layoutPaths(root: string): LayoutPaths {
  return {
    root,
    marker: join(root, 'oci-layout'),
    index: join(root, 'index.json'),
    blobs: join(root, 'blobs'),
    lock: join(root, `${ownPrefix}index.lock`),
    blob: (digest) => {
      const checked = parseDigest(digest);
      return join(root, 'blobs', digestAlgorithm(checked), digestHex(checked));
    },
    temporary: (id) => join(root, `${ownPrefix}${id}${temporarySuffix}`),
    isTemporary: (name) => name.startsWith(ownPrefix) && name.endsWith(temporarySuffix),
    isOwn: (name) => name.startsWith(ownPrefix) || specifiedNames.has(name),
  };
}
