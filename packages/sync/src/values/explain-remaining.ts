import type { FoundSettings } from './find-settings.js';
import type { ImagePlace, ImagePlaces } from './image-places.js';
import { isAtMirror, type MirrorMap } from './mirror-map.js';
import type { RemainingImage } from './rewritten-values.js';
import type { Slot } from './slot.js';
import { formatKey } from './values-path.js';

/** What is known once the chart was rendered with the new values. */
export interface Outcome {
  /** Images with the user's own values. */
  readonly before: ImagePlaces;
  readonly mirrors: MirrorMap;
  readonly found: FoundSettings;
  /** Images with the new values; `undefined` where the chart does not render with them. */
  readonly after: ImagePlaces | undefined;
  /** Why it does not. */
  readonly failure: string | undefined;
}

/** The images that are not at the mirror after all, each with the reason; how many are, too. */
export function explainRemaining(outcome: Outcome): {
  readonly atMirror: number;
  readonly remaining: readonly RemainingImage[];
} {
  const { before, after, mirrors } = outcome;
  const remaining: RemainingImage[] = [];
  let atMirror = 0;
  for (const place of (after ?? before).all) {
    const origin = before.byId.get(place.id);
    const target = mirrors.targetOf((origin ?? place).reference);
    if (target !== undefined && isAtMirror(place.reference, target)) {
      atMirror += 1;
      continue;
    }
    const { template, document, path, text } = place;
    remaining.push({ template, document, path, text, ...reasonFor(outcome, origin ?? place) });
  }
  return { atMirror, remaining };
}

function reasonFor(
  { mirrors, found, failure }: Outcome,
  place: ImagePlace,
): Pick<RemainingImage, 'reason' | 'explanation'> {
  if (mirrors.targetOf(place.reference) === undefined) {
    return { reason: 'not-mirrored', explanation: 'the image is not in the mirror' };
  }
  if (failure !== undefined) {
    return {
      reason: 'render-failed',
      explanation: `the chart does not render with the new values: ${failure}`,
    };
  }
  const own = [...found.imagesOf].filter(([, places]) => places.some(({ id }) => id === place.id));
  if (own.length > 0) {
    const keys = keysOf(own.map(([slot]) => slot));
    return { reason: 'overridden', explanation: `the file sets ${keys}, but a --set of yours wins over it` };
  }
  const seen = found.seen.get(place.id);
  if (seen === undefined || seen.size === 0) return withoutValue(found);
  return found.solvable.has(place.id)
    ? {
        reason: 'shared-value',
        explanation: `${keysOf(seen)} would have to change, but other images, which need it otherwise, use it, too`,
      }
    : {
        reason: 'not-settable',
        explanation: `${keysOf(seen)} changes the image, but the template fixes the rest of it`,
      };
}

function withoutValue({
  isExhaustive,
  untried,
}: FoundSettings): Pick<RemainingImage, 'reason' | 'explanation'> {
  if (isExhaustive) {
    return {
      reason: 'no-value',
      explanation:
        'rendered with every string, number and empty value changed, it is the same: the template fixes it',
    };
  }
  const some = keysOf(untried);
  return {
    reason: 'untried',
    explanation: `no value that was tried changes it; others could not be tried, as the chart does not render with them or they are too many: ${some}`,
  };
}

function keysOf(slots: Iterable<Slot>): string {
  const keys = [...new Set([...slots].map(({ path }) => formatKey(path)))].sort();
  return keys.length > 6 ? `${keys.slice(0, 6).join(', ')} and ${keys.length - 6} more` : keys.join(', ');
}
