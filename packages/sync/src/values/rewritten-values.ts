import type { DiscoveredChart, Note, PresetValuesRule } from '@oci-sync/discovery';
import type { RegistryReference } from '@oci-sync/oci-client';
import type { ValuesText } from '@oci-sync/helm-template';

/** Where an image is in the mirror. */
export interface MirrorReference {
  /** Host and port. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** Digest at the mirror: with a platform filter not the source's. Needed for sources pinned by digest only. */
  readonly digest?: string | undefined;
}

/** An image that is in the mirror. */
export interface MirroredImage {
  /** The source as discovery names it: canonical, tag `latest` where a document states none. */
  readonly source: RegistryReference;
  readonly mirror: MirrorReference;
  /** Dotted key of the values that a list or the preset states for it: the only way where there is no chart. */
  readonly helmKey?: string | undefined;
}

/** The part of a discovered chart that is needed to render it again. */
export type RewritableChart = Pick<DiscoveredChart, 'input' | 'name' | 'prepared' | 'values'>;

/** Options of `rewriteValues`. */
export interface RewriteValuesOptions {
  /**
   * The chart with the values it was rendered with. The last of its values files is the one that is updated.
   * Without a chart values are set through `helmKey`, which proves nothing.
   */
  readonly chart?: RewritableChart | undefined;
  /** The values file to update where there is no chart: a path or its text. @default a fresh file */
  readonly valuesFile?: string | ValuesText | undefined;
  /** Only images that really are in the mirror: the others are left alone, and reported. */
  readonly images: readonly MirroredImage[];
  /** Rules of the preset; those of other charts are ignored. @default [] */
  readonly rules?: readonly PresetValuesRule[] | undefined;
  /** What the rules put in for `{registry}` and `{prefix}`. */
  readonly destination: { readonly registry: string; readonly prefix: string };
  readonly signal?: AbortSignal | undefined;
}

/** A step on the way to a value: a key of a map or a position in a list. */
export type ValuesPath = readonly (string | number)[];

/** One value that was set. */
export interface ValuesChange {
  readonly path: ValuesPath;
  /** The path as text: `sub.image.tag`, `sidecars[0].image`. */
  readonly key: string;
  /** What the chart was rendered with, defaults included; `undefined` where there was nothing. */
  readonly before: string | undefined;
  readonly after: string;
  /**
   * - `rendering`: rendering with it showed that it makes the images.
   * - `permission`: the chart refuses images from elsewhere without it.
   * - `rule`: the preset says so; set by rule, not proven by rendering.
   * - `helm-key`: a list or the preset names the key; not proven.
   */
  readonly by: 'rendering' | 'permission' | 'rule' | 'helm-key';
  /** Images it is for, as `registry/repository:tag` of the source; empty for rules and permissions. */
  readonly images: readonly string[];
  /** For rules: what the chart rendered again says, and where; absent when it says nothing. */
  readonly readBack?:
    | { readonly place: string; readonly value: string; readonly agrees: boolean }
    | undefined;
}

/** Where in the rendered chart something stands. */
export interface RenderedPlace {
  readonly template: string;
  /** `Deployment/name`. */
  readonly document: string;
  /** Path inside the document. */
  readonly path: string;
}

/** An image that does not come from the mirror after all. */
export interface RemainingImage extends RenderedPlace {
  /** As the chart writes it with the new values. */
  readonly text: string;
  /**
   * - `not-mirrored`: it is not among the images of the mirror.
   * - `no-value`: no string, number or empty value changes it: the template fixes it.
   * - `untried`: no value that was tried changes it; the chart does not render with others, or they are too many.
   * - `not-settable`: values change it, but none makes it the mirror's.
   * - `shared-value`: the value that would do it makes another image, too, which needs it otherwise.
   * - `overridden`: a `--set` of the user overrides what the file says.
   * - `render-failed`: the chart does not render with it.
   */
  readonly reason:
    | 'not-mirrored'
    | 'no-value'
    | 'untried'
    | 'not-settable'
    | 'shared-value'
    | 'overridden'
    | 'render-failed';
  /** The reason as a sentence, with the keys that it is about. */
  readonly explanation: string;
}

/** Output besides images that the new values change. */
export interface OutputChange extends RenderedPlace {
  /** Shortened, of longer texts the first line that differs; `undefined` where there was nothing. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /**
   * - `value`: it shows a value that was set, such as a version label with the tag.
   * - `checksum`: a digest of output that names images.
   * - `unrelated`: it has nothing to do with images.
   */
  readonly cause: 'value' | 'checksum' | 'unrelated';
}

/** What rendering the chart again with the new values shows. */
export interface ValuesProof {
  /** Every image is at the mirror and nothing unrelated changed. */
  readonly isWhole: boolean;
  /** Places whose image is at the mirror. */
  readonly atMirror: number;
  readonly remaining: readonly RemainingImage[];
  readonly changes: readonly OutputChange[];
}

/** What `rewriteValues` made. */
export interface RewrittenValues {
  /** The updated values file: YAML. The file as it was, where the chart does not render with any change. */
  readonly text: string;
  /** Whether it is the user's file, changed, or a fresh one with only what is needed. */
  readonly base: 'user-file' | 'fresh';
  /** Sorted by key. */
  readonly changes: readonly ValuesChange[];
  /** What the user should know of values that were not set. */
  readonly notes: readonly Note[];
  /** Absent where there is no chart: nothing is proven. */
  readonly proof?: ValuesProof | undefined;
  /** Renders it took, the proof's included. */
  readonly renders: number;
}
