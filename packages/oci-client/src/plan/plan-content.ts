import type { ContentCache } from '../content/content-cache.js';
import type { Descriptor, ManifestContent, Platform } from '../content/descriptor.js';
import { manifestMediaType } from '../content/manifest.js';
import type { ContentDestination, ContentSource } from '../content/store.js';
import { isOciError, OciError } from '../errors/oci-error.js';
import { at } from '../errors/place.js';
import { isDigest, type Digest } from '../reference/digest.js';
import type { ContentNode } from './content-tree.js';
import { readPlatforms } from './read-platforms.js';
import { mayBeWanted, selectPlatforms, type PlatformSelection } from './select-platforms.js';
import { createContentReader, walkContent, type ContentReader } from './walk-content.js';

/** What is to be where. */
export interface PlanContentRequest {
  readonly source: ContentSource;
  /** Both references as given, for errors. */
  readonly sourceReference: string;
  readonly destinationReference: string;
  /** Tag or digest at the source. */
  readonly sourceName: string;
  readonly destination: ContentDestination;
  /** Tag to set at the destination; `undefined` where it is named by digest only. */
  readonly destinationTag: string | undefined;
  /** Digest the result must have, where the destination names one. */
  readonly destinationDigest: Digest | undefined;
  /** @default everything, byte for byte */
  readonly platforms?: readonly Platform[] | undefined;
  /** @default 'fail' */
  readonly missingPlatform?: 'fail' | 'skip' | undefined;
  readonly cache?: ContentCache | undefined;
  /** Told, before the source is asked, that the destination does not have the tag. */
  readonly onAbsent?: (() => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was chosen, without content. */
export type ContentChoice = Omit<PlatformSelection, 'root'>;

/** The answer to "what has to be pushed?". */
export type ContentPlan =
  /** The destination has it already. */
  | {
      readonly kind: 'unchanged';
      readonly sourceDigest: Digest;
      readonly digest: Digest;
      readonly choice: ContentChoice | undefined;
      /** What was chosen, where it had to be looked at (a platform filter). */
      readonly root: ContentNode | undefined;
    }
  | {
      readonly kind: 'push';
      readonly sourceDigest: Digest;
      readonly root: ContentNode;
      /** `undefined` without a platform filter. */
      readonly choice: ContentChoice | undefined;
      /** What the destination has under the tag now. */
      readonly replaces: Digest | undefined;
    };

async function resolveDestination(request: PlanContentRequest): Promise<Descriptor | undefined> {
  const name = request.destinationTag ?? request.destinationDigest;
  if (name === undefined) return undefined;
  const { destination, destinationReference, signal } = request;
  try {
    return await at(
      { side: 'destination', operation: 'resolve', reference: destinationReference },
      async () => destination.resolve(name, { signal }),
    );
  } catch (error) {
    // Some registries answer 403 for a tag that is not there (Artifactory) or grant push without pull: the push will tell.
    if (isOciError(error, 'OCI_DENIED') || isOciError(error, 'OCI_REPOSITORY_MISSING')) return undefined;
    throw error;
  }
}

function choose(
  root: ContentNode,
  request: PlanContentRequest,
  platforms: readonly Platform[],
): PlatformSelection {
  return selectPlatforms(root, { platforms, missingPlatform: request.missingPlatform });
}

async function cachedContent(
  cache: ContentCache | undefined,
  root: Descriptor,
): Promise<ManifestContent | undefined> {
  const bytes = await cache?.read(root.digest);
  return bytes === undefined
    ? undefined
    : { mediaType: manifestMediaType(root.mediaType, bytes), digest: root.digest, bytes };
}

async function walkChosen(
  reader: ContentReader,
  content: ManifestContent,
  request: PlanContentRequest,
): Promise<{ readonly root: ContentNode; readonly choice: ContentChoice | undefined }> {
  const { platforms } = request;
  if (platforms === undefined) return { root: await walkContent(reader, content), choice: undefined };
  const tree = await walkContent(reader, content, (child) => mayBeWanted(child, platforms));
  const { root, ...choice } = choose(await readPlatforms(reader, tree), request, platforms);
  await request.cache?.write(content.digest, content.bytes);
  return { root, choice };
}

function checkPinned(digest: Digest, request: PlanContentRequest): void {
  if (request.destinationDigest === undefined || request.destinationDigest === digest) return;
  throw new OciError(`the destination asks for ${request.destinationDigest}, but ${digest} would be pushed`, {
    code: 'OCI_DIGEST_MISMATCH',
    hint: 'leave the digest out of the destination, or copy the image that has it',
  });
}

async function planFromSource(
  request: PlanContentRequest,
  present: Descriptor | undefined,
): Promise<ContentPlan> {
  const { source, sourceName, signal } = request;
  const reader = createContentReader(source, { cache: request.platforms && request.cache, signal });

  if (present !== undefined) {
    const wanted = isDigest(sourceName)
      ? { mediaType: '', digest: sourceName, size: 0 }
      : await source.resolve(sourceName, { signal });
    if (wanted !== undefined && request.platforms === undefined && wanted.digest === present.digest) {
      checkPinned(present.digest, request);
      return {
        kind: 'unchanged',
        sourceDigest: wanted.digest,
        digest: present.digest,
        choice: undefined,
        root: undefined,
      };
    }
    const known =
      wanted === undefined || request.platforms === undefined
        ? undefined
        : await cachedContent(request.cache, wanted);
    if (known !== undefined) {
      const { root, choice } = await walkChosen(reader, known, request);
      checkPinned(root.content.digest, request);
      if (root.content.digest === present.digest) {
        return { kind: 'unchanged', sourceDigest: known.digest, digest: present.digest, choice, root };
      }
      return { kind: 'push', sourceDigest: known.digest, root, choice, replaces: present.digest };
    }
  }

  const content = await reader.fetchRoot(sourceName);
  const { root, choice } = await walkChosen(reader, content, request);
  const { digest } = root.content;
  checkPinned(digest, request);
  if (digest === present?.digest)
    return { kind: 'unchanged', sourceDigest: content.digest, digest, choice, root };
  return { kind: 'push', sourceDigest: content.digest, root, choice, replaces: present?.digest };
}

/**
 * Finds out what has to be pushed, with the fewest requests: the destination's tag is asked first; where it is there
 * the source is only asked for its digest, and equal digests end it (two HEADs, which no registry counts as a pull).
 * With a platform filter the same holds once the source's index is in the cache.
 *
 * Nothing is written to the destination.
 * @throws CopyError of either side: `OCI_PLATFORM_MISSING`; `OCI_DIGEST_MISMATCH` when the destination names another digest.
 */
export async function planContent(request: PlanContentRequest): Promise<ContentPlan> {
  const present = await resolveDestination(request);
  if (present === undefined) request.onAbsent?.();
  return at({ side: 'source', operation: 'fetch manifest', reference: request.sourceReference }, async () =>
    planFromSource(request, present),
  );
}
