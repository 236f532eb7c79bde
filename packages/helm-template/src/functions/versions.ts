import { GoError } from '../go/go-error.js';
import { GoInt, type GoMethod, type GoObject, type GoValue } from '../go/value.js';
import { parseConstraint, satisfies } from '../semver/constraint.js';
import {
  compareVersions,
  formatVersion,
  parseVersion,
  SemverError,
  type Version,
} from '../semver/version.js';
import { fixed, stringAt, type FunctionEntries } from './define.js';

const POINTER_TYPE = '*semver.Version';

/** Semantic versions. */
export const versionFunctions: FunctionEntries = [
  ['semver', fixed(['string'], (args) => new GoVersion(readVersion(stringAt(args, 0)), true))],
  [
    'semverCompare',
    fixed(['string', 'string'], (args) =>
      goErrors(() => {
        const constraint = parseConstraint(stringAt(args, 0));
        return satisfies(parseVersion(stringAt(args, 1)), constraint);
      }),
    ),
  ],
];

/**
 * A `*semver.Version`, or a `semver.Version` as the `Inc` methods give it: methods, and no fields that a template
 * could see. The methods of the pointer are not there for the value.
 */
class GoVersion implements GoObject {
  readonly goObject = true;
  readonly typeName: string;
  readonly kind: 'ptr' | 'struct';
  readonly fields: ReadonlyMap<string, GoValue> = new Map();
  readonly version: Version;

  constructor(version: Version, isPointer: boolean) {
    this.version = version;
    this.typeName = isPointer ? POINTER_TYPE : 'semver.Version';
    this.kind = isPointer ? 'ptr' : 'struct';
  }

  get methods(): ReadonlyMap<string, GoMethod> {
    const own = valueMethods(this.version);
    return this.kind === 'ptr' ? new Map([...own, ...pointerMethods(this.version)]) : own;
  }

  toGoString(): string {
    return formatVersion(this.version);
  }
}

const getter = (call: () => GoValue): GoMethod => ({ parameters: [], call });

function valueMethods(version: Version): ReadonlyMap<string, GoMethod> {
  const number = (value: bigint): GoInt => new GoInt('uint64', value);
  const { major, minor, patch } = version;
  const next = (changed: Partial<Version>): GoVersion => {
    const bumped: Version = { ...version, prerelease: '', metadata: '', ...changed };
    return new GoVersion({ ...bumped, original: leadingV(version) + formatVersion(bumped) }, false);
  };
  return new Map<string, GoMethod>([
    ['Major', getter(() => number(major))],
    ['Minor', getter(() => number(minor))],
    ['Patch', getter(() => number(patch))],
    ['Prerelease', getter(() => version.prerelease)],
    ['Metadata', getter(() => version.metadata)],
    ['String', getter(() => formatVersion(version))],
    ['MarshalJSON', getter(() => Buffer.from(JSON.stringify(formatVersion(version))))],
    ['MarshalText', getter(() => Buffer.from(formatVersion(version)))],
    // A prerelease's next patch version is the release itself.
    ['IncPatch', getter(() => next(version.prerelease === '' ? { patch: patch + 1n } : {}))],
    ['IncMinor', getter(() => next({ minor: minor + 1n, patch: 0n }))],
    ['IncMajor', getter(() => next({ major: major + 1n, minor: 0n, patch: 0n }))],
    ['SetPrerelease', changing(version, 'prerelease')],
    ['SetMetadata', changing(version, 'metadata')],
  ]);
}

function pointerMethods(version: Version): ReadonlyMap<string, GoMethod> {
  const compare = (test: (order: number) => GoValue): GoMethod => ({
    parameters: [POINTER_TYPE],
    call: (other = null) => {
      if (!(other instanceof GoVersion)) {
        throw new GoError('runtime error: invalid memory address or nil pointer dereference');
      }
      return test(compareVersions(version, other.version));
    },
  });
  return new Map<string, GoMethod>([
    ['Original', getter(() => version.original)],
    ['Compare', compare((order) => new GoInt('int', BigInt(Math.sign(order))))],
    ['LessThan', compare((order) => order < 0)],
    ['LessThanEqual', compare((order) => order <= 0)],
    ['GreaterThan', compare((order) => order > 0)],
    ['GreaterThanEqual', compare((order) => order >= 0)],
    ['Equal', compare((order) => order === 0)],
  ]);
}

function leadingV({ original }: Version): string {
  return original.startsWith('v') ? 'v' : '';
}

function changing(version: Version, field: 'prerelease' | 'metadata'): GoMethod {
  return {
    parameters: ['string'],
    call: (value = '') => {
      const text = typeof value === 'string' ? value : '';
      const unchecked = { ...version, [field]: text };
      if (text !== '')
        readVersion(formatVersion({ ...unchecked, ...(field === 'prerelease' && { metadata: '' }) }));
      return new GoVersion({ ...unchecked, original: leadingV(version) + formatVersion(unchecked) }, false);
    },
  };
}

function readVersion(text: string): Version {
  return goErrors(() => parseVersion(text));
}

function goErrors<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof SemverError) throw new GoError(error.message, { cause: error });
    throw error;
  }
}
