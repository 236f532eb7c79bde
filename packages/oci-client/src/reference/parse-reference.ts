import { parseDigest } from './digest.js';
import { invalidReference } from './invalid-reference.js';
import { layoutPrefix, parseLayoutReference } from './layout-reference.js';
import { isRegistry, isRepository, isTag, longestRepository } from './name-rules.js';
import type { LayoutReference, Reference, RegistryReference } from './reference.js';

const hub = 'docker.io';
const hubAlias = 'index.docker.io';
const officialImages = 'library/';
const longestReference = 8192;

/**
 * The text as a reference: `oci:PATH[:tag|@digest]` is an OCI image layout directory (rules at
 * {@link parseLayoutReference}), anything else a registry's `[registry/]repository[:tag][@digest]`.
 *
 * Registry references follow distribution/reference: what stands before the first `/` is a registry when it
 * contains `.` or `:`, is `localhost`, or has an upper-case letter, else the registry is `docker.io`;
 * `index.docker.io` becomes `docker.io`; a Docker Hub name of one component gets `library/`. Tag and digest stay
 * as they are, both if both are there; {@link withDefaultTag} adds `latest` where that is wanted.
 *
 * @throws OciError `OCI_INVALID_REFERENCE`, and nothing else.
 */
export function parseReference(text: string): Reference {
  if (text.length > longestReference) {
    throw invalidReference(text, `is longer than ${longestReference} characters`);
  }
  return text.startsWith(layoutPrefix) ? parseLayoutReference(text) : parseRegistryReference(text);
}

/**
 * The reference with tag `latest` if it names neither tag nor digest: what `docker pull alpine` means by
 * `alpine`, namely `docker.io/library/alpine:latest`.
 */
export function withDefaultTag<R extends RegistryReference | LayoutReference>(reference: R): R {
  if (reference.tag !== undefined || reference.digest !== undefined) return reference;
  return { ...reference, tag: 'latest' };
}

function parseRegistryReference(text: string): RegistryReference {
  refuseCommonMistakes(text);
  const { name, tag, digest } = splitName(text);
  const { registry, repository } = splitRegistry(name);
  if (!isRegistry(registry)) {
    throw invalidReference(text, `"${registry}" is not a host name or address with an optional port`);
  }
  checkRepository(text, repository);
  if (tag !== undefined && !isTag(tag)) {
    throw invalidReference(
      text,
      `"${tag}" is not a tag`,
      'a tag has at most 128 letters, digits, "_", "." and "-", and starts with none of the last two',
    );
  }
  return {
    kind: 'registry',
    registry,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest: parseDigest(digest) }),
  };
}

function refuseCommonMistakes(text: string): void {
  if (text === '') throw invalidReference(text, 'is empty');
  if (text !== text.trim()) throw invalidReference(text, 'begins or ends with white space');
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0];
  if (scheme !== undefined) {
    throw invalidReference(
      text,
      `begins with ${scheme}`,
      `leave out ${scheme}: write registry/repository:tag`,
    );
  }
  if (/^[a-f0-9]{64}$/.test(text)) {
    throw invalidReference(
      text,
      'is 64 hex digits, which would be an image ID and not a repository',
      `write repository@sha256:${text} for a digest`,
    );
  }
}

interface SplitName {
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

function splitName(text: string): SplitName {
  const at = text.indexOf('@');
  const digest = at === -1 ? undefined : text.slice(at + 1);
  const named = at === -1 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  if (colon === -1 || colon < named.lastIndexOf('/')) return { name: named, tag: undefined, digest };
  return { name: named.slice(0, colon), tag: named.slice(colon + 1), digest };
}

function splitRegistry(name: string): { readonly registry: string; readonly repository: string } {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const isHost = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase();
  const registry = !isHost || first === hubAlias ? hub : first;
  const repository = isHost ? name.slice(slash + 1) : name;
  const short = registry === hub && !repository.includes('/');
  return { registry, repository: short ? officialImages + repository : repository };
}

function checkRepository(text: string, repository: string): void {
  if (repository.length > longestRepository) {
    throw invalidReference(text, `the repository name is longer than ${longestRepository} characters`);
  }
  if (isRepository(repository)) return;
  if (isRepository(repository.toLowerCase())) {
    throw invalidReference(
      text,
      `repository "${repository}" has upper-case letters`,
      `repository names are lower-case: try "${repository.toLowerCase()}"`,
    );
  }
  throw invalidReference(
    text,
    `"${repository}" is not a repository name`,
    'a repository name is made of lower-case letters and digits, separated by ".", "_", "__", "-" or "/"',
  );
}
