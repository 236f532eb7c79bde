import type { ImagePlan, PlannedImage } from '@oci-sync/discovery';
import type { CopyOutcome, CopyRequest } from '@oci-sync/oci-client';
import type { Copier } from '../copier/create-copier.js';
import { copyRequest } from './copy-requests.js';
import { reportedError } from './reported-error.js';
import type { SyncOptions } from './sync-options.js';
import type { SyncedImage } from './sync-report.js';

/** What {@link copyImages} needs of a run. */
export interface CopyImagesOptions extends Pick<
  SyncOptions,
  'concurrency' | 'failFast' | 'missingPlatform' | 'referrers' | 'signal'
> {
  readonly registry: string;
  /** Copy the digests the plan names. */
  readonly exact: boolean;
}

interface Work {
  readonly image: PlannedImage;
  readonly request: CopyRequest;
}

function workOf(plan: ImagePlan, options: CopyImagesOptions): readonly Work[] {
  return plan.images.map((image) => ({ image, request: copyRequest(image, options) }));
}

function syncedImage({ image, request }: Work, outcome: CopyOutcome | undefined): SyncedImage {
  const { source, destination } = request;
  const shared = { image, source, destination };
  if (outcome === undefined) return { ...shared, outcome: 'not-started' };
  switch (outcome.outcome) {
    case 'skipped':
      return { ...shared, outcome: 'not-started' };
    case 'failed':
      return { ...shared, outcome: 'failed', error: reportedError(outcome.error) };
    default:
      return { ...shared, outcome: outcome.outcome, report: outcome.report };
  }
}

/** Copies a plan's images. Resolves with one entry for each, also when the signal stops it. */
export async function copyImages(
  copier: Copier,
  plan: ImagePlan,
  options: CopyImagesOptions,
): Promise<readonly SyncedImage[]> {
  const work = workOf(plan, options);
  const outcomes = new Map<CopyRequest, CopyOutcome>();
  const { concurrency, failFast, signal } = options;
  try {
    await copier.copyAll(
      work.map(({ request }) => request),
      { concurrency, failFast, signal, onOutcome: (outcome) => outcomes.set(outcome.request, outcome) },
    );
  } catch (error) {
    // Stopped: what was done until then is known.
    if (signal?.aborted !== true) throw error;
  }
  return work.map((each) => syncedImage(each, outcomes.get(each.request)));
}

/** Foretells what copying a plan's images would do, one that cannot be planned beside the others. */
export async function foretellImages(
  copier: Copier,
  plan: ImagePlan,
  options: CopyImagesOptions,
): Promise<readonly SyncedImage[]> {
  const work = workOf(plan, options);
  const { signal } = options;
  const outcomes = await copier.planAll(
    work.map(({ request }) => request),
    { signal },
  );
  return work.map(({ image, request: { source, destination } }, at) => {
    const outcome = outcomes[at];
    const shared = { image, source, destination };
    if (outcome === undefined) return { ...shared, outcome: 'not-started' };
    return 'plan' in outcome
      ? { ...shared, outcome: 'planned', plan: outcome.plan }
      : { ...shared, outcome: 'failed', error: reportedError(outcome.error) };
  });
}
