import type { Descriptor } from '../content/descriptor.js';
import { manifestMediaType, parseManifest } from '../content/manifest.js';
import { mediaTypes } from '../content/media-types.js';
import { isOciError, type Side } from '../errors/oci-error.js';
import { descriptorOf, type ContentNode } from '../plan/content-tree.js';
import { createContentReader, walkContent } from '../plan/walk-content.js';
import { digestAlgorithm, digestHex, digestOf, type Digest } from '../reference/digest.js';
import { atDestination, atSource, type CopyContext } from './copy-context.js';
import type { ReferrersReport } from './copy-report.js';
import { pushContent, type PushResult } from './push-content.js';

/** Signatures, attestations and SBOMs as cosign stores them: tags named after the digest. */
const tagSuffixes = ['.sig', '.att', '.sbom'] as const;
/** Signatures of signatures end here. */
const maxDepth = 4;

/** What to look for, and where. */
export interface CopyReferrersRequest {
  /** Manifests that are at the destination now. */
  readonly subjects: readonly ContentNode[];
  /** Manifests of the source that a platform filter left out: their referrers are only counted. */
  readonly leftOut: readonly Digest[];
}

/** What came of it. */
export interface CopiedReferrers {
  readonly report: ReferrersReport & { readonly looked: true };
  readonly pushes: readonly PushResult[];
}

interface Progress {
  readonly context: CopyContext;
  readonly seen: Set<Digest>;
  readonly pushes: PushResult[];
  readonly refused: string[];
  copied: number;
}

/** The tag that stands for a digest where there is no referrers API. Distribution spec, "Referrers Tag Schema". */
function referrersTag(digest: Digest): string {
  return `${digestAlgorithm(digest)}-${digestHex(digest)}`;
}

/** What is wrong with one referrer alone: refused, listed but gone (lists outlive content), or unreadable. */
const ownTroubles: ReadonlySet<string> = new Set([
  'OCI_UNSUPPORTED_CONTENT',
  'OCI_UPLOAD_FAILED',
  'OCI_TAG_IMMUTABLE',
  'OCI_NOT_FOUND',
  'OCI_INVALID_MANIFEST',
  'OCI_TOO_LARGE',
]);

/** Runs a step for one referrer; its own trouble is noted, and the image is complete without it. */
async function noteTrouble<T>(
  progress: Progress,
  name: string,
  step: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if (!isOciError(error) || !ownTroubles.has(error.code)) throw error;
    progress.refused.push(`${name}: ${error.message}`);
    return undefined;
  }
}

/** Copies one referrer; `undefined` when it could not be, which is noted. */
async function copyReferrer(
  progress: Progress,
  name: string,
  tag: string | undefined,
): Promise<ContentNode | undefined> {
  const { context } = progress;
  const reader = createContentReader(context.source, { signal: context.signal });
  return noteTrouble(progress, name, async () => {
    const node = await atSource(context, 'fetch manifest', async () =>
      walkContent(reader, await reader.fetchRoot(name)),
    );
    progress.pushes.push(await pushContent(context, node, { tag, repair: false }));
    progress.copied += 1;
    return node;
  });
}

/** What a cosign tag stands for; some registries answer 403 for a tag that is not there (Artifactory). */
async function resolveTag(context: CopyContext, side: Side, tag: string): Promise<Descriptor | undefined> {
  const { source, destination, signal } = context;
  try {
    return side === 'source'
      ? await atSource(context, 'resolve', async () => source.resolve(tag, { signal }))
      : await atDestination(context, 'resolve', async () => destination.resolve(tag, { signal }));
  } catch (error) {
    if (isOciError(error, 'OCI_DENIED')) return undefined;
    throw error;
  }
}

async function fetchFallbackIndex(context: CopyContext, tag: string): Promise<readonly Descriptor[]> {
  const { destination, signal } = context;
  if ((await destination.resolve(tag, { signal })) === undefined) return [];
  const manifest = parseManifest(await destination.fetchManifest(tag, { signal }));
  return manifest.kind === 'index' ? manifest.manifests : [];
}

/** Keeps the list of referrers where the registry does not: an index under the fallback tag. */
async function updateFallbackTag(
  context: CopyContext,
  subject: Digest,
  added: readonly Descriptor[],
): Promise<void> {
  const { destination, signal } = context;
  const tag = referrersTag(subject);
  const present = await fetchFallbackIndex(context, tag);
  const missing = added.filter((each) => !present.some((known) => known.digest === each.digest));
  if (missing.length === 0) return;
  const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [...present, ...missing] };
  const bytes = new TextEncoder().encode(JSON.stringify(index));
  const content = {
    mediaType: manifestMediaType(mediaTypes.ociIndex, bytes),
    digest: digestOf(bytes),
    bytes,
  };
  await destination.pushManifest(content, { tag, signal });
}

/** One writer at a time for each subject: the index is read, changed and written. */
async function serialised(context: CopyContext, subject: Digest, task: () => Promise<void>): Promise<void> {
  const referrerUpdates = (context.repository.referrerUpdates ??= new Map());
  const before = referrerUpdates.get(subject) ?? Promise.resolve();
  const mine = before.catch(() => undefined).then(task);
  referrerUpdates.set(subject, mine);
  await mine;
}

/** What refers to a manifest of the source. */
interface FoundReferrers {
  readonly subject: Digest;
  /** By the referrers API, or the fallback tag. */
  readonly listed: readonly Descriptor[];
  /** Cosign's tags that are there, with what they stand for. */
  readonly tagged: readonly { readonly tag: string; readonly digest: Digest }[];
}

/** Asks for everything at the same time: it is four requests for each manifest, mostly in vain. */
async function findReferrers(context: CopyContext, subject: Digest): Promise<FoundReferrers> {
  const { source, signal } = context;
  const [listed, ...tagged] = await Promise.all([
    atSource(context, 'list referrers', async () => source.listReferrers(subject, { signal }), subject),
    ...tagSuffixes.map(async (suffix) => {
      const tag = `${referrersTag(subject)}${suffix}`;
      const found = await resolveTag(context, 'source', tag);
      return found === undefined ? [] : [{ tag, digest: found.digest }];
    }),
  ]);
  return { subject, listed: listed.descriptors, tagged: tagged.flat() };
}

async function copyListed(
  progress: Progress,
  { subject, listed }: FoundReferrers,
  depth: number,
): Promise<void> {
  const { context } = progress;
  const { destination, signal } = context;
  const pushed: Descriptor[] = [];
  for (const referrer of listed) {
    if (progress.seen.has(referrer.digest)) continue;
    progress.seen.add(referrer.digest);
    const node = await copyReferrer(progress, referrer.digest, undefined);
    if (node === undefined) continue;
    const { artifactType, annotations } = referrer;
    pushed.push({ ...descriptorOf(node), artifactType, annotations });
    if (depth < maxDepth) {
      await copyFound(progress, await findReferrers(context, node.content.digest), depth + 1);
    }
  }
  if (pushed.length === 0) return;
  const noteAtDestination = async (): Promise<void> => {
    // Asked, not concluded from OCI-Subject, which some registries answered without having the API (registry note: ECR).
    const { from } = await destination.listReferrers(subject, { signal });
    if (from === 'tag')
      await serialised(context, subject, async () => updateFallbackTag(context, subject, pushed));
  };
  await noteTrouble(progress, referrersTag(subject), async () =>
    atDestination(context, 'list referrers', noteAtDestination, subject),
  );
}

async function copyTagged(progress: Progress, { tagged }: FoundReferrers): Promise<void> {
  for (const { tag, digest } of tagged) {
    const present = await resolveTag(progress.context, 'destination', tag);
    if (present?.digest !== digest) await copyReferrer(progress, tag, tag);
  }
}

async function copyFound(progress: Progress, found: FoundReferrers, depth: number): Promise<void> {
  await copyListed(progress, found, depth);
  await copyTagged(progress, found);
}

/**
 * Copies what refers to the manifests of an image, after the image: referrers (and theirs, four deep) by digest,
 * cosign's `sha256-<hex>.sig/.att/.sbom` tags by name. Where the destination has no referrers API, the fallback tag's
 * index is kept up to date.
 */
export async function copyReferrers(
  context: CopyContext,
  request: CopyReferrersRequest,
): Promise<CopiedReferrers> {
  const progress: Progress = { context, seen: new Set(), pushes: [], refused: [], copied: 0 };
  const find = async (digests: readonly Digest[]): Promise<readonly FoundReferrers[]> =>
    Promise.all(digests.map(async (digest) => findReferrers(context, digest)));
  const [found, leftOut] = await Promise.all([
    find(request.subjects.map(({ content }) => content.digest)),
    find(request.leftOut),
  ]);
  for (const each of found) await copyFound(progress, each, 1);
  return {
    report: {
      looked: true,
      copied: progress.copied,
      leftOut: leftOut.reduce((sum, { listed, tagged }) => sum + listed.length + tagged.length, 0),
      refused: progress.refused,
    },
    pushes: progress.pushes,
  };
}
