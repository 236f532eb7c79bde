import { parseDigest } from './digest.js';
import { invalidReference } from './invalid-reference.js';
import { isTag } from './name-rules.js';
import { formatVersion } from './format-version.js';
import type { LayoutReference } from './reference.js';

/** What references to OCI image layout directories begin with. */
export const layoutPrefix = 'oci:';

const digestMark = /@sha(?:256|512):/;
const driveRoot = /^[A-Za-z]:[/\\]$/;

/**
 * An OCI image layout reference: `oci:PATH`, `oci:PATH:tag`, `oci:PATH@digest` or `oci:PATH:tag@digest`.
 *
 * Only the last component of the path is looked at, with `/` and `\` both ending a component: there,
 * `@sha256:` or `@sha512:` begins a digest and the last `:` before it a tag. So the colon of a Windows drive is
 * part of the path (`oci:C:\images\alpine:3.20`), and a path whose last component contains a colon is written
 * with a slash after it (`oci:images/a:b/`, `oci:images/a:b/:tag`). Trailing slashes are not part of the path.
 *
 * @throws OciError `OCI_INVALID_REFERENCE`
 */
export function parseLayoutReference(text: string): LayoutReference {
  const rest = text.slice(layoutPrefix.length);
  if (rest.startsWith('//')) {
    throw invalidReference(
      text,
      'begins with oci://',
      'leave out oci:// for a registry; write oci:PATH for an OCI image layout directory',
    );
  }
  if (rest.includes('\0')) throw invalidReference(text, 'the path contains a NUL character');

  const component = lastComponent(rest);
  const mark = component.search(digestMark);
  const digest = mark === -1 ? undefined : component.slice(mark + 1);
  const named = mark === -1 ? component : component.slice(0, mark);
  const colon = named.lastIndexOf(':');
  const tag = colon === -1 ? undefined : named.slice(colon + 1);
  const pathEnd = colon === -1 ? named.length : colon;
  const path = withoutTrailingSlash(rest.slice(0, rest.length - component.length + pathEnd));

  if (path === '')
    throw invalidReference(text, 'the path is missing', 'write oci:PATH, oci:PATH:tag or oci:PATH@digest');
  if (tag !== undefined && !isTag(tag)) {
    throw invalidReference(
      text,
      `"${tag}" is not a tag`,
      'if the colon belongs to the path, put a slash after the path: oci:PATH/ or oci:PATH/:tag',
    );
  }
  return {
    kind: 'layout',
    path,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest: parseDigest(digest) }),
  };
}

/** The reference as text that {@link parseLayoutReference} reads back to the same reference. */
export function formatLayoutReference(reference: LayoutReference): string {
  const separator = /[:@]/.test(lastComponent(reference.path)) ? '/' : '';
  return `${layoutPrefix}${reference.path}${separator}${formatVersion(reference)}`;
}

function lastComponent(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

function withoutTrailingSlash(path: string): string {
  if (driveRoot.test(path)) return path;
  const trimmed = path.replace(/\/+$/, '');
  return trimmed === '' && path !== '' ? '/' : trimmed;
}
