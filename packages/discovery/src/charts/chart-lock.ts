import type { Chart, ChartDependency, JsonValue } from '@oci-sync/helm-template';
import { DiscoveryError } from '../errors.js';
import { isObject, textOf } from '../json/json-access.js';
import { parseYamlDocuments } from '../json/yaml-documents.js';
import { sha256Of } from './chart-cache.js';

/** A dependency as locked. */
export interface LockedDependency {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
}

/**
 * The locked versions of a chart's dependencies, in the order of Chart.yaml; `undefined` for a chart without a lock
 * file.
 *
 * @throws DiscoveryError `DISCOVERY_DEPENDENCY` when the lock was made for other dependencies than Chart.yaml has,
 * as `helm dependency build` refuses it.
 */
export function readLock(chart: Chart): readonly LockedDependency[] | undefined {
  if (chart.lock === undefined) return undefined;
  const [lock] = parseYamlDocuments(new TextDecoder().decode(chart.lock)) ?? [];
  const list = isObject(lock) ? lock['dependencies'] : undefined;
  if (!isObject(lock) || !Array.isArray(list)) return undefined;
  const locked = (list as readonly JsonValue[]).map((entry) => ({
    name: isObject(entry) ? (textOf(entry['name']) ?? '') : '',
    version: isObject(entry) ? (textOf(entry['version']) ?? '') : '',
    repository: isObject(entry) ? (textOf(entry['repository']) ?? '') : '',
  }));
  const { dependencies, apiVersion, name } = chart.metadata;
  const digest = textOf(lock['digest']);
  const accepted = [
    lockDigest(dependencies, locked),
    ...(apiVersion === 'v1' ? [oldDigest(dependencies)] : []),
  ];
  if (digest !== undefined && accepted.includes(digest)) return locked;
  throw new DiscoveryError(`the lock file of chart ${name} does not fit the dependencies in its Chart.yaml`, {
    code: 'DISCOVERY_DEPENDENCY',
    hint: 'run helm dependency update on the chart, or remove its lock file',
  });
}

/** What Helm writes as `digest` of Chart.lock: over the dependencies as declared and as locked. */
export function lockDigest(
  dependencies: readonly ChartDependency[],
  locked: readonly LockedDependency[],
): string {
  return digestOfJson([dependencies.map(declaredForm), locked.map(lockedForm)]);
}

/** The digest of requirements.lock that Helm 2 wrote. */
function oldDigest(dependencies: readonly ChartDependency[]): string {
  return digestOfJson({ dependencies: dependencies.map(declaredForm) });
}

/** The fields in the order of Helm's struct, empty ones left out as it does. */
function declaredForm(dependency: ChartDependency): object {
  const { name, version, repository, condition, tags, importValues, alias } = dependency;
  return {
    ...lockedForm({ name, version, repository }),
    ...(condition === '' ? {} : { condition }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(importValues.length === 0 ? {} : { 'import-values': importValues }),
    ...(alias === '' ? {} : { alias }),
  };
}

function lockedForm({ name, version, repository }: LockedDependency): object {
  return { name, ...(version === '' ? {} : { version }), repository };
}

/** Go's encoding/json escapes these five characters, JavaScript does not. */
function digestOfJson(value: object): string {
  const json = JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
  return `sha256:${sha256Of(new TextEncoder().encode(json))}`;
}
