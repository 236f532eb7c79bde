import { compareVersions, parseVersion, type Version } from '@oci-sync/helm-template';

/** A tag with the creation date of what it stands for. */
export interface DatedTag {
  readonly tag: string;
  /** `undefined`: none, or one that says nothing. */
  readonly created: Date | undefined;
}

/**
 * Which tag is newer: negative when `a` is. By creation date; without one after all that have one; then by
 * semantic version, highest first, what is none after all that are; then by name, last in the alphabet first.
 */
export function compareTags(a: DatedTag, b: DatedTag): number {
  return compareDates(a, b) || compareAsVersions(b.tag, a.tag) || compareNames(a, b);
}

/** As {@link compareTags} for tags that are no versions: by date, then by name. */
export function compareBranchTags(a: DatedTag, b: DatedTag): number {
  return compareDates(a, b) || compareNames(a, b);
}

function compareDates(a: DatedTag, b: DatedTag): number {
  // Two missing dates give NaN, which is falsy as equality is.
  return (b.created?.getTime() ?? -Infinity) - (a.created?.getTime() ?? -Infinity);
}

function compareNames(a: DatedTag, b: DatedTag): number {
  return a.tag < b.tag ? 1 : a.tag > b.tag ? -1 : 0;
}

function compareAsVersions(a: string, b: string): number {
  const [versionA, versionB] = [asVersion(a), asVersion(b)];
  if (versionA === undefined || versionB === undefined) {
    return Number(versionA !== undefined) - Number(versionB !== undefined);
  }
  return compareVersions(versionA, versionB);
}

function asVersion(tag: string): Version | undefined {
  try {
    return parseVersion(tag);
  } catch {
    return undefined;
  }
}
