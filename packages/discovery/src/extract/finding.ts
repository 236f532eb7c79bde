import type { RegistryReference } from '@oci-sync/oci-client';
import type { UnresolvedReason } from '../image/discovered-image.js';
import type { DocumentPlace } from '../image/provenance.js';

/** What an extractor found at one place. */
export type Finding =
  | {
      readonly kind: 'image';
      /** Tag `latest` put in where none was written. */
      readonly reference: RegistryReference;
      /** No tag was written. */
      readonly isDefaultTag: boolean;
      readonly place: DocumentPlace;
    }
  | { readonly kind: 'unresolved'; readonly reason: UnresolvedReason; readonly place: DocumentPlace };
