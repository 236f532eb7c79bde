import type { ImagePlace } from './image-places.js';
import type { Slot, SlotFactory, SlotKind } from './slot.js';
import { speaksOfImages, type ValuesLeaf } from './values-leaves.js';

/** The slots of a chart's values by how likely they make images, in groups that are tried one after the other. */
export interface Candidates {
  /** Values that look like part of an image the chart renders. */
  readonly likely: readonly Slot[];
  /** Empty values that could override a default, grouped: those of one group can be set together. */
  readonly overrides: readonly (readonly Slot[])[];
  /** Values equal to part of an image, whose keys say nothing of images. */
  readonly unlikely: readonly Slot[];
  /** Everything else. */
  readonly rest: readonly Slot[];
}

const overrideKey = /image|registr|repositor|tag|digest|version|hub|(?:^|[._-])sha(?:256)?$/i;

/** Sorts values by what they have to do with the images. */
export function findCandidates(
  leaves: readonly ValuesLeaf[],
  places: readonly ImagePlace[],
  slots: SlotFactory,
): Candidates {
  const texts = [...new Set(places.map(({ text }) => text))];
  const likely: Slot[] = [];
  const unlikely: Slot[] = [];
  const rest: Slot[] = [];
  const empty: Slot[] = [];
  for (const leaf of leaves) {
    const parts = imagesInside(leaf.text, texts);
    if (leaf.text === '') (overrideKey.test(leaf.key) ? empty : rest).push(slots.slot(leaf));
    else if (parts.length > 0) likely.push(...parts.map((part) => slots.slot(leaf, part)));
    else if (leaf.text.includes('\n')) rest.push(slots.slot(leaf));
    else if (isLikely(leaf, texts)) likely.push(slots.slot(leaf));
    else (texts.some((text) => isAlignedPart(leaf.text, text)) ? unlikely : rest).push(slots.slot(leaf));
  }
  return { likely, overrides: groupOverrides(empty), unlikely, rest };
}

/** Images that a text is, or names: a command line, a file. */
function imagesInside(value: string, images: readonly string[]): readonly string[] {
  return images.filter((image) => /[/:]/.test(image) && isAlignedPart(image, value, /[\s"'=,]/));
}

function isLikely(leaf: ValuesLeaf, images: readonly string[]): boolean {
  if (leaf.text.includes('{{')) return speaksOfImages(leaf);
  const text = leaf.text.replace(/^@/, '');
  if (speaksOfImages(leaf)) return images.some((image) => image.includes(text));
  return /[/:]/.test(text) && images.some((image) => isAlignedPart(text, image));
}

/** Whether `part` stands in `whole` between separators. */
function isAlignedPart(part: string, whole: string, separator = /[/:@]/): boolean {
  for (let at = whole.indexOf(part); at !== -1; at = whole.indexOf(part, at + 1)) {
    const [before, after] = [whole[at - 1], whole[at + part.length]];
    const startsWell = before === undefined || separator.test(before) || separator.test(part[0] ?? '');
    const endsWell = after === undefined || separator.test(after) || separator.test(part.at(-1) ?? '');
    if (startsWell && endsWell) return true;
  }
  return false;
}

/**
 * Parts of single images first, then whole images and digests, which hide the parts, then chart-wide values one by
 * one, each with the empty tags, as they say nothing of versions; at last what a chart with one image has at the top.
 */
function groupOverrides(empty: readonly Slot[]): readonly (readonly Slot[])[] {
  const own = empty.filter((slot) => !isChartWide(slot));
  const wide = empty.filter(isChartWide);
  const of = (...kinds: readonly SlotKind[]): readonly Slot[] =>
    own.filter(({ kind }) => kinds.includes(kind));
  const tags = of('tag');
  const groups = [
    tags,
    of('tag', 'host'),
    of('tag', 'host', 'path'),
    of('reference'),
    of('digest', 'hex'),
    ...wide.map((slot) => [...tags, slot]),
    [...of('tag', 'host', 'path'), ...wide.filter(({ path }) => path.length === 1)],
  ];
  return groups.filter((group) => group.length > 0);
}

function isChartWide({ path, kind }: Slot): boolean {
  const isAtTop = path.length === 1 && kind === 'host';
  return isAtTop || path.includes('global') || /override|default|common/i.test(String(path.at(-1)));
}
