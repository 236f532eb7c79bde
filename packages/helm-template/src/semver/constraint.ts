import { comparePrereleases, compareVersions, parseVersion, SemverError, type Version } from './version.js';

type Operator = '' | '=' | '!=' | '>' | '<' | '>=' | '=>' | '<=' | '=<' | '~' | '~>' | '^';

interface Comparison {
  readonly operator: Operator;
  readonly version: Version;
  /** Some part of the version is a wildcard or missing. */
  readonly partial: boolean;
  readonly anyMinor: boolean;
  readonly anyPatch: boolean;
}

/** A parsed constraint: alternatives, each a list of comparisons that must all hold. */
export interface Constraint {
  readonly alternatives: readonly {
    readonly comparisons: readonly Comparison[];
    /** A comparison names a prerelease, so prereleases may match. */
    readonly withPrereleases: boolean;
  }[];
}

const OPERATOR = String.raw`(?:!=|>=|=>|<=|=<|~>|=|>|<|~|\^|)`;
const IDENTIFIERS = String.raw`[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*`;
const PARTIAL = String.raw`v?[0-9|xX*]+(?:\.[0-9|xX*]+)?(?:\.[0-9|xX*]+)?(?:-${IDENTIFIERS})?(?:\+${IDENTIFIERS})?`;
/** RE2's `\s`, which knows ASCII white space only. */
const SPACE = String.raw`[\t\n\f\r ]`;
const HYPHEN_RANGE = new RegExp(`${SPACE}*(${PARTIAL})${SPACE}+-${SPACE}+(${PARTIAL})${SPACE}*`, 'g');
const FIND = new RegExp(`${OPERATOR}${SPACE}*${PARTIAL}`, 'g');
const STEP = new RegExp(`${SPACE}*${OPERATOR}${SPACE}*${PARTIAL}`, 'y');
const COMPARISON = new RegExp(
  String.raw`^${SPACE}*(${OPERATOR})${SPACE}*v?([0-9|xX*]+)(?:\.([0-9|xX*]+))?(?:\.([0-9|xX*]+))?(-${IDENTIFIERS})?(?:\+(${IDENTIFIERS}))?${SPACE}*$`,
);

/**
 * Reads a constraint of Masterminds/semver v3: `||` for alternatives, `,` or space for and, hyphen ranges,
 * wildcards, and the operators `= != > < >= => <= =< ~ ~> ^`.
 *
 * @throws SemverError
 */
export function parseConstraint(text: string): Constraint {
  const rewritten = text.replace(HYPHEN_RANGE, (_, low: string, high: string) => `>= ${low}, <= ${high} `);
  const alternatives = rewritten.split('||').map((alternative) => {
    if (!isComparisonList(alternative)) throw new SemverError(`improper constraint: ${alternative}`);
    const comparisons = (alternative.match(FIND) ?? []).map(parseComparison);
    return { comparisons, withPrereleases: comparisons.some(({ version }) => version.prerelease !== '') };
  });
  return { alternatives };
}

/** Whether a version meets a constraint. */
export function satisfies(version: Version, constraint: Constraint): boolean {
  return constraint.alternatives.some(({ comparisons, withPrereleases }) => {
    if (version.prerelease !== '' && !withPrereleases) return false;
    return comparisons.every((comparison) => holds(version, comparison));
  });
}

/** Comparisons separated by white space or a comma; scanned step by step, so that no text makes it slow. */
function isComparisonList(text: string): boolean {
  let position = 0;
  for (let first = true; ; first = false) {
    if (!first) {
      const rest = text.slice(position);
      if (/^[\t\n\f\r ]*$/.test(rest)) return true;
      const separator = /^[\t\n\f\r ]*,|^[\t\n\f\r ]+/.exec(rest);
      if (separator === null) return false;
      position += separator[0].length;
    }
    STEP.lastIndex = position;
    const match = STEP.exec(text);
    if (match === null) return false;
    position += match[0].length;
  }
}

function parseComparison(text: string): Comparison {
  const match = COMPARISON.exec(text);
  if (match === null) throw new SemverError(`improper constraint: ${text}`);
  const [, operator = '', major = '', minor, patch, prerelease = '', metadata] = match;
  const anyMajor = isWildcard(major);
  const anyMinor = !anyMajor && isWildcard(minor);
  const anyPatch = !anyMajor && !anyMinor && isWildcard(patch);
  const numbers = anyMajor
    ? '0.0.0'
    : anyMinor
      ? `${major}.0.0`
      : `${major}.${minor}.${anyPatch ? '0' : patch}`;
  const partial = anyMajor || anyMinor || anyPatch;
  const suffix = partial || metadata === undefined ? '' : `+${metadata}`;
  return {
    operator: operator as Operator,
    version: parseBound(`${numbers}${prerelease}${suffix}`),
    partial,
    anyMinor,
    anyPatch,
  };
}

function parseBound(text: string): Version {
  try {
    return parseVersion(text);
  } catch {
    throw new SemverError('constraint parser error');
  }
}

function isWildcard(part: string | undefined): boolean {
  return part === undefined || part === 'x' || part === 'X' || part === '*';
}

function holds(version: Version, comparison: Comparison): boolean {
  const order = compareVersions(version, comparison.version);
  switch (comparison.operator) {
    case '':
    case '=':
      return comparison.partial ? isWithinTilde(version, comparison) : order === 0;
    case '!=':
      return differs(version, comparison);
    case '>':
      return isGreater(version, comparison);
    case '<':
      return order < 0;
    case '>=':
    case '=>':
      return order >= 0;
    case '<=':
    case '=<':
      return isLessOrEqual(version, comparison);
    case '^':
      return isWithinCaret(version, comparison);
    default:
      return isWithinTilde(version, comparison);
  }
}

function differs(version: Version, { version: bound, partial, anyMinor, anyPatch }: Comparison): boolean {
  if (!partial) return compareVersions(version, bound) !== 0;
  if (version.major !== bound.major) return true;
  if (anyMinor) return false;
  if (version.minor !== bound.minor) return true;
  if (anyPatch) return comparePrereleases(version.prerelease, bound.prerelease) !== 0;
  return compareVersions(version, bound) !== 0;
}

function isGreater(version: Version, { version: bound, anyMinor, anyPatch }: Comparison): boolean {
  if (anyMinor || anyPatch) {
    if (version.major !== bound.major) return version.major > bound.major;
    return anyPatch && version.minor > bound.minor;
  }
  return compareVersions(version, bound) > 0;
}

function isLessOrEqual(version: Version, { version: bound, partial, anyMinor }: Comparison): boolean {
  if (!partial) return compareVersions(version, bound) <= 0;
  if (version.major > bound.major) return false;
  return !(version.major === bound.major && version.minor > bound.minor && !anyMinor);
}

function isWithinTilde(version: Version, { version: bound, anyMinor, anyPatch }: Comparison): boolean {
  if (compareVersions(version, bound) < 0) return false;
  const isZero = bound.major === 0n && bound.minor === 0n && bound.patch === 0n;
  if (isZero && !anyMinor && !anyPatch) return true;
  return version.major === bound.major && (anyMinor || version.minor === bound.minor);
}

function isWithinCaret(version: Version, { version: bound, anyMinor, anyPatch }: Comparison): boolean {
  if (compareVersions(version, bound) < 0) return false;
  if (version.major !== bound.major) return false;
  if (bound.major > 0n || anyMinor) return true;
  if (version.minor !== bound.minor) return false;
  return bound.minor > 0n || anyPatch || version.patch === bound.patch;
}
