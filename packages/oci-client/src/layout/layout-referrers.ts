import type { Descriptor } from '../content/descriptor.js';
import { parseManifest, type Manifest } from '../content/manifest.js';
import { isOciError } from '../errors/oci-error.js';
import { digestAlgorithm, digestHex, type Digest } from '../reference/digest.js';
import { refName, type LayoutIndex } from './layout-index.js';
import type { LayoutPaths } from './layout-paths.js';
import { manifestDescriptor, readStoredManifest } from './stored-manifest.js';

/** Tag under which registries without a referrers API keep the list. Distribution spec, "Referrers Tag Schema". */
function fallbackTag(digest: Digest): string {
  return `${digestAlgorithm(digest)}-${digestHex(digest)}`;
}

interface StoredReferrer {
  readonly descriptor: Descriptor;
  readonly manifest: Manifest;
}

async function readReferrer(paths: LayoutPaths, entry: Descriptor): Promise<StoredReferrer | undefined> {
  try {
    const content = await readStoredManifest(paths, entry.digest, entry.mediaType);
    if (content === undefined) return undefined;
    return { descriptor: manifestDescriptor(content), manifest: parseManifest(content) };
  } catch (error) {
    // What cannot be read as a manifest refers to nothing; a disk that fails is another matter.
    if (isOciError(error) && error.code !== 'OCI_LAYOUT') return undefined;
    throw error;
  }
}

function artifactTypeOf(manifest: Manifest): string | undefined {
  if (manifest.artifactType !== undefined) return manifest.artifactType;
  return manifest.kind === 'image' ? manifest.config?.mediaType : undefined;
}

/**
 * Manifests of index.json whose `subject` is the digest, and those listed under its fallback tag by tools that
 * copied it from a registry without referrers API. Each once, with the artifact type and annotations that
 * the referrers API would give.
 */
export async function findReferrers(
  paths: LayoutPaths,
  index: LayoutIndex,
  subject: Digest,
): Promise<readonly Descriptor[]> {
  const candidates = new Map<Digest, Descriptor>();
  for (const entry of index.entries) {
    if (refName(entry) !== fallbackTag(subject)) {
      candidates.set(entry.digest, entry);
      continue;
    }
    const list = await readReferrer(paths, entry);
    if (list?.manifest.kind !== 'index') continue;
    for (const listed of list.manifest.manifests) candidates.set(listed.digest, listed);
  }
  const found: Descriptor[] = [];
  for (const candidate of candidates.values()) {
    const referrer = await readReferrer(paths, candidate);
    if (referrer?.manifest.subject?.digest !== subject) continue;
    const { annotations } = referrer.manifest;
    found.push({
      ...referrer.descriptor,
      artifactType: artifactTypeOf(referrer.manifest),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    });
  }
  return found;
}
