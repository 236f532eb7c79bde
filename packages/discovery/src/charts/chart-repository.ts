import { fetchAddress, publicAddress } from '../access/fetch-address.js';
import type { FetchBytes } from '../access/fetch-bytes.js';
import type { HelmRepository } from './helm-repository.js';
import { DiscoveryError } from '../errors.js';
import { sha256Of, type ChartCache } from './chart-cache.js';
import { chooseVersion, type VersionWish } from './choose-version.js';
import { readIndexEntries, readIndexNames, type IndexEntry } from './repository-index.js';

/** Longest index; Bitnami's was 30 MB. */
const longestIndex = 128 * 1024 * 1024;
/** Longest archive: Helm's own bound for a whole chart. */
const longestArchive = 100 * 1024 * 1024;

/** What fetching charts needs. */
export interface ChartFetchContext {
  readonly fetchBytes: FetchBytes;
  readonly cache: ChartCache;
  /** Indexes fetched in this run, by address. */
  readonly indexes: Map<string, Promise<string>>;
  readonly signal?: AbortSignal | undefined;
}

/** An archive and where it came from. */
export interface FetchedChart {
  readonly bytes: Uint8Array;
  readonly location: string;
}

/**
 * Fetches a chart out of an https repository: index, version as helm chooses it, archive, checked against the
 * digest that the index states.
 *
 * @throws DiscoveryError `DISCOVERY_CHART_NOT_FOUND`, `DISCOVERY_CHART_INVALID`, `DISCOVERY_FETCH`
 */
export async function fetchFromRepository(
  repository: HelmRepository,
  name: string,
  wish: VersionWish,
  context: ChartFetchContext,
): Promise<FetchedChart> {
  const address = publicAddress(repository.url);
  const entries = readIndexEntries(address, await fetchIndex(repository, context), name);
  if (entries === undefined) {
    throw new DiscoveryError(`chart ${name} is not in ${address}`, { code: 'DISCOVERY_CHART_NOT_FOUND' });
  }
  const entry = chooseVersion(`chart ${name} in ${address}`, entries, wish);
  const [first] = entry.urls;
  if (first === undefined) {
    throw new DiscoveryError(`${address} names no address for ${name} ${entry.version}`, {
      code: 'DISCOVERY_CHART_INVALID',
    });
  }
  const location = archiveAddress(repository.url, first);
  return { bytes: await fetchEntry(repository, entry, location, context), location: publicAddress(location) };
}

/** Whether a repository's index has a chart; an index that cannot be fetched has none. */
export async function hasChart(
  repository: HelmRepository,
  name: string,
  context: ChartFetchContext,
): Promise<boolean> {
  try {
    const text = await fetchIndex(repository, context);
    return readIndexEntries(publicAddress(repository.url), text, name) !== undefined;
  } catch (error) {
    context.signal?.throwIfAborted();
    if (error instanceof DiscoveryError) return false;
    throw error;
  }
}

/** Names of the charts in a repository. */
export async function chartNames(
  repository: HelmRepository,
  context: ChartFetchContext,
): Promise<readonly string[]> {
  return readIndexNames(publicAddress(repository.url), await fetchIndex(repository, context));
}

/** Fetches an archive by its address. */
export function fetchArchive(url: string, context: ChartFetchContext): Promise<Uint8Array> {
  const { signal } = context;
  return fetchAddress(context.fetchBytes, url, { maxBytes: longestArchive, signal });
}

function fetchIndex(repository: HelmRepository, context: ChartFetchContext): Promise<string> {
  const url = archiveAddress(repository.url, 'index.yaml');
  const known = context.indexes.get(url);
  if (known !== undefined) return known;
  const fetched = fetchAddress(context.fetchBytes, url, {
    maxBytes: longestIndex,
    headers: credentialsFor(repository, url),
    signal: context.signal,
  }).then((bytes) => new TextDecoder().decode(bytes));
  context.indexes.set(url, fetched);
  return fetched;
}

async function fetchEntry(
  repository: HelmRepository,
  { digest }: IndexEntry,
  url: string,
  context: ChartFetchContext,
): Promise<Uint8Array> {
  const kept = digest === undefined ? undefined : await context.cache.read(digest);
  if (kept !== undefined) return kept;
  const bytes = await fetchAddress(context.fetchBytes, url, {
    maxBytes: longestArchive,
    headers: credentialsFor(repository, url),
    signal: context.signal,
  });
  if (digest !== undefined && sha256Of(bytes) !== digest) {
    throw new DiscoveryError(
      `${publicAddress(url)} has sha256 ${sha256Of(bytes)}, but its repository says ${digest}`,
      {
        code: 'DISCOVERY_CHART_INVALID',
        hint: 'the archive or the index was changed; ask who runs the repository',
      },
    );
  }
  await context.cache.write(bytes);
  return bytes;
}

/**
 * An address of an index, counted from the repository's folder; a query of the repository goes along (tokens of
 * signed repositories). @throws DiscoveryError `DISCOVERY_CHART_INVALID` for one that is not http(s), or that
 * leaves https.
 */
function archiveAddress(repository: string, address: string): string {
  if (!URL.canParse(repository)) {
    throw new DiscoveryError(`"${repository}" is no address of a chart repository`, {
      code: 'DISCOVERY_CHART_NOT_FOUND',
      hint: 'a repository is an https:// or oci:// address',
    });
  }
  const base = new URL(repository);
  const folder = new URL(base);
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  folder.search = '';
  const url = URL.canParse(address, folder.href) ? new URL(address, folder) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && base.protocol === 'http:');
  if (url === undefined || !isSafe) {
    throw new DiscoveryError(
      `${publicAddress(repository)} names the address ${publicAddress(address)}, which is refused`,
      {
        code: 'DISCOVERY_CHART_INVALID',
        hint: 'a repository at https:// may only name https:// addresses',
      },
    );
  }
  if (url.search === '' && url.origin === base.origin) url.search = base.search;
  return url.href;
}

/** Credentials go to the repository's own origin, and elsewhere only if the user said so. */
function credentialsFor(
  { url, username, password, passCredentialsAll }: HelmRepository,
  address: string,
): Readonly<Record<string, string>> {
  const isOwn = new URL(url).origin === new URL(address).origin;
  if (username === undefined || (!isOwn && passCredentialsAll !== true)) return {};
  const secret = Buffer.from(`${username}:${password ?? ''}`).toString('base64');
  return { authorization: `Basic ${secret}` };
}
