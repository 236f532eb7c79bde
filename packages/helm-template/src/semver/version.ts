/** Text that is no version or no constraint. The message is the one Masterminds/semver gives. */
export class SemverError extends Error {
  override readonly name = 'SemverError';
}

/** A version as Masterminds/semver v3 reads it. */
export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  /** Without the leading `-`. */
  readonly prerelease: string;
  /** Without the leading `+`. */
  readonly metadata: string;
  /** The text that was parsed. */
  readonly original: string;
}

const IDENTIFIERS = String.raw`[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*`;
const VERSION = new RegExp(
  String.raw`^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-(${IDENTIFIERS}))?(?:\+(${IDENTIFIERS}))?$`,
);
const UINT64_MAX = (1n << 64n) - 1n;

/**
 * Reads a version leniently, as `semver.NewVersion` does: a leading `v`, missing minor and patch numbers and
 * leading zeros are accepted.
 *
 * @throws SemverError
 */
export function parseVersion(text: string): Version {
  const match = VERSION.exec(text);
  if (match === null) throw new SemverError('invalid semantic version');
  const [, major = '0', minor = '0', patch = '0', prerelease = '', metadata = ''] = match;
  for (const identifier of prerelease.split('.')) {
    if (/^0[0-9]+$/.test(identifier)) throw new SemverError('version segment starts with 0');
  }
  return {
    major: parseNumber(major),
    minor: parseNumber(minor),
    patch: parseNumber(patch),
    prerelease,
    metadata,
    original: text,
  };
}

/** The canonical form: three numbers, prerelease and metadata. */
export function formatVersion({ major, minor, patch, prerelease, metadata }: Version): string {
  return `${major}.${minor}.${patch}${prerelease && `-${prerelease}`}${metadata && `+${metadata}`}`;
}

/** Negative, zero or positive as `a` sorts before, with or after `b`. Metadata doesn't count. */
export function compareVersions(a: Version, b: Version): number {
  return (
    compareNumbers(a.major, b.major) ||
    compareNumbers(a.minor, b.minor) ||
    compareNumbers(a.patch, b.patch) ||
    comparePrereleases(a.prerelease, b.prerelease)
  );
}

/** Order of two prerelease texts; none at all sorts last. */
export function comparePrereleases(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '') return 1;
  if (b === '') return -1;
  const left = a.split('.');
  const right = b.split('.');
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const order = compareIdentifiers(left[index], right[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareIdentifiers(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  const aNumber = identifierNumber(a);
  const bNumber = identifierNumber(b);
  if (aNumber !== undefined && bNumber !== undefined) return compareNumbers(aNumber, bNumber);
  if (aNumber !== undefined) return -1;
  if (bNumber !== undefined) return 1;
  return a < b ? -1 : 1;
}

function identifierNumber(identifier: string): bigint | undefined {
  if (!/^[0-9]+$/.test(identifier)) return undefined;
  const number = BigInt(identifier);
  return number > UINT64_MAX ? undefined : number;
}

function parseNumber(digits: string): bigint {
  const number = BigInt(digits);
  if (number > UINT64_MAX)
    throw new SemverError(`strconv.ParseUint: parsing "${digits}": value out of range`);
  return number;
}

function compareNumbers(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
