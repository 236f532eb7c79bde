import type { DiscoveryEvent, PlanEvent } from '@oci-sync/discovery';
import type { CopyEvent } from '@oci-sync/oci-client';

/** What happens during {@link sync}, in the order it happens: the steps, and within them what each part tells. */
export type SyncEvent =
  | {
      readonly type: 'registry-found';
      readonly registry: string;
      readonly region: string | undefined;
      readonly own: boolean;
    }
  | { readonly type: 'discovery'; readonly event: DiscoveryEvent }
  | { readonly type: 'planning'; readonly event: PlanEvent }
  | { readonly type: 'copy-started'; readonly images: number }
  | { readonly type: 'copy'; readonly event: CopyEvent }
  | { readonly type: 'values-rewriting'; readonly chart: string }
  | { readonly type: 'file-written'; readonly path: string };
