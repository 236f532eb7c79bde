/**
 * How sure it is that a text is an image the workload uses.
 *
 * - `certain`: a field that the cluster, or a known operator, pulls from.
 * - `probable`: the text is an image by its form and its place: an environment variable, an argument, a
 *   configuration file inside a ConfigMap.
 * - `declared`: the chart's author lists it in an annotation or in `Images.lock`.
 * - `potential`: values name it, but no rendered document does: it appears once something is enabled.
 */
export type Confidence = 'certain' | 'probable' | 'declared' | 'potential';

/** Where inside Kubernetes documents, or a chart, an image was found. */
export interface DocumentPlace {
  readonly confidence: Confidence;
  /** Name of the rule that found it, such as `container`, `env` or `values`. */
  readonly rule: string;
  /** Kind and name of the document; absent for values, annotations and lock files. */
  readonly documentKind?: string | undefined;
  readonly documentName?: string | undefined;
  /** Path inside the document, the values or the annotation, such as `spec.containers[0].image`. */
  readonly path: string;
  /** What stands there, as written. */
  readonly text: string;
}

/** An image found in a chart. */
export interface ChartProvenance extends DocumentPlace {
  readonly kind: 'chart';
  /** The chart as the user named it. */
  readonly chart: string;
  /** Path of the owning chart inside it: `root`, `root/charts/alias`. */
  readonly chartPath: string;
  /** The file that made the document: a template, or the chart's own `values.yaml`, `Chart.yaml`, `Images.lock`. */
  readonly template: string;
}

/** An image found in Kubernetes manifests that were given as they are. */
export interface ManifestProvenance extends DocumentPlace {
  readonly kind: 'manifest';
  readonly file: string;
  /** Position of the document in the file, from 1. */
  readonly document: number;
}

/** An image of a CodeCollection catalog. */
export interface CatalogProvenance {
  readonly kind: 'catalog';
  /** URL or path of the catalog. */
  readonly catalog: string;
  /** `slug` of the entry, else its name. */
  readonly entry: string;
  /** `image_registry`: the entry names its image; `git_url`: built from its repository and the branch. */
  readonly by: 'image_registry' | 'git_url';
  readonly branch: string;
}

/** An image of a list the user gave. */
export interface ListProvenance {
  readonly kind: 'list';
  readonly list: string;
  /** From 1. */
  readonly line: number;
}

/** An image the user named himself. */
export interface OptionProvenance {
  readonly kind: 'option';
  readonly text: string;
}

/** An image of a preset's static list, and why that list was used. */
export interface StaticProvenance {
  readonly kind: 'static';
  readonly preset: string;
  readonly list: 'chart' | 'catalog';
  readonly reason: string;
}

/** Why an image is wanted. Plain JSON. */
export type Provenance =
  | ChartProvenance
  | ManifestProvenance
  | CatalogProvenance
  | ListProvenance
  | OptionProvenance
  | StaticProvenance;
