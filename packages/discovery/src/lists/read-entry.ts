import {
  isOciError,
  isRepository,
  isTag,
  parseReference,
  type RegistryReference,
} from '@oci-sync/oci-client';
import type { ListEntry } from './image-list.js';

/** An entry as it stands in a list. Absent and empty text are the same. */
export interface RawEntry {
  readonly image: string;
  readonly tag?: string | undefined;
  readonly destination?: string | undefined;
  readonly helmKey?: string | undefined;
  readonly line: number;
}

/** Checks one entry; what is wrong goes to `report`, and then there is no entry. */
export function readEntry(
  raw: RawEntry,
  report: (line: number, what: string) => void,
): ListEntry | undefined {
  const reference = readReference(raw, report);
  if (reference === undefined) return undefined;
  const destination = raw.destination === '' ? undefined : raw.destination;
  if (destination !== undefined && !isRepository(destination)) {
    report(raw.line, `destination "${destination}" is not a repository name (without registry and tag)`);
    return undefined;
  }
  return {
    reference,
    ...(destination === undefined ? {} : { destination }),
    ...(raw.helmKey === undefined || raw.helmKey === '' ? {} : { helmKey: raw.helmKey }),
    line: raw.line,
  };
}

function readReference(
  { image, tag, line }: RawEntry,
  report: (line: number, what: string) => void,
): RegistryReference | undefined {
  let reference;
  try {
    reference = parseReference(image);
  } catch (error) {
    if (!isOciError(error)) throw error;
    report(line, error.hint === undefined ? error.message : `${error.message}; ${error.hint}`);
    return undefined;
  }
  if (reference.kind === 'layout') {
    report(line, `${image} is an image layout; lists hold images of registries`);
    return undefined;
  }
  if (tag === undefined || tag === '') return reference;
  if (!isTag(tag)) {
    report(line, `"${tag}" is not a tag`);
    return undefined;
  }
  if (reference.tag !== undefined && reference.tag !== tag) {
    report(line, `tag "${tag}" contradicts ${image}`);
    return undefined;
  }
  return { ...reference, tag };
}
