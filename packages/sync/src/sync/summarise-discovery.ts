import type { Discovery, PlanResult } from '@oci-sync/discovery';
import { formatReference } from '@oci-sync/oci-client';
import { reportedError } from './reported-error.js';
import type { DiscoverySummary } from './sync-report.js';

/** What discovery and planning said besides the images, as plain data; all empty for a stored plan. */
export function summariseDiscovery(
  discovery: Discovery | undefined,
  planned: PlanResult | undefined,
): DiscoverySummary {
  return {
    fallbacks: discovery?.fallbacks ?? [],
    failures: (discovery?.failures ?? []).map(({ source, error }) => ({
      source,
      error: reportedError(error),
    })),
    planFailures: (planned?.failures ?? []).map(({ image, error }) => ({
      image: formatReference(image.reference),
      error: reportedError(error),
    })),
    unresolved: discovery?.unresolved ?? [],
    entriesWithoutImage: discovery?.entriesWithoutImage ?? [],
    potential: (discovery?.potential ?? []).map(({ reference }) => formatReference(reference)),
    notes: [...(discovery?.notes ?? []), ...(planned?.notes ?? [])],
  };
}
