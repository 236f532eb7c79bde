import type { Descriptor, ManifestContent, Platform } from '../content/descriptor.js';
import type { Manifest } from '../content/manifest.js';
import { isForeignLayerType, isManifestType } from '../content/media-types.js';

/** A manifest with all manifests below it, as fetched. */
export interface ContentNode {
  readonly content: ManifestContent;
  readonly manifest: Manifest;
  /** Of an index: its manifests, in its order. */
  readonly children: readonly ContentNode[];
  /** From the index that lists it, else from its configuration where that was read. */
  readonly platform: Platform | undefined;
}

/** The blobs a manifest itself refers to; foreign layers, which are not to be copied, apart. */
export interface ManifestBlobs {
  readonly blobs: readonly Descriptor[];
  readonly foreign: readonly Descriptor[];
}

/** A node's own blobs, each digest once. An index has one only where it lists something that is no manifest. */
export function blobsOf(node: ContentNode): ManifestBlobs {
  const { manifest } = node;
  const all =
    manifest.kind === 'index'
      ? manifest.manifests.filter((child) => !isManifestType(child.mediaType))
      : [...(manifest.config === undefined ? [] : [manifest.config]), ...manifest.layers];
  const unique = [...new Map(all.map((blob) => [blob.digest, blob])).values()];
  return {
    blobs: unique.filter((blob) => !isForeignLayerType(blob.mediaType)),
    foreign: unique.filter((blob) => isForeignLayerType(blob.mediaType)),
  };
}

/** All nodes of a tree, each digest once, children before parents; the root is last. */
export function nodesBottomUp(root: ContentNode): readonly ContentNode[] {
  const seen = new Map<string, ContentNode>();
  const visit = (node: ContentNode): void => {
    if (seen.has(node.content.digest)) return;
    for (const child of node.children) visit(child);
    seen.set(node.content.digest, node);
  };
  visit(root);
  return [...seen.values()];
}

/** A node as a descriptor. */
export function descriptorOf(node: ContentNode): Descriptor {
  const { mediaType, digest, bytes } = node.content;
  return { mediaType, digest, size: bytes.length };
}
