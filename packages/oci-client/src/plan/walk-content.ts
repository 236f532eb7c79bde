import pLimit, { type LimitFunction } from 'p-limit';
import type { ContentCache } from '../content/content-cache.js';
import type { Descriptor, ManifestContent, Platform } from '../content/descriptor.js';
import {
  manifestMediaType,
  maxManifestSizeBytes,
  parseImageConfig,
  parseManifest,
  type ImageConfigFacts,
} from '../content/manifest.js';
import { isImageConfigType, isManifestType } from '../content/media-types.js';
import type { ContentSource } from '../content/store.js';
import { OciError } from '../errors/oci-error.js';
import { digestAlgorithm, digestOf } from '../reference/digest.js';
import type { ContentNode } from './content-tree.js';

/** Deepest nesting of indexes that is followed; nobody builds more than two or three. */
const maxDepth = 8;
/** Most manifests one image may have. */
const maxManifests = 5000;
const manifestsAtOnce = 8;

/** Reads manifests and configurations of one source, each digest once. */
export interface ContentReader {
  readonly source: ContentSource;
  /** The manifest a tag or digest stands for. */
  fetchRoot(tagOrDigest: string): Promise<ManifestContent>;
  /** A manifest listed in an index, from the cache if it is there. */
  fetchChild(descriptor: Descriptor): Promise<ManifestContent>;
  /** Platform and creation date from an image configuration; `undefined` for any other content. */
  fetchConfigFacts(config: Descriptor | undefined): Promise<ImageConfigFacts | undefined>;
}

/** Options of {@link createContentReader}. */
export interface ContentReaderOptions {
  /** Manifests and configurations of earlier runs. */
  readonly cache?: ContentCache | undefined;
  readonly signal?: AbortSignal | undefined;
}

async function readBounded(
  source: ContentSource,
  blob: Descriptor,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (blob.size > maxManifestSizeBytes) {
    throw new OciError(
      `image configuration ${blob.digest} has ${blob.size} bytes, the most is ${maxManifestSizeBytes}`,
      {
        code: 'OCI_TOO_LARGE',
      },
    );
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of await source.fetchBlob(blob, { signal })) {
    const bytes: Uint8Array = chunk;
    size += bytes.length;
    if (size > blob.size) break;
    chunks.push(bytes);
  }
  if (size !== blob.size) {
    throw new OciError(`blob ${blob.digest} has not the ${blob.size} bytes its descriptor says`, {
      code: 'OCI_SIZE_MISMATCH',
    });
  }
  return Buffer.concat(chunks);
}

function checkDigest(bytes: Uint8Array, descriptor: Descriptor): void {
  const digest = digestOf(bytes, digestAlgorithm(descriptor.digest));
  if (digest === descriptor.digest) return;
  throw new OciError(`content of ${descriptor.digest} hashes to ${digest}`, { code: 'OCI_DIGEST_MISMATCH' });
}

/** A reader of manifests over one source. Nothing is kept beyond the call that made it. */
export function createContentReader(
  source: ContentSource,
  options: ContentReaderOptions = {},
): ContentReader {
  const { cache, signal } = options;
  const children = new Map<string, Promise<ManifestContent>>();
  const configs = new Map<string, Promise<ImageConfigFacts>>();

  const fetchChildOnce = async (descriptor: Descriptor): Promise<ManifestContent> => {
    const cached = await cache?.read(descriptor.digest);
    const content =
      cached === undefined
        ? await source.fetchManifest(descriptor.digest, { signal })
        : {
            mediaType: manifestMediaType(descriptor.mediaType, cached),
            digest: descriptor.digest,
            bytes: cached,
          };
    if (content.bytes.length !== descriptor.size) {
      throw new OciError(
        `manifest ${descriptor.digest} has ${content.bytes.length} bytes, its index says ${descriptor.size}`,
        { code: 'OCI_SIZE_MISMATCH' },
      );
    }
    if (cached === undefined) await cache?.write(descriptor.digest, content.bytes);
    return content;
  };

  const fetchConfigOnce = async (config: Descriptor): Promise<ImageConfigFacts> => {
    const cached = await cache?.read(config.digest);
    if (cached !== undefined) return parseImageConfig(cached);
    const bytes = await readBounded(source, config, signal);
    checkDigest(bytes, config);
    await cache?.write(config.digest, bytes);
    return parseImageConfig(bytes);
  };

  return {
    source,
    fetchRoot: async (tagOrDigest) => source.fetchManifest(tagOrDigest, { signal }),
    fetchChild: async (descriptor) => {
      const started = children.get(descriptor.digest) ?? fetchChildOnce(descriptor);
      children.set(descriptor.digest, started);
      return started;
    },
    fetchConfigFacts: async (config) => {
      if (config === undefined || !isImageConfigType(config.mediaType)) return undefined;
      const started = configs.get(config.digest) ?? fetchConfigOnce(config);
      configs.set(config.digest, started);
      return started;
    },
  };
}

/** Which manifests of an index to follow; called with each of its descriptors. */
export type ChildFilter = (child: Descriptor) => boolean;

interface Walk {
  readonly reader: ContentReader;
  readonly follow: ChildFilter;
  readonly limit: LimitFunction;
  readonly counted: { manifests: number };
}

async function walkNode(
  walk: Walk,
  content: ManifestContent,
  platform: Platform | undefined,
  depth: number,
): Promise<ContentNode> {
  const manifest = parseManifest(content);
  if (manifest.kind === 'image') return { content, manifest, children: [], platform };
  const listed = manifest.manifests.filter((child) => isManifestType(child.mediaType) && walk.follow(child));
  walk.counted.manifests += listed.length;
  if (depth > maxDepth || walk.counted.manifests > maxManifests) {
    throw new OciError(
      `the index ${content.digest} is too deep or too large (at most ${maxDepth} levels, ${maxManifests} manifests)`,
      { code: 'OCI_UNSUPPORTED_CONTENT' },
    );
  }
  const children = await Promise.all(
    listed.map(async (child) => {
      // Only the fetch holds a place: a limit held while waiting for children would never be free again.
      const fetched = await walk.limit(async () => walk.reader.fetchChild(child));
      return walkNode(walk, fetched, child.platform, depth + 1);
    }),
  );
  return { content, manifest, children, platform };
}

/**
 * Fetches everything below a manifest that `follow` lets through, manifests of an index at the same time.
 * @throws OciError of the source; `OCI_INVALID_MANIFEST`; `OCI_UNSUPPORTED_CONTENT` above 8 levels or 5 000 manifests.
 */
export async function walkContent(
  reader: ContentReader,
  root: ManifestContent,
  follow: ChildFilter = () => true,
): Promise<ContentNode> {
  return walkNode(
    { reader, follow, limit: pLimit(manifestsAtOnce), counted: { manifests: 1 } },
    root,
    undefined,
    0,
  );
}
