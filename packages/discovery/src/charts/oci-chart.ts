import {
  digestHex,
  formatReference,
  parseManifest,
  parseReference,
  type ContentSource,
  type Descriptor,
  type RegistryReference,
} from '@oci-sync/oci-client';
import { readBlob } from '../access/read-blob.js';
import type { OpenSource } from '../access/registry-access.js';
import { DiscoveryError, messageOf } from '../errors.js';
import type { ChartFetchContext, FetchedChart } from './chart-repository.js';
import { chooseVersion, type VersionWish } from './choose-version.js';

/** Layers that hold a chart: today's type, and the one of Helm before 3.7. */
const chartLayers = ['application/vnd.cncf.helm.chart.content.v1.tar+gzip', 'application/tar+gzip'];
const longestArchive = 100 * 1024 * 1024;

/** What fetching a chart from a registry needs. */
export interface OciChartContext extends ChartFetchContext {
  readonly open: OpenSource;
}

/**
 * Fetches a chart from a registry. A version in full is the tag (`+` written `_`); a range, or none, is chosen
 * among the tags that are versions, as helm does.
 *
 * @param text `registry/path/chart[:version]`, without `oci://`
 * @throws DiscoveryError `DISCOVERY_CHART_NOT_FOUND`, `DISCOVERY_CHART_INVALID`; OciError of any request.
 */
export async function fetchFromRegistry(
  text: string,
  wish: VersionWish,
  context: OciChartContext,
): Promise<FetchedChart> {
  const reference = readOciReference(text);
  const source = await context.open(reference);
  const chosen = reference.digest ?? reference.tag ?? (await chooseTag(source, wish, context));
  const location = `oci://${formatReference(chosen.includes(':') ? reference : { ...reference, tag: chosen })}`;
  const found = await source.resolve(chosen, { signal: context.signal });
  if (found === undefined) {
    throw new DiscoveryError(`there is no chart ${location}`, { code: 'DISCOVERY_CHART_NOT_FOUND' });
  }
  const layer = await chartLayerOf(source, found, location, context);
  const kept = layer.digest.startsWith('sha256:')
    ? await context.cache.read(digestHex(layer.digest))
    : undefined;
  if (kept !== undefined) return { bytes: kept, location };
  const bytes = await readBlob(source, layer, longestArchive, { signal: context.signal });
  await context.cache.write(bytes);
  return { bytes, location };
}

function readOciReference(text: string): RegistryReference {
  try {
    const reference = parseReference(text.replaceAll('+', '_'));
    if (reference.kind === 'registry') return reference;
  } catch (error) {
    throw invalidReference(text, error);
  }
  throw invalidReference(text, undefined);
}

function invalidReference(text: string, cause: unknown): DiscoveryError {
  const reason = cause === undefined ? 'it is no reference to a registry' : messageOf(cause);
  return new DiscoveryError(`oci://${text} names no chart: ${reason}`, {
    code: 'DISCOVERY_CHART_NOT_FOUND',
    hint: 'write oci://registry/path/chart or oci://registry/path/chart:version',
    cause,
  });
}

async function chooseTag(
  source: ContentSource,
  wish: VersionWish,
  { signal }: OciChartContext,
): Promise<string> {
  const { version } = wish;
  if (version !== undefined && /^v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/.test(version))
    return version.replaceAll('+', '_');
  const tags: { readonly version: string; readonly tag: string }[] = [];
  for await (const tag of source.listTags({ signal })) tags.push({ version: tag.replaceAll('_', '+'), tag });
  return chooseVersion(`chart oci://${source.name}`, tags, wish).tag;
}

async function chartLayerOf(
  source: ContentSource,
  found: Descriptor,
  location: string,
  { signal }: OciChartContext,
): Promise<Descriptor> {
  const manifest = parseManifest(await source.fetchManifest(found.digest, { signal }));
  const layer =
    manifest.kind === 'image'
      ? manifest.layers.find(({ mediaType }) => chartLayers.includes(mediaType))
      : undefined;
  if (layer !== undefined) return layer;
  throw new DiscoveryError(`${location} is no chart`, {
    code: 'DISCOVERY_CHART_INVALID',
    hint: 'the reference may be that of an image; charts are pushed with helm push',
  });
}
