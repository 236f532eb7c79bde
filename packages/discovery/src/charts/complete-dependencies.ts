import { join, resolve } from 'node:path';
import { loadChart, type Chart, type ChartDependency } from '@oci-sync/helm-template';
import type { HelmRepository } from '../discover/discover-options.js';
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
 * oci repositories, `@name` and `alias:name` of known repositories, and `file://` paths. Goes on with what the
 * fetched charts lack. The chart itself is left as it is.
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
  const missing = chart.metadata.dependencies.filter(({ name }) => !present.has(name));
  const locked = missing.length === 0 ? undefined : readLock(chart);
  const fetched = await Promise.all(
    missing.map(async (dependency) => {
      const lock = locked?.find(
        ({ name, repository }) => name === dependency.name && repository === dependency.repository,
      );
      const wanted = lock === undefined ? dependency : { ...dependency, version: lock.version };
      return fetchDependency(wanted, chart, directory, context, level);
    }),
  );
  const vendored = await Promise.all(
    chart.dependencies.map((child) =>
      completeDependencies(
        child,
        directory === undefined ? undefined : join(directory, 'charts', child.metadata.name),
        context,
        level + 1,
      ),
    ),
  );
  const isUnchanged =
    fetched.length === 0 && vendored.every((child, index) => child === chart.dependencies[index]);
  return isUnchanged ? chart : { ...chart, dependencies: [...vendored, ...fetched] };
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
    const child = await loadChart(bytes, { signal: context.signal });
    return await completeDependencies(child, undefined, context, level + 1);
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
