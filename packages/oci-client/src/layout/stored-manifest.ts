import { readFile, stat } from 'node:fs/promises';
import type { Descriptor, ManifestContent } from '../content/descriptor.js';
import { manifestMediaType, maxManifestSizeBytes } from '../content/manifest.js';
import { OciError } from '../errors/oci-error.js';
import { digestAlgorithm, digestOf, type Digest } from '../reference/digest.js';
import { isMissingFile, layoutError } from './layout-error.js';
import type { LayoutPaths } from './layout-paths.js';

/** Size of a blob in bytes, or `undefined` when there is no such file. @throws OciError `OCI_LAYOUT` */
export async function storedSize(paths: LayoutPaths, digest: Digest): Promise<number | undefined> {
  try {
    const file = await stat(paths.blob(digest));
    // Opening a pipe or a device would wait for ever.
    return file.isFile() ? file.size : undefined;
  } catch (error) {
    if (isMissingFile(error)) return undefined;
    throw layoutError(paths.root, `cannot read blob ${digest}`, error);
  }
}

/**
 * A stored manifest, its bytes checked against the digest; `undefined` when it is not there. Its type is the one
 * given, else what its body says.
 * @throws OciError `OCI_TOO_LARGE`, `OCI_DIGEST_MISMATCH`, `OCI_INVALID_MANIFEST`, `OCI_LAYOUT`
 */
export async function readStoredManifest(
  paths: LayoutPaths,
  digest: Digest,
  mediaType?: string,
): Promise<ManifestContent | undefined> {
  const size = await storedSize(paths, digest);
  if (size === undefined) return undefined;
  if (size > maxManifestSizeBytes) {
    throw new OciError(`manifest ${digest} has ${size} bytes, the most is ${maxManifestSizeBytes}`, {
      code: 'OCI_TOO_LARGE',
    });
  }
  let bytes: Uint8Array;
  try {
    bytes = await readFile(paths.blob(digest));
  } catch (error) {
    throw layoutError(paths.root, `cannot read manifest ${digest}`, error);
  }
  const actual = digestOf(bytes, digestAlgorithm(digest));
  if (actual !== digest) {
    throw new OciError(`content of ${digest} in ${paths.root} hashes to ${actual}`, {
      code: 'OCI_DIGEST_MISMATCH',
      hint: 'the layout is damaged: copy the image into it again',
    });
  }
  return { mediaType: manifestMediaType(mediaType, bytes), digest, bytes };
}

/** A manifest as a descriptor. */
export function manifestDescriptor({ mediaType, digest, bytes }: ManifestContent): Descriptor {
  return { mediaType, digest, size: bytes.length };
}
