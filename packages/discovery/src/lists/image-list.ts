import type { RegistryReference } from '@oci-sync/oci-client';

/** One entry of an image list. */
export interface ListEntry {
  /** Without tag and digest where the newest tag is wanted. */
  readonly reference: RegistryReference;
  /** Destination repository, used as it is. */
  readonly destination?: string | undefined;
  readonly helmKey?: string | undefined;
  /** From 1. */
  readonly line: number;
}
