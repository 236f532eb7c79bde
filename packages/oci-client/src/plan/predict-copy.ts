import type { Descriptor } from '../content/descriptor.js';
import { formatPlatform } from '../content/platform.js';
import type { ContentDestination } from '../content/store.js';
import { isOciError } from '../errors/oci-error.js';
import type { Digest } from '../reference/digest.js';
import { blobsOf, nodesBottomUp } from './content-tree.js';
import type { ContentPlan } from './plan-content.js';

/** What would become of one blob. */
export interface PlannedBlob {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** `mount`: from `from`, where the registry allows it; else it is copied. */
  readonly action: 'copy' | 'mount' | 'existing';
  /** Repository it would be mounted from. */
  readonly from?: string | undefined;
}

/** One manifest that would be pushed. */
export interface PlannedManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly platform?: string | undefined;
}

/** What copying an image would do. Plain data; nothing has been written. */
export interface CopyPlan {
  readonly outcome: 'copy' | 'unchanged';
  /** References as given. */
  readonly source: string;
  readonly destination: string;
  readonly sourceDigest: Digest;
  /** What the destination would have. */
  readonly digest: Digest;
  /** What the destination's tag stands for now. */
  readonly replaces: Digest | undefined;
  /** Platforms that would be pushed, where a filter was given. */
  readonly platforms: readonly string[] | undefined;
  readonly missingPlatforms: readonly string[];
  readonly attestationsLeftOut: number;
  /** Whether the destination repository is there; `undefined` where the registry does not tell. */
  readonly repositoryExists: boolean | undefined;
  /** Children before parents. */
  readonly manifests: readonly PlannedManifest[];
  readonly blobs: readonly PlannedBlob[];
  /** Size of all blobs. */
  readonly bytesTotal: number;
  /** Size of those to be copied. */
  readonly bytesToCopy: number;
}

/** What earlier predictions of the same run will have brought to a registry: digest to repository. */
export type PredictedHolders = Map<string, Map<Digest, string>>;

interface Prediction {
  readonly destination: ContentDestination;
  readonly exists: boolean | undefined;
  readonly holders: Map<Digest, string>;
  readonly signal: AbortSignal | undefined;
}

async function predictBlob(
  { destination, exists, holders, signal }: Prediction,
  blob: Descriptor,
): Promise<PlannedBlob> {
  const { digest, mediaType, size } = blob;
  const planned = { digest, mediaType, sizeBytes: size };
  const from = holders.get(digest);
  const here = destination.mounts?.repository ?? destination.name;
  holders.set(digest, from ?? here);
  if (from !== undefined)
    return from === here ? { ...planned, action: 'existing' } : { ...planned, action: 'mount', from };
  if (exists !== false && (await destination.hasBlob(blob, { signal })))
    return { ...planned, action: 'existing' };
  return { ...planned, action: 'copy' };
}

async function repositoryExists(
  destination: ContentDestination,
  signal: AbortSignal | undefined,
): Promise<boolean | undefined> {
  try {
    return await destination.repositoryExists({ signal });
  } catch (error) {
    if (isOciError(error, 'OCI_DENIED')) return undefined;
    throw error;
  }
}

/**
 * Foretells a copy: which blobs are there, which would be mounted from a repository that has them by then, which sent.
 * Reads only.
 * @param predicted of the images before this one; this one's blobs are added
 */
export async function predictCopy(
  plan: ContentPlan,
  options: {
    readonly source: string;
    readonly destination: string;
    readonly store: ContentDestination;
    readonly predicted: PredictedHolders;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<CopyPlan> {
  const { store, signal } = options;
  const shared = {
    source: options.source,
    destination: options.destination,
    sourceDigest: plan.sourceDigest,
    platforms: plan.choice?.platforms,
    missingPlatforms: plan.choice?.missing ?? [],
    attestationsLeftOut: plan.choice?.attestationsLeftOut ?? 0,
  };
  if (plan.kind === 'unchanged') {
    return {
      outcome: 'unchanged',
      ...shared,
      digest: plan.digest,
      replaces: plan.digest,
      repositoryExists: true,
      manifests: [],
      blobs: [],
      bytesTotal: 0,
      bytesToCopy: 0,
    };
  }
  const nodes = nodesBottomUp(plan.root);
  const wanted = [
    ...new Map(nodes.flatMap((node) => blobsOf(node).blobs).map((blob) => [blob.digest, blob])).values(),
  ];
  const registry = store.mounts?.registry ?? store.name;
  const holders = options.predicted.get(registry) ?? new Map<Digest, string>();
  options.predicted.set(registry, holders);
  const exists = plan.replaces === undefined ? await repositoryExists(store, signal) : true;
  const blobs = await Promise.all(
    wanted.map(async (blob) => predictBlob({ destination: store, exists, holders, signal }, blob)),
  );
  return {
    outcome: 'copy',
    ...shared,
    digest: plan.root.content.digest,
    replaces: plan.replaces,
    repositoryExists: exists,
    manifests: nodes.map((node) => ({
      digest: node.content.digest,
      mediaType: node.content.mediaType,
      sizeBytes: node.content.bytes.length,
      platform: node.platform === undefined ? undefined : formatPlatform(node.platform),
    })),
    blobs,
    bytesTotal: blobs.reduce((sum, blob) => sum + blob.sizeBytes, 0),
    bytesToCopy: blobs.reduce((sum, blob) => (blob.action === 'copy' ? sum + blob.sizeBytes : sum), 0),
  };
}
