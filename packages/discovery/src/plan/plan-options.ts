import type { ContentCache } from '@oci-sync/oci-client';
import type { OpenSource } from '../access/registry-access.js';
import type { DiscoveredImage } from '../image/discovered-image.js';
import type { Note } from '../image/note.js';
import type { ImagePlan, PlannedPlatforms } from './image-plan.js';

/** What happens while a plan is made. */
export type PlanEvent =
  | { readonly type: 'tags-listing'; readonly repository: string }
  | {
      readonly type: 'tag-chosen';
      readonly repository: string;
      readonly tag: string;
      readonly detail: string;
    };

/** Options of `createPlan`. */
export interface PlanOptions {
  /** Opens source repositories, to list tags and read creation dates. */
  readonly open: OpenSource;
  /** Destination host and port, when known. */
  readonly registry?: string | undefined;
  /** Put in for `{prefix}`. @default '' */
  readonly prefix?: string | undefined;
  /** Destination repository, of `{prefix} {name} {path} {host} {org}`. @default '{prefix}/{name}' */
  readonly nameTemplate?: string | undefined;
  /** Naming rules of the destination. @default 'oci' */
  readonly nameRules?: 'oci' | 'ecr' | undefined;
  /** Destination tag: the source's, or one stamp for the run. @default false */
  readonly dateTags?: boolean | undefined;
  /** @default 'all' */
  readonly platforms?: PlannedPlatforms | undefined;
  /** Tags that never count as newest; `*` and `?` are wildcards. @default [] */
  readonly excludeTags?: readonly string[] | undefined;
  /** Only images that match one of these globs, against `registry/repository` and `registry/repository:tag`. */
  readonly only?: readonly string[] | undefined;
  /** No images that match one of these globs. */
  readonly skip?: readonly string[] | undefined;
  /** Ask what every tag stands for, so that a stored plan can be applied exactly. One HEAD each. @default false */
  readonly resolveDigests?: boolean | undefined;
  /**
   * Pulls a registry still grants, as its last answer said (Docker Hub): finding the newest tag stops before it
   * would use them up. @default unknown everywhere
   */
  readonly remainingPulls?: ((registry: string) => number | undefined) | undefined;
  /** Manifests and configurations of earlier runs, so that the date of a known digest costs no request. @default none */
  readonly cache?: ContentCache | undefined;
  /** Most requests at a time to one repository. @default 48 */
  readonly concurrency?: number | undefined;
  /** The run's moment. @default the system clock */
  readonly now?: Date | undefined;
  readonly onEvent?: ((event: PlanEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An image that could not be planned. The others are. */
export interface PlanFailure {
  readonly image: DiscoveredImage;
  readonly error: Error;
}

/** What making a plan came to. */
export interface PlanResult {
  readonly plan: ImagePlan;
  readonly failures: readonly PlanFailure[];
  readonly notes: readonly Note[];
}
