import { fetchAddress, publicAddress } from '../access/fetch-address.js';
import type { FetchBytes } from '../access/fetch-bytes.js';
import { catalogImages, type CatalogImages } from '../catalog/catalog-images.js';
import { parseCatalog } from '../catalog/parse-catalog.js';
import type { CatalogInput } from './discover-options.js';
import { readTextInput } from './read-text-input.js';

/** Longest catalog that is read. */
const longestCatalog = 16 * 1024 * 1024;

/** Options of {@link discoverCatalog}. */
export interface DiscoverCatalogOptions {
  readonly fetchBytes: FetchBytes;
  readonly stdin?: (() => Promise<string>) | undefined;
  readonly defaultBranch?: string | undefined;
  readonly registryPrefix?: string | undefined;
  readonly helmKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a catalog and finds its images.
 * @throws DiscoveryError `DISCOVERY_FETCH`, `DISCOVERY_INPUT_INVALID`
 */
export async function discoverCatalog(
  input: CatalogInput,
  options: DiscoverCatalogOptions,
): Promise<CatalogImages> {
  const { name, text } = await readCatalogText(input.catalog, options);
  const catalog = parseCatalog(name, text);
  const found = catalogImages(catalog, {
    catalog: name,
    branch: input.branch,
    defaultBranch: options.defaultBranch,
    registryPrefix: input.registryPrefix ?? options.registryPrefix,
    helmKey: options.helmKey,
  });
  if (catalog.form === 'built' || input.registryPrefix === undefined) return found;
  const message = `catalog ${name} names its images itself: the registry prefix ${input.registryPrefix} is not used`;
  return { ...found, notes: [...found.notes, { level: 'warning', message }] };
}

async function readCatalogText(
  catalog: string,
  { fetchBytes, stdin, signal }: DiscoverCatalogOptions,
): Promise<{ readonly name: string; readonly text: string }> {
  if (!/^https?:\/\//i.test(catalog)) return readTextInput('catalog', catalog, stdin, signal);
  const bytes = await fetchAddress(fetchBytes, catalog, { maxBytes: longestCatalog, signal });
  return { name: publicAddress(catalog), text: new TextDecoder().decode(bytes) };
}
