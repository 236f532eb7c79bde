import type { Digest } from './digest.js';

/** A place in a registry: `registry/repository[:tag][@digest]`. */
export interface RegistryReference {
  readonly kind: 'registry';
  /** Host and port in canonical form: `docker.io`, `127.0.0.1:5000`, `[::1]:5000`. */
  readonly registry: string;
  /** Such as `library/alpine`. */
  readonly repository: string;
  readonly tag?: string | undefined;
  /** Wins over the tag where both are given. */
  readonly digest?: Digest | undefined;
}

/** A place in an OCI image layout directory: `oci:PATH[:tag|@digest]`. */
export interface LayoutReference {
  readonly kind: 'layout';
  readonly path: string;
  readonly tag?: string | undefined;
  readonly digest?: Digest | undefined;
}

/** Where an image is read from or written to. */
export type Reference = RegistryReference | LayoutReference;
