import { DiscoveryError } from '../errors.js';
import type { DiscoveredImage } from '../image/discovered-image.js';
import { readRegistryReference } from '../image/reference-text.js';
import type { Preset } from '../preset/preset.js';

/** A preset's static list as images. */
export function staticImages(
  preset: Preset,
  list: 'chart' | 'catalog',
  reason: string,
): readonly DiscoveredImage[] {
  return preset.staticImages[list].map(({ image, helmKey }) => {
    const reference = readRegistryReference(image);
    if (reference === undefined) {
      throw new DiscoveryError(`preset ${preset.name} has an invalid image "${image}"`, {
        code: 'DISCOVERY_INPUT_INVALID',
      });
    }
    const isGiven = reference.tag !== undefined || reference.digest !== undefined;
    return {
      reference,
      wantedTag: { rule: isGiven ? 'given' : 'newest' },
      group: list,
      ...(helmKey === undefined ? {} : { helmKey }),
      provenance: [{ kind: 'static', preset: preset.name, list, reason }],
    };
  });
}
