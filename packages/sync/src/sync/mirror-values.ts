import type { DiscoveredChart, PlannedImage, Preset } from '@oci-sync/discovery';
import { isDigest, type RegistryReference } from '@oci-sync/oci-client';
import { rewriteValues, type MirroredImage, type RewrittenValues } from '../values/rewrite-values.js';
import type { SyncedImage } from './sync-report.js';

/** What {@link mirrorValues} needs of a run. */
export interface MirrorValuesOptions {
  readonly registry: string;
  readonly prefix?: string | undefined;
  readonly preset?: Preset | undefined;
  readonly signal?: AbortSignal | undefined;
}

function sourceOf({ source }: PlannedImage): RegistryReference {
  const { registry, repository, tag, digest } = source;
  return {
    kind: 'registry',
    registry,
    repository,
    tag,
    digest: source.pinned && isDigest(digest) ? digest : undefined,
  };
}

/** The images of a run that are in the mirror now, with where. */
function mirroredImages(images: readonly SyncedImage[], registry: string): readonly MirroredImage[] {
  return images.flatMap((synced) => {
    if (!('report' in synced)) return [];
    const { image, report } = synced;
    const { repository, tag } = image.destination;
    return [
      {
        source: sourceOf(image),
        mirror: { registry, repository, tag, digest: report.digest },
        helmKey: image.helmKey,
      },
    ];
  });
}

/**
 * Points the values of a chart, or without one those of a values file, at what is in the mirror now.
 * @throws what `rewriteValues` throws
 */
export async function mirrorValues(
  chart: DiscoveredChart | undefined,
  images: readonly SyncedImage[],
  options: MirrorValuesOptions & { readonly valuesFile?: string | undefined },
): Promise<RewrittenValues> {
  const { registry, preset, signal, valuesFile } = options;
  const prefix = options.prefix ?? preset?.prefix ?? '';
  return rewriteValues({
    chart,
    valuesFile,
    images: mirroredImages(images, registry),
    rules: preset?.valuesRules,
    destination: { registry, prefix },
    signal,
  });
}
