import type { Provenance } from '../image/provenance.js';

/** Platforms to copy: all that the source has, or a list such as `linux/amd64`, `linux/arm/v7`. */
export type PlannedPlatforms = 'all' | readonly string[];

/** The image to copy. */
export interface PlannedSource {
  /** Host and port, `docker.io` for Docker Hub. */
  readonly registry: string;
  readonly repository: string;
  /** Absent only where the image was asked for by digest alone. */
  readonly tag?: string | undefined;
  /** With `pinned` what to copy; else what the tag stood for when the plan was made, if that was looked up. */
  readonly digest?: string | undefined;
  /** Asked for by digest: the tag, if there is one, only names the copy. */
  readonly pinned: boolean;
}

/** Where the tag of an image comes from. */
export interface TagOrigin {
  /**
   * `given`: the source stated it; `digest`: the source stated a digest; `default`: no tag in a Kubernetes
   * document means `latest`; `newest`, `newest-of-branch`: chosen by creation date; `fallback`: no tag could be
   * chosen, so `latest`.
   */
  readonly rule: 'given' | 'digest' | 'default' | 'newest' | 'newest-of-branch' | 'fallback';
  /** For people: `newest of 412 tags, created 2026-05-04T10:00:00.000Z`. */
  readonly detail: string;
}

/** One image of a plan. */
export interface PlannedImage {
  readonly source: PlannedSource;
  readonly destination: {
    readonly repository: string;
    readonly tag: string;
  };
  readonly platforms: PlannedPlatforms;
  readonly tagOrigin: TagOrigin;
  readonly group: 'chart' | 'catalog' | 'list';
  /** Key of the Helm values, where a list or the preset states one. */
  readonly helmKey?: string | undefined;
  /** Every place that asks for it, at least one. */
  readonly provenance: readonly Provenance[];
}

/**
 * What to copy where, and why: plain JSON, described by `schema/image-plan.schema.json`. No two images have
 * the same destination.
 */
export interface ImagePlan {
  readonly version: 1;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Destination host and port; absent where it is the caller's own registry, found when the plan is applied. */
  readonly registry?: string | undefined;
  /** Sorted by destination. */
  readonly images: readonly PlannedImage[];
}
