import type { PlannedImage } from '@oci-sync/discovery';
import type { CopyRequest, CopySelection } from '@oci-sync/oci-client';

/** A planned image's source as a reference; one that is pinned, or to be applied exactly, by its digest. */
export function sourceReference({ source }: PlannedImage, exact: boolean): string {
  const tag = source.tag === undefined ? '' : `:${source.tag}`;
  const digest = source.digest === undefined || !(source.pinned || exact) ? '' : `@${source.digest}`;
  return `${source.registry}/${source.repository}${tag}${digest}`;
}

/** A planned image's place at the mirror. */
function destinationReference({ destination }: PlannedImage, registry: string): string {
  return `${registry}/${destination.repository}:${destination.tag}`;
}

/** What to copy for a planned image. @param options.exact copy the digest the plan names, not what the tag is now */
export function copyRequest(
  image: PlannedImage,
  options: Omit<CopySelection, 'platforms'> & { readonly registry: string; readonly exact: boolean },
): CopyRequest {
  const { registry, exact, missingPlatform, referrers } = options;
  return {
    source: sourceReference(image, exact),
    destination: destinationReference(image, registry),
    platforms: image.platforms,
    missingPlatform,
    referrers,
  };
}
