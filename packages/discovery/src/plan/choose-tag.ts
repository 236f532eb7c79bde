import {
  formatReference,
  isOciError,
  parsePlatform,
  type ContentSource,
  type Digest,
} from '@oci-sync/oci-client';
import { DiscoveryError, isDiscoveryError, messageOf } from '../errors.js';
import type { DiscoveredImage } from '../image/discovered-image.js';
import type { Note } from '../image/note.js';
import { findNewestTag, isListingRefused, type NewestTag } from '../tags/newest-tag.js';
import { compareBranchTags, compareTags } from '../tags/rank-tags.js';
import { isBranchTag, isCandidate } from '../tags/tag-pattern.js';
import type { TagOrigin } from './image-plan.js';
import type { PlanOptions } from './plan-options.js';

/** The tag an image is copied from. */
export interface ChosenTag {
  /** Absent only for an image asked for by digest alone. */
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
  readonly pinned: boolean;
  readonly origin: TagOrigin;
  readonly note?: Note | undefined;
}

/**
 * Decides the tag of an image: stated, or the newest by creation date, or `latest` where the repository lists no
 * tag that counts or does not list tags at all.
 *
 * @throws DiscoveryError `DISCOVERY_BUDGET`, `DISCOVERY_TAGS`: the newest tag exists but cannot be told.
 */
export async function chooseTag(image: DiscoveredImage, options: PlanOptions): Promise<ChosenTag> {
  const { tag, digest } = image.reference;
  if (digest !== undefined) {
    return { tag, digest, pinned: true, origin: { rule: 'digest', detail: 'pinned by digest' } };
  }
  if (tag !== undefined) {
    const origin: TagOrigin =
      image.wantedTag.rule === 'default'
        ? { rule: 'default', detail: 'no tag stated, which means latest in Kubernetes' }
        : { rule: 'given', detail: 'stated' };
    return { tag, digest: undefined, pinned: false, origin };
  }
  return chooseNewest(image, options);
}

async function chooseNewest(image: DiscoveredImage, options: PlanOptions): Promise<ChosenTag> {
  const name = formatReference(image.reference);
  options.onEvent?.({ type: 'tags-listing', repository: name });
  const found = await lookUp(image, options);
  if ('refused' in found) return latest(name, `its tags cannot be listed: ${found.refused}`);
  if (found.newest === undefined) {
    return latest(
      name,
      image.wantedTag.rule === 'newest-of-branch'
        ? `no tag of branch ${image.wantedTag.branch} in it`
        : 'it has no tag that counts',
    );
  }
  const { tag, digest, created, candidates } = found.newest;
  const age = created === undefined ? 'without a creation date' : `created ${created.toISOString()}`;
  const detail = `newest of ${candidates} ${candidates === 1 ? 'tag' : 'tags'}, ${age}`;
  options.onEvent?.({ type: 'tag-chosen', repository: name, tag, detail });
  const rule = image.wantedTag.rule === 'newest-of-branch' ? 'newest-of-branch' : 'newest';
  return { tag, digest, pinned: false, origin: { rule, detail } };
}

type LookUp = { readonly newest: NewestTag | undefined } | { readonly refused: string };

async function lookUp(image: DiscoveredImage, options: PlanOptions): Promise<LookUp> {
  const { reference, wantedTag } = image;
  const isCounted = wantedTag.rule === 'newest-of-branch' ? isBranchTag(wantedTag.branch) : () => true;
  const isNoLatest = isCandidate(options.excludeTags ?? []);
  const { remainingPulls } = options;
  const platform = options.platforms === 'all' ? undefined : options.platforms?.[0];
  let source: ContentSource | undefined;
  try {
    source = await options.open(reference);
    const newest = await findNewestTag(source, {
      counts: (tag) => isNoLatest(tag) && isCounted(tag),
      compare: wantedTag.rule === 'newest-of-branch' ? compareBranchTags : compareTags,
      platform: platform === undefined ? undefined : parsePlatform(platform),
      cache: options.cache,
      remainingPulls: remainingPulls && (() => remainingPulls(reference.registry)),
      concurrency: options.concurrency,
      signal: options.signal,
    });
    return { newest };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (isListingRefused(error)) return { refused: messageOf(error) };
    if (isDiscoveryError(error) || !isOciError(error)) throw error;
    throw new DiscoveryError(
      `the newest tag of ${formatReference(reference)} cannot be told: ${messageOf(error)}`,
      { code: 'DISCOVERY_TAGS', hint: error.hint ?? 'name the tag, or try again later', cause: error },
    );
  }
}

function latest(name: string, reason: string): ChosenTag {
  return {
    tag: 'latest',
    digest: undefined,
    pinned: false,
    origin: { rule: 'fallback', detail: `latest, because ${reason}` },
    note: {
      level: 'warning',
      message: `${name}: using tag latest, because ${reason}`,
      hint: 'name the tag in a list to be sure which image is copied',
    },
  };
}
