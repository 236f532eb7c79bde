import { stat } from 'node:fs/promises';
import { loadChart, type Chart } from '@oci-sync/helm-template';
import { publicAddress } from '../access/fetch-address.js';
import type { HelmRepository } from './helm-repository.js';
import { DiscoveryError } from '../errors.js';
import { readChartReference, type ChartReference } from './chart-reference.js';
import { repositoryByName, repositoryByUrl } from './chart-repositories.js';
import {
  chartNames,
  fetchArchive,
  fetchFromRepository,
  hasChart,
  type FetchedChart,
} from './chart-repository.js';
import type { VersionWish } from './choose-version.js';
import { completeDependencies, type DependencyContext } from './complete-dependencies.js';
import { fetchFromRegistry } from './oci-chart.js';

/** A chart with all its dependencies, and where it came from. */
export interface LoadedChart {
  readonly chart: Chart;
  /** A path, or the address of the archive without credentials. */
  readonly location: string;
}

/**
 * Loads a chart from wherever the text points to, and fetches the dependencies it lacks.
 *
 * @throws DiscoveryError `DISCOVERY_CHART_NOT_FOUND`, `DISCOVERY_CHART_INVALID`, `DISCOVERY_DEPENDENCY`,
 * `DISCOVERY_FETCH`; HelmTemplateError for content that is no chart; OciError from registries.
 */
export async function loadChartSource(
  text: string,
  wish: VersionWish,
  context: DependencyContext,
): Promise<LoadedChart> {
  const reference = await readChartReference(text);
  const { signal } = context;
  if (reference.kind === 'path') {
    const { path } = reference;
    const chart = await loadChart(path, { signal });
    const directory = (await stat(path)).isDirectory() ? path : undefined;
    return { chart: await completeDependencies(chart, directory, context), location: path };
  }
  const { bytes, location } = await fetchReference(reference, text, wish, context);
  const chart = await loadChart(bytes, { signal });
  return { chart: await completeDependencies(chart, undefined, context), location };
}

function fetchReference(
  reference: Exclude<ChartReference, { kind: 'path' }>,
  text: string,
  wish: VersionWish,
  context: DependencyContext,
): Promise<FetchedChart> {
  if (reference.kind === 'oci') return fetchFromRegistry(reference.text, wish, context);
  if (reference.kind === 'repository') {
    const repository = repositoryByName(context.repositories, reference.repository, text);
    const version = wish.version ?? reference.version;
    return fetchNamed(repository, reference.name, { ...wish, version }, context);
  }
  return reference.isArchive
    ? fetchByUrl(reference.url, context)
    : fetchFromAddress(reference.url, wish, context);
}

async function fetchByUrl(url: URL, context: DependencyContext): Promise<FetchedChart> {
  return { bytes: await fetchArchive(url.href, context), location: publicAddress(url.href) };
}

function fetchNamed(
  repository: HelmRepository,
  name: string,
  wish: VersionWish,
  context: DependencyContext,
): Promise<FetchedChart> {
  if (!repository.url.startsWith('oci://')) return fetchFromRepository(repository, name, wish, context);
  const path = repository.url.slice('oci://'.length).replace(/\/+$/, '');
  return fetchFromRegistry(`${path}/${name}`, wish, context);
}

/** `https://host/charts/name`: chart `name` of the repository `https://host/charts`, or a repository of one chart. */
async function fetchFromAddress(
  url: URL,
  wish: VersionWish,
  context: DependencyContext,
): Promise<FetchedChart> {
  const address = url.href.replace(/\/+$/, '');
  const slash = address.lastIndexOf('/');
  const name = decodeURIComponent(address.slice(slash + 1));
  if (url.pathname.length > 1) {
    const parent = repositoryByUrl(context.repositories, address.slice(0, slash));
    if (await hasChart(parent, name, context)) return fetchFromRepository(parent, name, wish, context);
  }
  const repository = repositoryByUrl(context.repositories, address);
  const names = await chartNames(repository, context);
  const [only] = names;
  if (only !== undefined && names.length === 1) return fetchFromRepository(repository, only, wish, context);
  throw new DiscoveryError(`${publicAddress(address)} is a repository of ${names.length} charts`, {
    code: 'DISCOVERY_CHART_NOT_FOUND',
    hint: `add the name of the chart: ${publicAddress(address)}/name`,
  });
}
