import { isOciError, type ContentSource } from '@oci-sync/oci-client';
import { readDatedTags, type DatedTagsOptions, type ResolvedDatedTag } from './dated-tags.js';
import type { DatedTag } from './rank-tags.js';

/** Options of {@link findNewestTag}. */
export interface NewestTagOptions extends DatedTagsOptions {
  /** Order, newest first. */
  readonly compare: (a: DatedTag, b: DatedTag) => number;
}

/** The tag that won. */
export interface NewestTag extends ResolvedDatedTag {
  /** How many tags it was chosen from. */
  readonly candidates: number;
}

/**
 * The newest tag of a repository, judged by all tags that count, or `undefined` when there is none. Requests and errors
 * are those of {@link readDatedTags}.
 */
export async function findNewestTag(
  source: ContentSource,
  options: NewestTagOptions,
): Promise<NewestTag | undefined> {
  const tags = await readDatedTags(source, options);
  const newest = tags.toSorted(options.compare)[0];
  return newest === undefined ? undefined : { ...newest, candidates: tags.length };
}

/** Whether a failure means that the registry does not list tags here, rather than that it failed to. */
export function isListingRefused(error: unknown): boolean {
  return (
    isOciError(error, 'OCI_NOT_FOUND') ||
    isOciError(error, 'OCI_REPOSITORY_MISSING') ||
    isOciError(error, 'OCI_DENIED') ||
    isOciError(error, 'OCI_UNAUTHORIZED')
  );
}
