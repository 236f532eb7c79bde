import type { Descriptor } from '../content/descriptor.js';
import { parseManifest } from '../content/manifest.js';
import { isForeignLayerType, isManifestType } from '../content/media-types.js';
import type { ContentDestination } from '../content/store.js';
import { isOciError } from '../errors/oci-error.js';
import { at } from '../errors/place.js';
import type { ContentPlan } from '../plan/plan-content.js';
import type { Digest } from '../reference/digest.js';

/** Content that should be at the destination and is not. */
export interface MissingContent {
  readonly kind: 'manifest' | 'blob';
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** Whether the destination has an image, all of it. Plain data. */
export interface VerifyReport {
  /**
   * `complete`: right digest, and every manifest and blob is there. `incomplete`: right digest, but something below it
   * is missing. `different`: the tag stands for something else. `absent`: there is no such tag.
   */
  readonly outcome: 'complete' | 'incomplete' | 'different' | 'absent';
  /** References as given. */
  readonly source: string;
  readonly destination: string;
  /** What the destination should have. */
  readonly expectedDigest: Digest;
  /** What its tag stands for. */
  readonly digest: Digest | undefined;
  readonly missing: readonly MissingContent[];
  /** Manifests and blobs looked for. */
  readonly checked: number;
}

/** Where to look, with the reference as given, for errors. */
export interface VerifyPlace {
  readonly store: ContentDestination;
  readonly source: string;
  readonly destination: string;
  readonly signal: AbortSignal | undefined;
}

interface Search extends VerifyPlace {
  readonly seen: Set<Digest>;
  readonly missing: MissingContent[];
}

async function checkBlob(search: Search, blob: Descriptor): Promise<void> {
  if (await search.store.hasBlob(blob, { signal: search.signal })) return;
  search.missing.push({ kind: 'blob', digest: blob.digest, sizeBytes: blob.size });
}

async function checkManifest(search: Search, descriptor: Pick<Descriptor, 'digest' | 'size'>): Promise<void> {
  const { digest, size } = descriptor;
  try {
    const manifest = parseManifest(await search.store.fetchManifest(digest, { signal: search.signal }));
    const below =
      manifest.kind === 'index'
        ? manifest.manifests
        : [...(manifest.config === undefined ? [] : [manifest.config]), ...manifest.layers];
    await Promise.all(below.map(async (each) => checkOnce(search, each)));
  } catch (error) {
    if (!isOciError(error, 'OCI_NOT_FOUND')) throw error;
    search.missing.push({ kind: 'manifest', digest, sizeBytes: size });
  }
}

async function checkOnce(search: Search, descriptor: Descriptor): Promise<void> {
  if (search.seen.has(descriptor.digest) || isForeignLayerType(descriptor.mediaType)) return;
  search.seen.add(descriptor.digest);
  await (isManifestType(descriptor.mediaType)
    ? checkManifest(search, descriptor)
    : checkBlob(search, descriptor));
}

/**
 * Looks at the destination for everything an image consists of: manifests are read and hashed, blobs asked for.
 * @param plan what planning the copy came to
 * @throws CopyError of the destination
 */
export async function verifyContent(plan: ContentPlan, place: VerifyPlace): Promise<VerifyReport> {
  const { source, destination } = place;
  const shared = { source, destination, missing: [], checked: 0 };
  if (plan.kind === 'push') {
    const outcome = plan.replaces === undefined ? ('absent' as const) : ('different' as const);
    return { ...shared, outcome, expectedDigest: plan.root.content.digest, digest: plan.replaces };
  }
  const { digest } = plan;
  const search: Search = { ...place, seen: new Set([digest]), missing: [] };
  await at({ side: 'destination', operation: 'verify', reference: destination }, async () =>
    checkManifest(search, { digest, size: plan.root?.content.bytes.length ?? 0 }),
  );
  const { missing, seen } = search;
  return {
    ...shared,
    outcome: missing.length === 0 ? 'complete' : 'incomplete',
    expectedDigest: digest,
    digest,
    missing,
    checked: seen.size,
  };
}
