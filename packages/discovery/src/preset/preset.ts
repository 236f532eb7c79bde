/** An entry of a preset's static list. */
export interface PresetImage {
  /** `registry/repository[:tag]` */
  readonly image: string;
  readonly helmKey?: string | undefined;
}

/** Values that no rendering leads to, set by rule once the images are mirrored. */
export interface PresetValuesRule {
  /** Name of the chart the rule is for. */
  readonly chart: string;
  /** Dotted key of the values. */
  readonly key: string;
  /** Text with `{registry}` (the mirror's host) and `{prefix}` (the destination prefix). */
  readonly value: string;
  /** Where the chart shows what it made of it: a field of a ConfigMap's data, as the chart names it. */
  readonly readBack: string;
}

/** Built-in defaults of a run: data, no behaviour. */
export interface Preset {
  readonly name: string;
  /** Region used where neither the registry nor the user nor AWS's own chain names one. */
  readonly region?: string | undefined;
  readonly platforms?: readonly string[] | undefined;
  readonly prefix?: string | undefined;
  readonly excludeTags: readonly string[];
  readonly chart?: string | undefined;
  readonly helmRepositories: readonly { readonly name: string; readonly url: string }[];
  readonly catalog?:
    | { readonly catalog: string; readonly branch: string; readonly registryPrefix: string }
    | undefined;
  /** Helm values key by name of the repository's last path segment. */
  readonly helmKeys: Readonly<Record<string, string>>;
  /** Helm values key of catalog images. */
  readonly catalogHelmKey?: string | undefined;
  readonly staticImages: {
    readonly chart: readonly PresetImage[];
    readonly catalog: readonly PresetImage[];
  };
  readonly valuesRules: readonly PresetValuesRule[];
  /** Settings of repositories that have to be created. */
  readonly repositorySettings?:
    | { readonly scanOnPush: boolean; readonly encryption: 'AES256' | 'KMS' }
    | undefined;
}
