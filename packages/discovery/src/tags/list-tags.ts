import type { ContentSource, Digest } from '@oci-sync/oci-client';
import { readDatedTags, type DatedTagsOptions } from './dated-tags.js';
import { compareTags } from './rank-tags.js';

/** Options of {@link listTags}. */
export interface ListTagsOptions extends DatedTagsOptions {
  /**
   * `name`: by the alphabet. `semver`: semantic versions, highest first, then the others by name. `created`: newest
   * first by creation date, which takes requests for each tag, as `readDatedTags` says. @default 'name'
   */
  readonly sort?: 'name' | 'semver' | 'created' | undefined;
  /** Most tags to give. @default all */
  readonly limit?: number | undefined;
}

/** A tag of a list; with `sort: 'created'` what it stands for too. */
export interface TagEntry {
  readonly tag: string;
  readonly digest?: Digest | undefined;
  /** `undefined`: not asked for, or the image says none. */
  readonly created?: Date | undefined;
}

async function readNames(
  source: ContentSource,
  { counts = () => true, signal }: DatedTagsOptions,
): Promise<readonly TagEntry[]> {
  const names: string[] = [];
  for await (const tag of source.listTags({ signal })) if (counts(tag)) names.push(tag);
  return [...new Set(names)].sort().map((tag) => ({ tag }));
}

/** Without dates versions decide, and names between equals and others. */
function byVersion(a: TagEntry, b: TagEntry): number {
  return compareTags({ tag: a.tag, created: undefined }, { tag: b.tag, created: undefined });
}

/**
 * The tags of a repository, all pages, sorted. @throws DiscoveryError `DISCOVERY_BUDGET`, and OciError of any request
 */
export async function listTags(
  source: ContentSource,
  options: ListTagsOptions = {},
): Promise<readonly TagEntry[]> {
  const { limit, sort = 'name' } = options;
  if (sort === 'created') return (await readDatedTags(source, options)).toSorted(compareTags).slice(0, limit);
  const names = await readNames(source, options);
  return (sort === 'semver' ? names.toSorted(byVersion) : names).slice(0, limit);
}
