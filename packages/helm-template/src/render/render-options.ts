import type { GoMap } from '../go/value.js';
import type { JsonObject } from '../yaml/json-value.js';

/** Bounds of one render. Reaching one is `HELM_LIMIT_EXCEEDED`. */
export interface RenderLimits {
  /** Template nodes executed. Default 50 000 000. */
  readonly maxSteps: number;
  /** Bytes written by templates, `include` and `tpl` results counted. Default 512 MiB. */
  readonly maxOutputBytes: number;
  /** Wall time of one render in milliseconds. Default 120 000. */
  readonly timeBudgetMs: number;
}

/** Which values to compute with; the part of {@link RenderOptions} that decides what a chart's values are. */
export interface ResolveOptions {
  /** The user's values: from `mergeValues`, or a plain object whose numbers count as read from YAML. */
  readonly values?: GoMap | JsonObject | undefined;
  /** Default `release-name`. */
  readonly releaseName?: string | undefined;
  /** Default `default`. */
  readonly namespace?: string | undefined;
  /** As `--kube-version`: `1.31`, `v1.31.2`. Default: that of Helm 4.1.4, v1.35.0. */
  readonly kubeVersion?: string | undefined;
  /** As `--api-versions`: added to Helm's built-in list. */
  readonly apiVersions?: readonly string[] | undefined;
  /** As `--is-upgrade`. Default false. */
  readonly isUpgrade?: boolean | undefined;
  /** As `--skip-schema-validation`. Default false. */
  readonly skipSchemaValidation?: boolean | undefined;
}

export interface RenderOptions extends ResolveOptions {
  /** Documents of `crds/`. Default true (Helm's command line: false). */
  readonly includeCrds?: boolean | undefined;
  /** Documents with a hook annotation. Default true. */
  readonly includeHooks?: boolean | undefined;
  /** Hooks of the event `test`. Default true. */
  readonly includeTests?: boolean | undefined;
  readonly limits?: Partial<RenderLimits> | undefined;
  /** Random bytes for `randAlphaNum`, `genCA` and the like. Default: node:crypto's `randomBytes`. */
  readonly randomBytes?: ((sizeBytes: number) => Uint8Array) | undefined;
  /** Milliseconds since 1970 for `now` and certificates. Default: `Date.now`. */
  readonly clock?: (() => number) | undefined;
  /** Checked between files; its reason is rethrown as it is. */
  readonly signal?: AbortSignal | undefined;
}

export interface PrepareOptions {
  /** IANA name of the zone in which `date` prints: Go's `Local`. Default: that of the process. */
  readonly timeZone?: string | undefined;
}
