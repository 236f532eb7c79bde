import type { RegistryReference } from '@oci-sync/oci-client';
import type { UnresolvedReason } from '../image/discovered-image.js';
import { readRegistryReference } from '../image/reference-text.js';

/** What a text is, as far as images go. */
export type ImageText =
  | { readonly kind: 'image'; readonly reference: RegistryReference }
  | { readonly kind: 'problem'; readonly reason: UnresolvedReason };

/** Template and shell placeholders: `{{ x }}`, `$(X)`, `${X}`, `$X`, `<x>`, `%s`. */
const placeholder = /\{\{|\}\}|\$[({A-Za-z_]|[<>]|%[sdv]/;

/** A tag that is a range or a wildcard of versions. */
const versionRange = /:(?:[~^*]|[<>]=?|!?=|[0-9xX.]*[.](?:\*|[xX])(?:$|\.))/;

const hostPart = String.raw`(?:localhost(?::\d{1,5})?|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?::\d{1,5})?|\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?|[a-z0-9-]+:\d{1,5})`;
const hostQualified = new RegExp(`^${hostPart}/[a-z0-9]`);

/** What no image ends with: pictures and files that keys such as `image` also name. */
const fileEnding =
  /\.(?:png|jpe?g|gif|svg|ico|webp|bmp|iso|qcow2|img|vmdk|tar|tgz|zip|gz|ya?ml|json|html?|css|js|md|sh|txt|xml)$/i;

/**
 * Reads a text that may be an image: the strict grammar of references, less what has another meaning (URLs,
 * paths, files, `system:` names, `host:port` of a service, image IDs).
 */
export function readImageText(text: string): ImageText {
  if (placeholder.test(text)) {
    return { kind: 'problem', reason: versionRange.test(text) ? 'version-range' : 'placeholder' };
  }
  if (versionRange.test(text) && !/\s/.test(text)) return { kind: 'problem', reason: 'version-range' };
  const reference = isOtherThing(text) ? undefined : readRegistryReference(text);
  return reference === undefined ? { kind: 'problem', reason: 'malformed' } : { kind: 'image', reference };
}

function isOtherThing(text: string): boolean {
  return (
    /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ||
    /^(?:[./~]|system:)/.test(text) ||
    fileEnding.test(text) ||
    isServiceAddress(text) ||
    // A number, a version, a size: repository names of digits and dots alone are not used.
    /^v?[\d.]+$/.test(text)
  );
}

/** `name.with.dots:8080`, and `name:8080` with a port that no one uses as a version. */
function isServiceAddress(text: string): boolean {
  const match = /^([^/:@]+):(\d+)$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return false;
  return match[1].includes('.') || match[1] === 'localhost' || /^[1-9]\d{3,4}$/.test(match[2]);
}

/** Whether the text names a registry: `host.domain/…`, `host:port/…`, `localhost/…`. */
export function namesRegistry(text: string): boolean {
  return hostQualified.test(text);
}

/** A reference that names registry and version is an image wherever it stands. */
export function isQualifiedImage(text: string): boolean {
  if (!namesRegistry(text)) return false;
  const read = readImageText(text);
  return read.kind === 'image' && (read.reference.tag !== undefined || read.reference.digest !== undefined);
}

const tokenPattern = new RegExp(
  String.raw`(?<![\w./:@-])${hostPart}/[a-z0-9._/-]+(?::[\w][\w.-]{0,127})?(?:@sha(?:256|512):[a-f0-9]{64,128})?(?![\w/:@{$<%*])`,
  'g',
);

/** Every qualified image inside a longer text, each once. */
export function qualifiedImagesIn(text: string): readonly string[] {
  const found = (text.match(tokenPattern) ?? []).map((token) => token.replace(/[.:-]+$/, ''));
  return [...new Set(found.filter(isQualifiedImage))];
}
