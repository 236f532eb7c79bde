import type {
  CallOptions,
  ContentCache,
  ContentSource,
  Digest,
  ListedTag,
  Platform,
} from '@oci-sync/oci-client';
import { runConcurrently } from '../access/run-concurrently.js';
import { DiscoveryError } from '../errors.js';
import type { DatedTag } from './rank-tags.js';
import { readCreated } from './read-created.js';

/** Options of {@link readDatedTags}. */
export interface DatedTagsOptions extends CallOptions {
  /** Which tags count. @default all */
  readonly counts?: ((tag: string) => boolean) | undefined;
  /** Platform whose configuration decides. @default linux/amd64, else the first image of an index */
  readonly platform?: Platform | undefined;
  readonly cache?: ContentCache | undefined;
  /** Pulls the registry still grants; asked once the tags are resolved. */
  readonly remainingPulls?: (() => number | undefined) | undefined;
  /** @default 16 */
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
 * Requests: the pages of the tag list; a HEAD for each tag whose digest the list does not tell; then for each
 * distinct digest the manifest, the platform's manifest where it is an index, and the configuration, less what
 * the cache holds.
 *
 * @throws DiscoveryError `DISCOVERY_BUDGET` when the registry grants fewer pulls than that takes; OciError of
 * any request.
 */
export async function readDatedTags(
  source: ContentSource,
  options: DatedTagsOptions,
): Promise<readonly ResolvedDatedTag[]> {
  const { counts = () => true, signal, concurrency = 16 } = options;
  const listed: ListedTag[] = [];
  for await (const entry of listEntries(source, { signal })) {
    if (counts(entry.tag)) listed.push(entry);
  }
  const resolved = await runConcurrently(listed, concurrency, (entry) =>
    resolveTag(source, entry, { signal }),
  );
  const tags = resolved.filter((entry) => entry !== undefined);
  const digests = [...new Set(tags.map(({ digest }) => digest))];
  await checkBudget(source, digests, options);
  const dates = new Map<Digest, Date | undefined>();
  await runConcurrently(digests, concurrency, async (digest) => {
    dates.set(digest, await readCreated(source, digest, options));
  });
  return tags.map(({ tag, digest }) => ({ tag, digest, created: dates.get(digest) }));
}

interface ResolvedTag {
  readonly tag: string;
  readonly digest: Digest;
}

async function* listEntries(source: ContentSource, options: CallOptions): AsyncIterable<ListedTag> {
  if (source.listTagDigests !== undefined) yield* source.listTagDigests(options);
  else for await (const tag of source.listTags(options)) yield { tag };
}

/** `undefined` for a tag that has gone since it was listed. */
async function resolveTag(
  source: ContentSource,
  { tag, digest }: ListedTag,
  options: CallOptions,
): Promise<ResolvedTag | undefined> {
  if (digest !== undefined) return { tag, digest };
  const descriptor = await source.resolve(tag, options);
  return descriptor === undefined ? undefined : { tag, digest: descriptor.digest };
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
