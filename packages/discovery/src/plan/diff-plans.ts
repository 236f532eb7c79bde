import type { ImagePlan, PlannedImage } from './image-plan.js';

/** An image that is in both plans, but not the same. */
export interface ChangedImage {
  readonly before: PlannedImage;
  readonly after: PlannedImage;
  /** What differs. */
  readonly changes: readonly ('tag' | 'digest' | 'destination' | 'platforms')[];
}

/** What makes a plan different from an older one. Provenance does not count. */
export interface PlanDiff {
  readonly added: readonly PlannedImage[];
  readonly removed: readonly PlannedImage[];
  readonly changed: readonly ChangedImage[];
  readonly unchanged: number;
}

/**
 * Compares two plans. Images belong together when source repository and tag are the same, else when each plan has
 * one image left of a source repository: its tag has changed. A digest counts only where both plans know it.
 */
export function diffPlans(before: ImagePlan, after: ImagePlan): PlanDiff {
  const added: PlannedImage[] = [];
  const removed: PlannedImage[] = [];
  const changed: ChangedImage[] = [];
  let unchanged = 0;
  const compare = (one: PlannedImage, other: PlannedImage): void => {
    const changes = changesBetween(one, other);
    if (changes.length === 0) unchanged += 1;
    else changed.push({ before: one, after: other, changes });
  };
  const [olds, news] = [byRepository(before), byRepository(after)];
  for (const repository of new Set([...olds.keys(), ...news.keys()])) {
    const rest = [...(news.get(repository) ?? [])];
    const left = (olds.get(repository) ?? []).filter((one) => {
      const index = rest.findIndex((other) => versionOf(other) === versionOf(one));
      const [match] = index === -1 ? [] : rest.splice(index, 1);
      if (match !== undefined) compare(one, match);
      return match === undefined;
    });
    const [[one], [other]] = [left, rest];
    if (one !== undefined && other !== undefined && left.length === 1 && rest.length === 1) {
      compare(one, other);
    } else {
      removed.push(...left);
      added.push(...rest);
    }
  }
  return { added, removed, changed, unchanged };
}

function byRepository(plan: ImagePlan): ReadonlyMap<string, readonly PlannedImage[]> {
  const images = new Map<string, PlannedImage[]>();
  for (const image of plan.images) {
    const key = `${image.source.registry}/${image.source.repository}`;
    images.set(key, [...(images.get(key) ?? []), image]);
  }
  return images;
}

function versionOf({ source }: PlannedImage): string {
  return source.tag ?? source.digest ?? '';
}

function changesBetween(before: PlannedImage, after: PlannedImage): ChangedImage['changes'] {
  const changes: ('tag' | 'digest' | 'destination' | 'platforms')[] = [];
  if (before.source.tag !== after.source.tag) changes.push('tag');
  const [one, other] = [before.source.digest, after.source.digest];
  if (one !== undefined && other !== undefined && one !== other) changes.push('digest');
  if (formatDestination(before) !== formatDestination(after)) changes.push('destination');
  if (String(before.platforms) !== String(after.platforms)) changes.push('platforms');
  return changes;
}

function formatDestination({ destination: { repository, tag } }: PlannedImage): string {
  return `${repository}:${tag}`;
}
