import type { Digest, RegistryReference } from '@oci-sync/oci-client';
import { DiscoveryError } from '../errors.js';
import { mergeProvenance } from '../image/merge-images.js';
import type { PlannedImage, PlannedSource } from './image-plan.js';

/** Looks up what a tag stands for. */
type ResolveTag = (reference: RegistryReference) => Promise<Digest | undefined>;

/**
 * One image for each destination, sorted by it. Images from the same source are joined, with every place that
 * asks for them; a tag and the same tag pinned to a digest are the same when the tag stands for that digest.
 *
 * @throws DiscoveryError `PLAN_COLLISION` naming every destination that two different images have.
 */
export async function joinSameDestinations(
  images: readonly PlannedImage[],
  resolveTag: ResolveTag,
): Promise<readonly PlannedImage[]> {
  const byDestination = new Map<string, PlannedImage>();
  const problems: string[] = [];
  let advice = '';
  for (const image of images) {
    const key = `${image.destination.repository}:${image.destination.tag}`;
    const known = byDestination.get(key);
    if (known === undefined) {
      byDestination.set(key, image);
    } else if (await isSameImage(known.source, image.source, resolveTag)) {
      byDestination.set(key, join(known, image));
    } else {
      problems.push(
        `${formatSource(known.source)} and ${formatSource(image.source)} would both become ${key}`,
      );
      advice ||= adviceFor(known.source, image.source);
    }
  }
  if (problems.length > 0) throw collision(problems, advice);
  return [...byDestination].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, image]) => image);
}

async function isSameImage(a: PlannedSource, b: PlannedSource, resolveTag: ResolveTag): Promise<boolean> {
  if (a.registry !== b.registry || a.repository !== b.repository) return false;
  if (a.pinned && b.pinned) return a.digest === b.digest;
  if (a.tag !== b.tag) return false;
  if (!a.pinned && !b.pinned) return true;
  const [pinned, tagged] = a.pinned ? [a, b] : [b, a];
  const { registry, repository, tag } = tagged;
  const digest = tagged.digest ?? (await resolveTag({ kind: 'registry', registry, repository, tag }));
  return digest === pinned.digest;
}

function join(a: PlannedImage, b: PlannedImage): PlannedImage {
  const kept = !a.source.pinned && b.source.pinned ? b : a;
  const other = kept === a ? b : a;
  const digest = kept.source.digest ?? other.source.digest;
  const helmKey = a.helmKey ?? b.helmKey;
  return {
    ...kept,
    source: { ...kept.source, ...(digest === undefined ? {} : { digest }) },
    ...(helmKey === undefined ? {} : { helmKey }),
    provenance: mergeProvenance(a.provenance, b.provenance),
  };
}

function formatSource({ registry, repository, tag, digest, pinned }: PlannedSource): string {
  const named = `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}`;
  return pinned && digest !== undefined ? `${named}@${digest}` : named;
}

function adviceFor(a: PlannedSource, b: PlannedSource): string {
  if (a.repository !== b.repository) return "use --name-template '{prefix}/{path}'";
  if (a.registry !== b.registry) return "use --name-template '{prefix}/{host}/{path}'";
  return 'keep only one of them, or state a destination for one of them in a list';
}

function collision(problems: readonly string[], advice: string): DiscoveryError {
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new DiscoveryError(`two different images have one destination: ${problems[0] ?? ''}${more}`, {
    code: 'PLAN_COLLISION',
    hint: `${advice}, or leave images out with --skip`,
    problems,
  });
}
