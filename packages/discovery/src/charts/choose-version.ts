import {
  compareVersions,
  parseConstraint,
  parseVersion,
  satisfies,
  SemverError,
  type Constraint,
  type Version,
} from '@oci-sync/helm-template';
import { DiscoveryError } from '../errors.js';

/** How a version is chosen. */
export interface VersionWish {
  /** A version or a range. @default any that is no prerelease */
  readonly version?: string | undefined;
  /** Prereleases count where no version is given, as `helm --devel`. @default false */
  readonly devel?: boolean | undefined;
}

/**
 * The version of a chart that helm would take: the one written exactly so, else the highest that meets the range.
 * Texts that are no versions never count for a range.
 *
 * @param what for the message, such as `chart web in https://charts.example.com`
 * @throws DiscoveryError `DISCOVERY_CHART_NOT_FOUND` when none fits or the range is none.
 */
export function chooseVersion<Entry extends { readonly version: string }>(
  what: string,
  entries: readonly Entry[],
  { version, devel = false }: VersionWish,
): Entry {
  const wanted = version === undefined || version === '' ? (devel ? '>0.0.0-0' : '*') : version;
  const exact = entries.find((entry) => entry.version === version);
  if (exact !== undefined) return exact;
  const constraint = readConstraint(what, wanted);
  const [best] = entries
    .flatMap((entry) => {
      const parsed = readVersion(entry.version);
      return parsed === undefined || !satisfies(parsed, constraint) ? [] : [{ entry, parsed }];
    })
    .sort((a, b) => compareVersions(b.parsed, a.parsed));
  if (best !== undefined) return best.entry;
  throw new DiscoveryError(`${what} has no version ${version ?? 'that is no prerelease'}`, {
    code: 'DISCOVERY_CHART_NOT_FOUND',
    hint:
      entries.length === 0
        ? undefined
        : `it has ${entries
            .slice(0, 5)
            .map((entry) => entry.version)
            .join(', ')}${entries.length > 5 ? ', …' : ''}`,
  });
}

/** Whether a version meets a range; a version that is none does not. */
export function versionFits(what: string, version: string, range: string): boolean {
  const parsed = readVersion(version);
  return parsed !== undefined && satisfies(parsed, readConstraint(what, range));
}

function readVersion(text: string): Version | undefined {
  try {
    return parseVersion(text);
  } catch (error) {
    if (error instanceof SemverError) return undefined;
    throw error;
  }
}

function readConstraint(what: string, text: string): Constraint {
  try {
    return parseConstraint(text);
  } catch (error) {
    if (!(error instanceof SemverError)) throw error;
    throw new DiscoveryError(`${what}: "${text}" is neither a version nor a range`, {
      code: 'DISCOVERY_CHART_NOT_FOUND',
      cause: error,
    });
  }
}
