import { formatReference } from '@oci-sync/oci-client';
import type { DiscoveredImage, WantedTag } from './discovered-image.js';
import type { Provenance } from './provenance.js';

/**
 * One entry for each image, with every place that asks for it: images are the same when reference, wanted tag
 * and stated destination are. The first one's group and key stand. Sorted by reference.
 */
export function mergeImages(images: Iterable<DiscoveredImage>): readonly DiscoveredImage[] {
  const merged = new Map<string, DiscoveredImage>();
  for (const image of images) {
    const key = imageKey(image);
    const known = merged.get(key);
    merged.set(key, known === undefined ? image : mergeTwo(known, image));
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, image]) => image);
}

/** All places of both, each once. */
export function mergeProvenance(
  one: readonly Provenance[],
  other: readonly Provenance[],
): readonly Provenance[] {
  const seen = new Set(one.map((place) => JSON.stringify(place)));
  return [...one, ...other.filter((place) => !seen.has(JSON.stringify(place)))];
}

function mergeTwo(one: DiscoveredImage, other: DiscoveredImage): DiscoveredImage {
  return {
    ...one,
    helmKey: one.helmKey ?? other.helmKey,
    provenance: mergeProvenance(one.provenance, other.provenance),
  };
}

function imageKey(image: DiscoveredImage): string {
  return [formatReference(image.reference), wantedKey(image.wantedTag), image.destination ?? ''].join(' ');
}

/** `given` and `default` name the tag in the reference, so they are the same wish. */
function wantedKey(wanted: WantedTag): string {
  if (wanted.rule === 'newest-of-branch') return `${wanted.rule} ${wanted.branch}`;
  return wanted.rule === 'newest' ? wanted.rule : 'given';
}
