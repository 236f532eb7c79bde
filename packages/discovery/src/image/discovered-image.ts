import type { RegistryReference } from '@oci-sync/oci-client';
import type { DocumentPlace, Provenance } from './provenance.js';

/**
 * Which tag of the repository is meant.
 *
 * - `given`: the reference says it, by tag, digest or both.
 * - `default`: none was written in a Kubernetes document, which means `latest` to the kubelet.
 * - `newest`: the newest by creation date.
 * - `newest-of-branch`: the same among the tags `<branch>-<commit>-<runtime>` of a CodeCollection.
 */
export type WantedTag =
  | { readonly rule: 'given' | 'default' | 'newest' }
  | { readonly rule: 'newest-of-branch'; readonly branch: string };

/** An image some source asks for. */
export interface DiscoveredImage {
  /** Canonical. Neither tag nor digest where the tag is still to be found out; tag `latest` for `default`. */
  readonly reference: RegistryReference;
  readonly wantedTag: WantedTag;
  /** Part of the run's story it belongs to. */
  readonly group: 'chart' | 'catalog' | 'list';
  /** Destination repository stated by a list, used as it is instead of the name template. */
  readonly destination?: string | undefined;
  /** Key of the Helm values that the image belongs to, stated by a list or the preset. */
  readonly helmKey?: string | undefined;
  /** Every place that asks for it, at least one. */
  readonly provenance: readonly Provenance[];
}

/** Why a text that looks like an image could not be made one. */
export type UnresolvedReason =
  /** It still has template or shell placeholders. */
  | 'placeholder'
  /** Only a name: which tag the program that reads it adds cannot be told. */
  | 'no-tag'
  /** A version range, which a controller in the cluster resolves. */
  | 'version-range'
  /** Not a valid image reference. */
  | 'malformed'
  /** Values of a chart that another controller renders; its images are found by syncing that chart. */
  | 'nested-chart';

/** A place where an image is named, but which one cannot be told without running the program. */
export interface UnresolvedImage extends DocumentPlace {
  readonly reason: UnresolvedReason;
  /** The chart or file as the user named it. */
  readonly origin: string;
  /** Template or file of the document. */
  readonly template: string;
}
