import type { ContentSource, RegistryReference } from '@oci-sync/oci-client';

/** Opens the repository that a reference names, to read from; tag and digest of the reference do not count. */
export type OpenSource = (reference: RegistryReference) => ContentSource | Promise<ContentSource>;
