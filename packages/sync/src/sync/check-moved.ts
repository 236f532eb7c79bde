import type { ImagePlan, PlannedImage } from '@oci-sync/discovery';
import { OciError, parseReference } from '@oci-sync/oci-client';
import type { Copier } from '../copier/create-copier.js';
import { sourceReference } from './copy-requests.js';

async function currentDigest(
  copier: Copier,
  image: PlannedImage,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { registry, repository, tag } = image.source;
  if (tag === undefined) return undefined;
  const source = await copier.open(parseReference(`${registry}/${repository}`), { signal });
  return (await source.resolve(tag, { signal }))?.digest;
}

/**
 * Checks that every tag of a stored plan still stands for the digest it had. Pinned images cannot move.
 * @throws OciError `OCI_DIGEST_MISMATCH` naming the tags that moved; of the source when a tag cannot be asked for
 */
export async function checkMoved(
  copier: Copier,
  plan: ImagePlan,
  signal: AbortSignal | undefined,
): Promise<void> {
  const tagged = plan.images.filter(
    ({ source }) => !source.pinned && source.tag !== undefined && source.digest !== undefined,
  );
  const now = await Promise.all(
    tagged.map(async (image) => ({ image, digest: await currentDigest(copier, image, signal) })),
  );
  const moved = now.filter(({ image, digest }) => digest !== image.source.digest);
  const [first] = moved;
  if (first === undefined) return;
  const others = moved.length === 1 ? '' : ` and ${moved.length - 1} more`;
  throw new OciError(
    `the plan is out of date: ${sourceReference(first.image, false)}${others} ${first.digest === undefined ? 'is no longer there' : `stands for ${first.digest} now, not for ${first.image.source.digest}`}`,
    { code: 'OCI_DIGEST_MISMATCH', hint: 'make the plan again, or allow moved tags' },
  );
}
