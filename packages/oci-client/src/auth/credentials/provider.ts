import type { CallOptions } from '../../content/store.js';

/** How a registry is told who asks. */
export type Credential =
  | {
      readonly kind: 'basic';
      readonly username: string;
      readonly password: string;
      readonly expiresAt?: Date | undefined;
    }
  /** An OAuth2 refresh token, exchanged at the token endpoint (docker's `identitytoken`). */
  | { readonly kind: 'identity-token'; readonly token: string; readonly username?: string | undefined }
  /** A bearer token sent as it is (docker's `registrytoken`). */
  | { readonly kind: 'registry-token'; readonly token: string };

/** What a credential is wanted for. */
export interface CredentialRequest extends CallOptions {
  /** Host and port as in references, `docker.io` for Docker Hub. */
  readonly registry: string;
  /** Repository, for stores that keep credentials per namespace (podman's auth.json). */
  readonly repository?: string | undefined;
  /** The credential given before was refused as expired: get another, past any cache. @default false */
  readonly refresh?: boolean | undefined;
}

/** A place credentials come from: options, a file, a helper program, the AWS SDK. */
export interface CredentialProvider {
  /** For reports: `DOCKER_AUTH_CONFIG`, `~/.docker/config.json`, `AWS`. Never a secret. */
  readonly name: string;
  /** Given by the user for this registry: a refusal is final and never gives way to the next provider. @default false */
  readonly explicit?: boolean | undefined;
  /**
   * The credential for a registry, or `undefined` when this provider has none for it.
   * @throws OciError `OCI_CREDENTIALS` when it should have one but cannot get it.
   */
  getCredential(request: CredentialRequest): Promise<Credential | undefined>;
}
