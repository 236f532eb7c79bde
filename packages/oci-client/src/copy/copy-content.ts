import type { ContentCache } from '../content/content-cache.js';
import type { Platform } from '../content/descriptor.js';
import { nodesBottomUp, type ContentNode } from '../plan/content-tree.js';
import { planContent, type ContentPlan } from '../plan/plan-content.js';
import { createContentReader, walkContent } from '../plan/walk-content.js';
import type { Digest } from '../reference/digest.js';
import { atSource, type CopyContext } from './copy-context.js';
import type { BlobCounts, CopyReport } from './copy-report.js';
import { copyReferrers, type CopiedReferrers } from './copy-referrers.js';
import { pushContent, repositoryIsNew, type PushResult } from './push-content.js';

/** One image to copy, both ends open. */
export interface CopyContentRequest {
  /** Tag or digest at the source. */
  readonly sourceName: string;
  /** `undefined` pushes by digest. */
  readonly destinationTag: string | undefined;
  readonly destinationDigest: Digest | undefined;
  /** `undefined` copies everything, byte for byte. */
  readonly platforms: readonly Platform[] | undefined;
  readonly missingPlatform: 'fail' | 'skip';
  readonly referrers: boolean;
  /** Look for everything at the destination, whatever its tag stands for. */
  readonly repair: boolean;
  readonly cache: ContentCache | undefined;
  /** When the copy began, by `performance.now()`. */
  readonly startedAtMs: number;
}

interface Pushed {
  readonly startedAtMs: number;
  readonly plan: ContentPlan;
  readonly pushes: readonly PushResult[];
  readonly referrers: CopiedReferrers | undefined;
}

function countBlobs(pushes: readonly PushResult[]): BlobCounts {
  const outcomes = pushes.flatMap((push) => push.blobs.map((each) => each.outcome));
  const count = (outcome: (typeof outcomes)[number]): number =>
    outcomes.filter((each) => each === outcome).length;
  return {
    copied: count('copied'),
    mounted: count('mounted'),
    existing: count('existing'),
    foreign: pushes.reduce((sum, push) => sum + push.foreignLayers, 0),
  };
}

/** What most reports of a run have in common is there once: a run has as many reports as images. */
const noPlatforms: readonly string[] = [];
const notLooked = { looked: false } as const;

/** Made in one piece: V8 gives what a spread makes a hidden class of its own, which takes more than the report. */
function reportOf(context: CopyContext, { startedAtMs, plan, pushes, referrers }: Pushed): CopyReport {
  const all = [...pushes, ...(referrers?.pushes ?? [])];
  const digest = plan.kind === 'unchanged' ? plan.digest : plan.root.content.digest;
  return {
    outcome: all.some((push) => push.manifestsPushed > 0) ? 'copied' : 'unchanged',
    sourceDigest: plan.sourceDigest,
    digest,
    platforms: plan.choice?.platforms,
    missingPlatforms: plan.choice?.missing ?? noPlatforms,
    attestationsLeftOut: plan.choice?.attestationsLeftOut ?? 0,
    manifestsPushed: all.reduce((sum, push) => sum + push.manifestsPushed, 0),
    blobs: countBlobs(all),
    bytesCopied: all
      .flatMap((push) => push.blobs)
      .reduce((sum, { blob, outcome }) => (outcome === 'copied' ? sum + blob.size : sum), 0),
    referrers: referrers?.report ?? notLooked,
    source: context.sourceReference,
    destination: context.destinationReference,
    requests: { ...context.requests },
    durationMs: Math.round(performance.now() - startedAtMs),
  };
}

/** What is at the destination, for finding what refers to it: an unchanged image was not looked into. */
async function rootOf(context: CopyContext, plan: ContentPlan): Promise<ContentNode> {
  if (plan.root !== undefined) return plan.root;
  const reader = createContentReader(context.source, { signal: context.signal });
  return atSource(context, 'fetch manifest', async () =>
    walkContent(reader, await reader.fetchRoot(plan.sourceDigest)),
  );
}

async function copyAllReferrers(context: CopyContext, plan: ContentPlan): Promise<CopiedReferrers> {
  const root = await rootOf(context, plan);
  const subjects = nodesBottomUp(root);
  // A filtered index is not the source's index any more: what refers to that one would refer to nothing.
  const replaced = subjects.some((node) => node.content.digest === plan.sourceDigest)
    ? []
    : [plan.sourceDigest];
  const leftOut = [...new Set([...(plan.choice?.leftOut ?? []), ...replaced])];
  return copyReferrers(context, { subjects, leftOut });
}

async function pushPlanned(
  context: CopyContext,
  plan: ContentPlan,
  request: CopyContentRequest,
): Promise<readonly PushResult[]> {
  const { destinationTag: tag, repair } = request;
  if (plan.kind === 'unchanged' && !repair) return [];
  const present = plan.kind === 'unchanged' ? plan.digest : plan.replaces;
  if (present !== undefined) context.repository.isNew ??= false;
  const root = await rootOf(context, plan);
  const isTagged = present === root.content.digest;
  return [await pushContent(context, root, { tag: isTagged ? undefined : tag, repair })];
}

/** Plans, and asks meanwhile what pushing needs to know. */
async function planAhead(context: CopyContext, request: CopyContentRequest): Promise<ContentPlan> {
  const { source, destination, sourceReference, destinationReference, signal } = context;
  const ahead: Promise<unknown>[] = [];
  const onAbsent = (): void => {
    context.preconnect();
    // What fails here is asked again, and fails, where it counts.
    ahead.push(repositoryIsNew(context).catch(() => undefined));
  };
  const sides = { source, destination, sourceReference, destinationReference };
  try {
    return await planContent({ ...request, ...sides, onAbsent, signal });
  } finally {
    await Promise.all(ahead);
  }
}

/**
 * Copies one image: finds out what has to be pushed, pushes it, then what refers to it.
 * @throws CopyError; the signal's reason
 */
export async function copyContent(context: CopyContext, request: CopyContentRequest): Promise<CopyReport> {
  const plan = await planAhead(context, request);
  const pushes = await pushPlanned(context, plan, request);
  const referrers = request.referrers ? await copyAllReferrers(context, plan) : undefined;
  return reportOf(context, { startedAtMs: request.startedAtMs, plan, pushes, referrers });
}
