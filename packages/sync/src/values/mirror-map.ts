import type { RegistryReference } from '@oci-sync/oci-client';
import { imageKey } from './image-places.js';
import type { Target } from './pattern.js';
import type { MirroredImage } from './rewritten-values.js';

/** Looks up where images are in the mirror. */
export interface MirrorMap {
  /** What an image of a source has to become; `undefined` for one that is not in the mirror. */
  targetOf(source: RegistryReference): Target | undefined;
}

/** Makes the lookup of a run's images. */
export function mirrorMap(images: readonly MirroredImage[]): MirrorMap {
  const targets = new Map<string, Target>();
  for (const { source, mirror } of images) {
    const { registry, repository, tag, digest } = mirror;
    const target: Target = { name: `${registry}/${repository}`, registry, repository, tag, digest };
    targets.set(imageKey(source), target);
    // A plan joins a tag with the same tag pinned to what it stands for.
    const unpinned = imageKey({ ...source, digest: undefined });
    if (source.tag !== undefined && !targets.has(unpinned)) targets.set(unpinned, target);
  }
  return { targetOf: (source) => targets.get(imageKey(source)) };
}

/** Whether an image is the one in the mirror. Where it is pinned, the digest counts, else the tag. */
export function isAtMirror(image: RegistryReference, target: Target): boolean {
  if (image.registry !== target.registry || image.repository !== target.repository) return false;
  return image.digest === undefined ? image.tag === target.tag : image.digest === target.digest;
}
