import {
  isImageConfigType,
  isIndexType,
  isOciError,
  manifestMediaType,
  parseImageConfig,
  parseManifest,
  samePlatform,
  type CallOptions,
  type ContentCache,
  type ContentSource,
  type Descriptor,
  type Digest,
  type ImageManifest,
  type IndexManifest,
  type ManifestContent,
  type Platform,
} from '@oci-sync/oci-client';
import { readBlob } from '../access/read-blob.js';

/** Longest image configuration that is read. */
const longestConfig = 8 * 1024 * 1024;

/** Options of {@link readCreated}. */
export interface ReadCreatedOptions extends CallOptions {
  /** Platform whose configuration counts; without it linux/amd64, else the first image of an index. */
  readonly platform?: Platform | undefined;
  readonly cache?: ContentCache | undefined;
  /** What the digest stands for, where it has been fetched. */
  readonly content?: ManifestContent | undefined;
}

/**
 * When the image that a digest stands for was created: `created` of the platform's configuration. `undefined`
 * where that says nothing: no such platform, no image configuration, no date, a date of 1970 or before (what
 * reproducible builds write), content that cannot be read as an image, or that is gone.
 *
 * @throws OciError when the registry does not answer, or answers with other content than the digest's.
 */
export async function readCreated(
  source: ContentSource,
  digest: Digest,
  options: ReadCreatedOptions,
): Promise<Date | undefined> {
  try {
    const manifest = await readImage(source, digest, options);
    const config = manifest?.config;
    if (config === undefined || !isImageConfigType(config.mediaType)) return undefined;
    const facts = parseImageConfig(await readConfig(source, config, options));
    const isOther =
      options.platform !== undefined &&
      facts.platform !== undefined &&
      !samePlatform(facts.platform, options.platform);
    return isOther || facts.created === undefined || facts.created.getUTCFullYear() <= 1970
      ? undefined
      : facts.created;
  } catch (error) {
    if (saysNothing(error)) return undefined;
    throw error;
  }
}

/** Whether a failure to read an image says that it has no date, rather than that it could not be read. */
export function saysNothing(error: unknown): boolean {
  return (
    isOciError(error, 'OCI_NOT_FOUND') ||
    isOciError(error, 'OCI_INVALID_MANIFEST') ||
    isOciError(error, 'OCI_TOO_LARGE') ||
    isOciError(error, 'OCI_UNSUPPORTED_CONTENT')
  );
}

async function readImage(
  source: ContentSource,
  digest: Digest,
  options: ReadCreatedOptions,
): Promise<ImageManifest | undefined> {
  const top = await readManifest(source, digest, options, options.content);
  if (top.kind === 'image') return top;
  const child = chooseChild(top, options.platform);
  if (child === undefined) return undefined;
  const manifest = await readManifest(source, child.digest, options);
  return manifest.kind === 'image' ? manifest : undefined;
}

function chooseChild(index: IndexManifest, wanted: Platform | undefined): Descriptor | undefined {
  const images = index.manifests.filter(
    ({ platform, mediaType }) => !isIndexType(mediaType) && platform?.os !== 'unknown',
  );
  const platform = wanted ?? { os: 'linux', architecture: 'amd64' };
  const match = images.find(
    (image) => image.platform !== undefined && samePlatform(image.platform, platform),
  );
  return match ?? (wanted === undefined ? images[0] : undefined);
}

async function readManifest(
  source: ContentSource,
  digest: Digest,
  { cache, signal }: ReadCreatedOptions,
  fetched?: ManifestContent,
): Promise<ImageManifest | IndexManifest> {
  const kept = fetched === undefined ? await cache?.read(digest) : undefined;
  if (kept !== undefined)
    return parseManifest({ mediaType: manifestMediaType(undefined, kept), digest, bytes: kept });
  const content = fetched ?? (await source.fetchManifest(digest, { signal }));
  await cache?.write(digest, content.bytes);
  return parseManifest(content);
}

async function readConfig(
  source: ContentSource,
  config: Descriptor,
  { cache, signal }: ReadCreatedOptions,
): Promise<Uint8Array> {
  const kept = await cache?.read(config.digest);
  if (kept !== undefined) return kept;
  const bytes = await readBlob(source, config, longestConfig, { signal });
  await cache?.write(config.digest, bytes);
  return bytes;
}
