import { formatVersion } from './format-version.js';
import { formatLayoutReference } from './layout-reference.js';
import type { Reference } from './reference.js';

/**
 * The reference in full, as text that `parseReference` reads back to the same reference:
 * `docker.io/library/alpine:3.20`, `oci:images/alpine:3.20`.
 */
export function formatReference(reference: Reference): string {
  if (reference.kind === 'layout') return formatLayoutReference(reference);
  return `${reference.registry}/${reference.repository}${formatVersion(reference)}`;
}
