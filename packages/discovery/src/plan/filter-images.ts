import type { DiscoveredImage } from '../image/discovered-image.js';
import { matchesGlob } from '../tags/tag-pattern.js';

/** Which images are wanted. */
export interface ImageFilter {
  readonly only?: readonly string[] | undefined;
  readonly skip?: readonly string[] | undefined;
}

/**
 * The images that match a glob of `only` (all, without one) and none of `skip`. A glob is compared with
 * `registry/repository` and `repository`, and with both followed by `:tag` where the image was asked for by tag.
 */
export function filterImages(
  images: readonly DiscoveredImage[],
  { only = [], skip = [] }: ImageFilter,
): readonly DiscoveredImage[] {
  const wanted = only.map(matchesGlob);
  const unwanted = skip.map(matchesGlob);
  return images.filter((image) => {
    const names = namesOf(image);
    const matches = (test: (text: string) => boolean): boolean => names.some(test);
    return (wanted.length === 0 || wanted.some(matches)) && !unwanted.some(matches);
  });
}

function namesOf({ reference: { registry, repository, tag } }: DiscoveredImage): readonly string[] {
  const names = [`${registry}/${repository}`, repository];
  return tag === undefined ? names : [...names, ...names.map((name) => `${name}:${tag}`)];
}
