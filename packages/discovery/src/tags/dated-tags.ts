import {
  type CallOptions,
  type ContentCache,
  type ContentSource,
  type Digest,
  type ListedTag,
  type ManifestContent,
  type Platform,
} from '@oci-sync/oci-client';
import { readAhead } from '../access/read-ahead.js';
import { runConcurrently } from '../access/run-concurrently.js';
import { DiscoveryError } from '../errors.js';
import type { DatedTag } from './rank-tags.js';
import { readCreated, saysNothing } from './read-created.js';

/** Options of {@link readDatedTags}. */
export interface DatedTagsOptions extends CallOptions {
  /** Which tags count. @default all */
  readonly counts?: ((tag: string) => boolean) | undefined;
  /** Platform whose configuration decides. @default linux/amd64, else the first image of an index */
  readonly platform?: Platform | undefined;
  readonly cache?: ContentCache | undefined;
  /**
   * Pulls the registry still grants, as its last answer said; `undefined` as long as it says nothing of pulls. Without
   * this function they are taken to be counted.
   */
  readonly remainingPulls?: (() => number | undefined) | undefined;
  /** Requests at the same time. @default 48, as many as images are copied at a time */
  readonly concurrency?: number | undefined;
}

/** A tag with what it stands for. */
export interface ResolvedDatedTag extends DatedTag {
  readonly digest: Digest;
}

/**
 * The tags of a repository that count, each with its digest and creation date, in the order the registry lists them. A
 * failed request fails the whole: an answer about part of the tags could be wrong.
 *
 * Requests, all of them while the next pages of the list come: the pages of the tag list; a HEAD for each tag whose
 * digest the list does not tell; then for each distinct digest the manifest, the platform's manifest where it is an
 * index, and the configuration, less what the cache holds. HEADs are no pulls to Docker Hub, and tell what is in the
 * cache. Where the first of them show that the cache knows nothing of this repository and that the registry does not
 * count pulls, the other tags' manifests are fetched by tag at once, without a HEAD.
 *
 * @throws DiscoveryError `DISCOVERY_BUDGET` when the registry grants fewer pulls than that takes; OciError of
 * any request.
 */
export async function readDatedTags(
  source: ContentSource,
  options: DatedTagsOptions,
): Promise<readonly ResolvedDatedTag[]> {
  const { concurrency = 48 } = options;
  const dates = new Map<Digest, Promise<Date | undefined>>();
  const date = async (digest: Digest, content?: ManifestContent): Promise<void> => {
    const reading = dates.get(digest) ?? readCreated(source, digest, { ...options, content });
    dates.set(digest, reading);
    await reading;
  };
  const heads = { answered: 0, inCache: 0 };

  const find = async ({ tag, digest: listed }: ListedTag): Promise<FoundTag | undefined> => {
    if (listed === undefined && isFetchedAtOnce(heads, options)) {
      const content = await fetchTag(source, tag, options);
      if (content !== undefined) {
        await date(content.digest, content);
        return { tag, digest: content.digest };
      }
    }
    const digest = listed ?? (await source.resolve(tag, options))?.digest;
    if (digest === undefined) return undefined;
    if (listed === undefined) await noteHead(heads, digest, options);
    // Where pulls are counted all of them are added up first.
    if (options.remainingPulls?.() === undefined) await date(digest);
    return { tag, digest };
  };

  const found = await runConcurrently(readAhead(listCounted(source, options)), concurrency, find);
  const tags = found.filter((tag) => tag !== undefined);
  const undated = [...new Set(tags.map(({ digest }) => digest))].filter((digest) => !dates.has(digest));
  await checkBudget(source, undated, options);
  await runConcurrently(undated, concurrency, (digest) => date(digest));
  return await Promise.all(
    tags.map(async ({ tag, digest }) => ({ tag, digest, created: await dates.get(digest) })),
  );
}

interface FoundTag {
  readonly tag: string;
  readonly digest: Digest;
}

async function* listCounted(
  source: ContentSource,
  { counts = () => true, signal }: DatedTagsOptions,
): AsyncGenerator<ListedTag> {
  for await (const entry of listEntries(source, { signal })) if (counts(entry.tag)) yield entry;
}

async function* listEntries(source: ContentSource, options: CallOptions): AsyncIterable<ListedTag> {
  if (source.listTagDigests !== undefined) yield* source.listTagDigests(options);
  else for await (const tag of source.listTags(options)) yield { tag };
}

/** What the first HEADs told: see {@link isFetchedAtOnce}. */
interface HeadCounts {
  answered: number;
  inCache: number;
}

/** HEADs that tell what a repository is like. */
const firstHeads = 16;

async function noteHead(heads: HeadCounts, digest: Digest, { cache }: DatedTagsOptions): Promise<void> {
  if (heads.answered < firstHeads && (await cache?.read(digest)) !== undefined) heads.inCache += 1;
  heads.answered += 1;
}

/**
 * Whether a HEAD would save nothing: nothing of this repository is in the cache, and its registry does not count pulls,
 * of which fetching by tag makes one for each tag instead of for each digest.
 */
function isFetchedAtOnce(heads: HeadCounts, { remainingPulls }: DatedTagsOptions): boolean {
  if (heads.answered < firstHeads || heads.inCache > 0) return false;
  return remainingPulls !== undefined && remainingPulls() === undefined;
}

/** `undefined` for what a HEAD has to tell more of: a tag that has gone since it was listed, or that is no image. */
async function fetchTag(
  source: ContentSource,
  tag: string,
  { signal }: CallOptions,
): Promise<ManifestContent | undefined> {
  try {
    return await source.fetchManifest(tag, { signal });
  } catch (error) {
    if (saysNothing(error)) return undefined;
    throw error;
  }
}

/** Manifest requests are what Docker Hub counts; an index costs two. HEADs and configurations are free. */
const pullsPerDigest = 2;

async function checkBudget(
  source: ContentSource,
  digests: readonly Digest[],
  { remainingPulls, cache }: DatedTagsOptions,
): Promise<void> {
  const remaining = remainingPulls?.();
  if (remaining === undefined) return;
  const kept = cache === undefined ? [] : await Promise.all(digests.map((digest) => cache.read(digest)));
  const known = kept.filter((bytes) => bytes !== undefined).length;
  const needed = (digests.length - known) * pullsPerDigest;
  if (needed <= remaining) return;
  throw new DiscoveryError(
    `telling the newest tag of ${source.name} takes up to ${needed} pulls, and the registry grants ${remaining} more`,
    {
      code: 'DISCOVERY_BUDGET',
      hint: 'name the tag, exclude tags, log in to the registry for a higher limit, or try again later',
    },
  );
}
