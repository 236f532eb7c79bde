/** A chart repository with the name it is used by. */
export interface HelmRepository {
  readonly name: string;
  /** `https://` or `oci://` address. */
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Send the credentials to other hosts the index names, too. @default false */
  readonly passCredentialsAll?: boolean | undefined;
}
