import type { ChartInput } from '@oci-sync/discovery';
import type { RepositorySettings } from '@oci-sync/ecr';

/** Which layer a setting comes from; each wins over those behind it, and all over the preset. */
export type SettingSource = 'flag' | 'environment' | 'file';

/** Where a setting was found. */
export interface SettingOrigin {
  readonly source: SettingSource;
  /** As the user wrote it: `--prefix`, `OCI_SYNC_PREFIX`, `oci-sync.yaml:3`. */
  readonly place: string;
}

/** What the settings file says of one registry. */
export interface RegistrySettings {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly plainHttp?: boolean | undefined;
  /** Paths of PEM files. */
  readonly caFile?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
  /** AWS ECR under a name of its own; with `region`. */
  readonly type?: 'ecr' | undefined;
  readonly region?: string | undefined;
}

/** What a command is told besides its options. */
export interface Settings {
  /** Values of options from the environment and the file, by name in camelCase, where no flag states them. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly origins: ReadonlyMap<string, SettingOrigin>;
  /** Charts of the file, each with values of its own; an option that names charts takes their place. */
  readonly charts: readonly ChartInput[] | undefined;
  /** By host and port. */
  readonly registries: ReadonlyMap<string, RegistrySettings>;
  /** Written into the file itself, instead of the path of one. */
  readonly repositorySettings: RepositorySettings | undefined;
}

/** Those of a command that has none but its flags. */
export const noSettings: Settings = {
  values: {},
  origins: new Map(),
  charts: undefined,
  registries: new Map(),
  repositorySettings: undefined,
};
