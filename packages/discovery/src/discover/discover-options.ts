import type { RenderOptions, ValuesSources } from '@oci-sync/helm-template';
import type { FetchBytes } from '../access/fetch-bytes.js';
import type { OpenSource } from '../access/registry-access.js';
import type { HelmRepository } from '../charts/helm-repository.js';
import type { Preset } from '../preset/preset.js';

/** A text input: a path (`-` is standard input) or a text in memory with a name for messages. */
export type TextInput = string | { readonly name: string; readonly text: string };

/** A chart to render. */
export interface ChartInput {
  /**
   * Directory, `.tgz` file, `repository/chart[@version]`, `https://` address of an archive or a chart
   * (`https://host/charts/name`), or `oci://registry/chart[:version]`.
   */
  readonly chart: string;
  /** Version or range, as `helm --version`. @default the newest that is no prerelease */
  readonly version?: string | undefined;
  readonly values?: ValuesSources | undefined;
  readonly render?: Pick<
    RenderOptions,
    'releaseName' | 'namespace' | 'kubeVersion' | 'apiVersions' | 'skipSchemaValidation'
  >;
}

/** Where CodeCollections come from. */
export interface CatalogInput {
  /** `https://` address or path. */
  readonly catalog: string;
  /** Branch whose images are wanted. @default each entry's own, else `main` */
  readonly branch?: string | undefined;
  /** Registry and path in front of the names that the old form builds. @default the preset's */
  readonly registryPrefix?: string | undefined;
}

/** What happens during discovery, for a run's story. */
export type DiscoveryEvent =
  | { readonly type: 'chart-loading'; readonly chart: string }
  | {
      readonly type: 'chart-rendered';
      readonly chart: string;
      readonly name: string;
      readonly version: string;
      readonly images: number;
    }
  | { readonly type: 'catalog-reading'; readonly catalog: string }
  | { readonly type: 'catalog-read'; readonly catalog: string; readonly images: number }
  | { readonly type: 'list-read'; readonly list: string; readonly images: number }
  | { readonly type: 'manifests-read'; readonly file: string; readonly images: number }
  | { readonly type: 'fallback'; readonly list: 'chart' | 'catalog'; readonly reason: string };

/** Options of `discoverImages`. */
export interface DiscoverOptions {
  /** Opens repositories of registries, for charts at `oci://`. */
  readonly open: OpenSource;
  /** Fetches chart repositories, chart archives and catalogs. */
  readonly fetchBytes: FetchBytes;
  /** Defaults and static lists. @default none: only what the other options name */
  readonly preset?: Preset | undefined;
  /** Charts. `undefined`: the preset's. A chart `''`: the preset's static list in its place. */
  readonly charts?: readonly ChartInput[] | undefined;
  /** `undefined`: the preset's. A catalog `''`: none. */
  readonly catalog?: CatalogInput | undefined;
  /** Image lists. */
  readonly lists?: readonly TextInput[] | undefined;
  /** Single references. */
  readonly images?: readonly string[] | undefined;
  /** Kubernetes manifests. */
  readonly manifests?: readonly TextInput[] | undefined;
  /** Text of `-`. @default not available */
  readonly stdin?: (() => Promise<string>) | undefined;
  /** A source that fails is an error instead of being replaced by a static list. @default false */
  readonly noFallback?: boolean | undefined;
  /** Count images that only values name (confidence `potential`). @default false */
  readonly allImages?: boolean | undefined;
  /** Chart repositories by name, before those of the preset. */
  readonly helmRepositories?: readonly HelmRepository[] | undefined;
  /** Helm's own repositories.yaml; one that is not there is no error. @default none */
  readonly helmRepositoriesFile?: string | undefined;
  /** Folder for chart archives, shared by concurrent runs. @default no cache */
  readonly cacheDirectory?: string | undefined;
  /** Prereleases count when a version is chosen, as `helm --devel`. @default false */
  readonly devel?: boolean | undefined;
  readonly onEvent?: ((event: DiscoveryEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}
