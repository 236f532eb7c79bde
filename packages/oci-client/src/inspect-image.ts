import type { Descriptor, Platform } from './content/descriptor.js';
import { formatPlatform } from './content/platform.js';
import type { CallOptions, ContentSource } from './content/store.js';
import { blobsOf, nodesBottomUp, type ContentNode } from './plan/content-tree.js';
import { readPlatforms } from './plan/read-platforms.js';
import { isAttestation } from './plan/select-platforms.js';
import { createContentReader, walkContent, type ContentReader } from './plan/walk-content.js';
import type { Digest } from './reference/digest.js';

/** One manifest of an image, as {@link inspectImage} sees it. */
export interface InspectedManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly artifactType: string | undefined;
  /** Such as `linux/arm/v6`; `undefined` for content without one. */
  readonly platform: string | undefined;
  /** Whether it attests another manifest of the index (BuildKit). */
  readonly attestation: boolean;
  /** Size of configuration and layers. */
  readonly sizeBytes: number;
  /** From the configuration; `undefined` where there is none. */
  readonly created: Date | undefined;
  readonly config: Descriptor | undefined;
  readonly layers: readonly Descriptor[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** What a reference stands for. Plain data. */
export interface InspectedImage {
  readonly digest: Digest;
  readonly mediaType: string;
  /** Size of all its distinct blobs. */
  readonly sizeBytes: number;
  /** Of an index: its own annotations; of an image: empty, see the manifest's. */
  readonly annotations: Readonly<Record<string, string>>;
  /** One for an image, several for an index, nested ones included, in its order. */
  readonly manifests: readonly InspectedManifest[];
}

function leavesInOrder(node: ContentNode): readonly ContentNode[] {
  return node.manifest.kind === 'image' ? [node] : node.children.flatMap((child) => leavesInOrder(child));
}

async function inspectLeaf(
  reader: ContentReader,
  node: ContentNode,
  attestations: ReadonlySet<Digest>,
): Promise<readonly InspectedManifest[]> {
  const { content, manifest } = node;
  if (manifest.kind === 'index') return [];
  const attestation = attestations.has(content.digest);
  const facts = attestation ? undefined : await reader.fetchConfigFacts(manifest.config);
  const { config, layers, artifactType, annotations } = manifest;
  return [
    {
      digest: content.digest,
      mediaType: content.mediaType,
      artifactType,
      platform: attestation ? undefined : platformText(node.platform),
      attestation,
      sizeBytes: (config?.size ?? 0) + layers.reduce((sum, layer) => sum + layer.size, 0),
      created: facts?.created,
      config,
      layers,
      annotations,
    },
  ];
}

function platformText(platform: Platform | undefined): string | undefined {
  return platform === undefined ? undefined : formatPlatform(platform);
}

function attestationsOf(root: ContentNode): ReadonlySet<Digest> {
  const listed = nodesBottomUp(root).flatMap(({ manifest }) =>
    manifest.kind === 'index' ? manifest.manifests : [],
  );
  return new Set(listed.filter((child) => isAttestation(child)).map((child) => child.digest));
}

/**
 * Reads what a tag or digest stands for: its manifests and image configurations, no layers.
 * @throws OciError of the source
 */
export async function inspectImage(
  source: ContentSource,
  tagOrDigest: string,
  options: CallOptions = {},
): Promise<InspectedImage> {
  const reader = createContentReader(source, options);
  const root = await readPlatforms(reader, await walkContent(reader, await reader.fetchRoot(tagOrDigest)));
  const attestations = attestationsOf(root);
  const manifests = await Promise.all(
    leavesInOrder(root).map(async (leaf) => inspectLeaf(reader, leaf, attestations)),
  );
  const blobs = new Map(
    nodesBottomUp(root).flatMap((node) => {
      const { blobs: own, foreign } = blobsOf(node);
      return [...own, ...foreign].map((blob) => [blob.digest, blob.size] as const);
    }),
  );
  return {
    digest: root.content.digest,
    mediaType: root.content.mediaType,
    sizeBytes: [...blobs.values()].reduce((sum, size) => sum + size, 0),
    annotations: root.manifest.kind === 'index' ? root.manifest.annotations : {},
    manifests: manifests.flat(),
  };
}
