import {
  createFetchBytes,
  createPlan,
  discoverImages,
  type Discovery,
  type ImagePlan,
  type PlanOptions,
  type PlanResult,
} from '@oci-sync/discovery';
import type { CopyCallOptions } from '@oci-sync/oci-client';
import type { Copier } from '../copier/create-copier.js';
import type { FoundRegistry } from './find-registry.js';
import type { SyncEvent } from './sync-events.js';
import type { SyncDestination, SyncSources } from './sync-options.js';

/** Tells what happens. */
interface EventOptions extends CopyCallOptions {
  readonly onEvent?: ((event: SyncEvent) => void) | undefined;
}

/** {@link discoverImages} over a copier's connections and credentials. */
async function discoverWith(copier: Copier, sources: SyncSources & EventOptions): Promise<Discovery> {
  const { onEvent, signal, ...more } = sources;
  return discoverImages({
    ...more,
    open: async (reference) => copier.open(reference, { signal }),
    fetchBytes: createFetchBytes(copier.client.http),
    onEvent: (event) => onEvent?.({ type: 'discovery', event }),
    signal,
  });
}

/** {@link createPlan} over a copier's connections, for a registry and its naming rules. */
async function planWith(
  copier: Copier,
  images: Discovery['images'],
  options: SyncDestination &
    EventOptions &
    Pick<PlanOptions, 'resolveDigests' | 'cache'> & { readonly destination: FoundRegistry | undefined },
): Promise<PlanResult> {
  const { destination, onEvent, signal, ...more } = options;
  return createPlan(images, {
    ...more,
    registry: destination?.registry,
    nameRules: destination?.isEcr === true ? 'ecr' : 'oci',
    open: async (reference) => copier.open(reference, { signal }),
    remainingPulls: (registry) => copier.client.rateLimitOf(registry)?.remaining,
    onEvent: (event) => onEvent?.({ type: 'planning', event }),
    signal,
  });
}

/** What was planned, and what came before it; a stored plan was not discovered in this run. */
export interface PlannedRun {
  readonly plan: ImagePlan;
  readonly discovery: Discovery | undefined;
  readonly planned: PlanResult | undefined;
}

/** The plan of a run: the stored one, or one made of what is discovered. @throws DiscoveryError */
export async function planRun(
  copier: Copier,
  options: SyncSources & SyncDestination & EventOptions & { readonly plan?: ImagePlan | undefined },
  destination: FoundRegistry,
): Promise<PlannedRun> {
  if (options.plan !== undefined) return { plan: options.plan, discovery: undefined, planned: undefined };
  const discovery = await discoverWith(copier, options);
  const planned = await planWith(copier, discovery.images, { ...options, cache: copier.cache, destination });
  return { plan: planned.plan, discovery, planned };
}
