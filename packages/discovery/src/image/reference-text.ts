import { parseReference, type RegistryReference } from '@oci-sync/oci-client';

/**
 * The text as a reference to a registry, canonical, or `undefined` when it is none (an `oci:` layout included).
 * Never throws.
 */
export function readRegistryReference(text: string): RegistryReference | undefined {
  try {
    const reference = parseReference(text);
    return reference.kind === 'registry' ? reference : undefined;
  } catch {
    return undefined;
  }
}
