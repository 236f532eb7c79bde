import { resolve } from 'node:path';
import { loadChart, type Chart, type ChartDependency } from '@oci-sync/helm-template';
import type { HelmRepository } from './helm-repository.js';
import { DiscoveryError, messageOf } from '../errors.js';
import { readLock } from './chart-lock.js';
import { repositoryByName, repositoryByUrl } from './chart-repositories.js';
import { fetchFromRepository } from './chart-repository.js';
import { versionFits } from './choose-version.js';
import { fetchFromRegistry, type OciChartContext } from './oci-chart.js';

/** Deepest chain of charts whose dependencies are fetched. */
const deepest = 10;

/** What fetching dependencies needs. */
export interface DependencyContext extends OciChartContext {
  readonly repositories: readonly HelmRepository[];
}

/**
 * The chart with the dependencies that Chart.yaml declares but `charts/` lacks, fetched as `helm dependency build`
 * does: the locked versions where there is a lock file that fits, else what the ranges ask for; from https and
 * oci repositories, `@name` and `alias:name` of known repositories, and `file://` paths, whose
 * own dependencies are fetched too. What is in `charts/`, or comes as an archive, is taken as it is: helm renders
 * such charts without the dependencies they lack.
 *
 * @param directory the chart's folder, which `file://` counts from; `undefined` for archives
 * @throws DiscoveryError `DISCOVERY_DEPENDENCY` with the dependency's name
 */
export async function completeDependencies(
  chart: Chart,
  directory: string | undefined,
  context: DependencyContext,
  level = 0,
): Promise<Chart> {
  if (level > deepest) {
    throw new DiscoveryError(`the dependencies of chart ${chart.metadata.name} are nested too deep`, {
      code: 'DISCOVERY_DEPENDENCY',
      hint: 'a chart may depend on itself through file:// paths',
    });
  }
  const present = new Set(chart.dependencies.map(({ metadata }) => metadata.name));
  const declared = chart.metadata.dependencies;
  const isComplete = declared.every(({ name }) => present.has(name));
  const locked = isComplete ? undefined : readLock(chart);
  const missing = declared
    .map((dependency, index) => ({ ...dependency, version: locked?.[index]?.version ?? dependency.version }))
    .filter(({ name }) => !present.has(name));
  const fetched = await Promise.all(
    missing.map((dependency) => fetchDependency(dependency, chart, directory, context, level)),
  );
  return fetched.length === 0 ? chart : { ...chart, dependencies: [...chart.dependencies, ...fetched] };
}

async function fetchDependency(
  dependency: ChartDependency,
  parent: Chart,
  directory: string | undefined,
  context: DependencyContext,
  level: number,
): Promise<Chart> {
  try {
    if (dependency.repository.startsWith('file://')) {
      return await loadLocal(dependency, directory, context, level);
    }
    const bytes = await download(dependency, context);
    return await loadChart(bytes, { signal: context.signal });
  } catch (error) {
    context.signal?.throwIfAborted();
    throw new DiscoveryError(
      `dependency ${dependency.name} of chart ${parent.metadata.name} cannot be fetched: ${messageOf(error)}`,
      {
        code: 'DISCOVERY_DEPENDENCY',
        hint: error instanceof DiscoveryError ? error.hint : undefined,
        cause: error,
      },
    );
  }
}

async function loadLocal(
  { name, version, repository }: ChartDependency,
  directory: string | undefined,
  context: DependencyContext,
  level: number,
): Promise<Chart> {
  if (directory === undefined) {
    throw new DiscoveryError(`${repository} counts from a chart's folder, and this chart is an archive`, {
      code: 'DISCOVERY_DEPENDENCY',
    });
  }
  const path = resolve(directory, repository.slice('file://'.length));
  const child = await loadChart(path, { signal: context.signal });
  if (!versionFits(`dependency ${name}`, child.metadata.version, version === '' ? '*' : version)) {
    throw new DiscoveryError(
      `the chart at ${repository} is version ${child.metadata.version}, not ${version}`,
      {
        code: 'DISCOVERY_DEPENDENCY',
      },
    );
  }
  return completeDependencies(child, path, context, level + 1);
}

async function download(
  { name, version, repository }: ChartDependency,
  context: DependencyContext,
): Promise<Uint8Array> {
  if (repository === '') {
    throw new DiscoveryError('it names no repository, and charts/ does not have it', {
      code: 'DISCOVERY_DEPENDENCY',
    });
  }
  const alias = /^(?:@|alias:)(.+)$/.exec(repository)?.[1];
  const found =
    alias === undefined
      ? repositoryByUrl(context.repositories, repository)
      : repositoryByName(context.repositories, alias, repository);
  const fetched = found.url.startsWith('oci://')
    ? await fetchFromRegistry(
        `${found.url.slice('oci://'.length).replace(/\/+$/, '')}/${name}`,
        { version },
        context,
      )
    : await fetchFromRepository(found, name, { version }, context);
  return fetched.bytes;
}
