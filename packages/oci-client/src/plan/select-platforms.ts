import type { Descriptor, Platform } from '../content/descriptor.js';
import { editIndex, parseManifest } from '../content/manifest.js';
import { isIndexType, isManifestType } from '../content/media-types.js';
import { formatPlatform, samePlatform } from '../content/platform.js';
import { OciError } from '../errors/oci-error.js';
import type { Digest } from '../reference/digest.js';
import type { ContentNode } from './content-tree.js';

/** Which platforms are wanted and what to do about one that is not there. */
export interface PlatformRequest {
  /** At least one. */
  readonly platforms: readonly Platform[];
  /** @default 'fail' */
  readonly missingPlatform?: 'fail' | 'skip' | undefined;
}

/** What was chosen. */
export interface PlatformSelection {
  /** What to push: the source's root, a child of it, or a rebuilt index. */
  readonly root: ContentNode;
  /** Platforms of what is pushed, such as `linux/amd64`; empty for content without a platform. */
  readonly platforms: readonly string[];
  /** Wanted, but not in the source (with `missingPlatform: 'skip'`). */
  readonly missing: readonly string[];
  /** Attestation manifests left out. */
  readonly attestationsLeftOut: number;
  /** Manifests left out, attestations included. */
  readonly leftOut: readonly Digest[];
}

/** Whether a manifest of an index attests another one (BuildKit's annotation). */
export function isAttestation(child: Descriptor): boolean {
  return child.annotations?.['vnd.docker.reference.type'] === 'attestation-manifest';
}

function attestedDigest(child: Descriptor): string | undefined {
  return child.annotations?.['vnd.docker.reference.digest'];
}

/**
 * Whether a manifest of an index has to be fetched to choose among platforms: one that names a platform which is
 * not wanted does not. Attestations are followed only where an index is rebuilt (two platforms and more).
 */
export function mayBeWanted(child: Descriptor, platforms: readonly Platform[]): boolean {
  if (isAttestation(child)) return platforms.length > 1;
  if (child.platform === undefined || isIndexType(child.mediaType)) return true;
  return platforms.some((wanted) => samePlatform(wanted, child.platform ?? wanted));
}

interface Leaf {
  readonly node: ContentNode;
  readonly platform: Platform | undefined;
}

function leavesOf(node: ContentNode): readonly Leaf[] {
  if (node.manifest.kind === 'image') return [{ node, platform: node.platform }];
  return node.children.flatMap((child) => leavesOf(child));
}

function allListed(node: ContentNode): readonly Descriptor[] {
  if (node.manifest.kind === 'image') return [];
  return [...node.manifest.manifests, ...node.children.flatMap((child) => allListed(child))];
}

function availablePlatforms(node: ContentNode): readonly string[] {
  const fromLists = allListed(node)
    .filter((child) => !isAttestation(child))
    .flatMap((child) => (child.platform === undefined ? [] : [formatPlatform(child.platform)]));
  const fromLeaves = leavesOf(node).flatMap((leaf) =>
    leaf.platform === undefined ? [] : [formatPlatform(leaf.platform)],
  );
  return [...new Set([...fromLists, ...fromLeaves])]
    .filter((name) => !name.startsWith('unknown/'))
    .toSorted();
}

function missingError(missing: readonly string[], available: readonly string[]): OciError {
  return new OciError(`the source has no ${missing.join(', ')}`, {
    code: 'OCI_PLATFORM_MISSING',
    hint: available.length === 0 ? 'it names no platform at all' : `it has ${available.join(', ')}`,
  });
}

/** Rebuilds an index around what is kept; `undefined` when nothing of it is. */
function keepWanted(node: ContentNode, wanted: (leaf: ContentNode) => boolean): ContentNode | undefined {
  if (node.manifest.kind === 'image') return wanted(node) ? node : undefined;
  const children = new Map(
    node.children.flatMap((child) => {
      const kept = keepWanted(child, wanted);
      return kept === undefined ? [] : [[child.content.digest, kept] as const];
    }),
  );
  const keptDigests = new Set<string>(children.keys());
  const listed = node.manifest.manifests;
  const content = editIndex(node.content, (position) => {
    const child = listed[position];
    if (child === undefined) return 'drop';
    if (!isManifestType(child.mediaType)) return 'keep';
    if (isAttestation(child)) return keptDigests.has(attestedDigest(child) ?? '') ? 'keep' : 'drop';
    const kept = children.get(child.digest);
    if (kept === undefined) return 'drop';
    const { digest, bytes } = kept.content;
    return digest === child.digest ? 'keep' : { digest, size: bytes.length };
  });
  if (children.size === 0) return undefined;
  const manifest = content === node.content ? node.manifest : parseManifest(content);
  if (manifest.kind === 'image') return undefined;
  const attestations = new Map(node.children.map((child) => [child.content.digest, child]));
  const byNewDigest = new Map([...children.values()].map((child) => [child.content.digest, child]));
  return {
    content,
    manifest,
    platform: node.platform,
    children: manifest.manifests.flatMap(
      (child) => byNewDigest.get(child.digest) ?? attestations.get(child.digest) ?? [],
    ),
  };
}

/**
 * Chooses what to push for some platforms out of a fetched tree (whose leaves know their platforms).
 *
 * - One platform: that child manifest unchanged, without attestations. Where several match (Windows versions),
 *   the first, as every other tool does.
 * - Several: the index with only their manifests and the attestations of those, otherwise as it was.
 * - A manifest outside an index: its own platform must be wanted.
 * - Content without any platform (charts, artifacts) passes.
 *
 * @throws OciError `OCI_PLATFORM_MISSING` when a platform is missing (`skip`: when all are); the hint names what there is.
 */
export function selectPlatforms(root: ContentNode, request: PlatformRequest): PlatformSelection {
  const { platforms } = request;
  const listed = allListed(root);
  const attestationDigests = new Set<string>(
    listed.filter((child) => isAttestation(child)).map((child) => child.digest),
  );
  const leaves = leavesOf(root).filter((leaf) => !attestationDigests.has(leaf.node.content.digest));
  const named = [
    ...leaves.map((leaf) => leaf.platform),
    ...listed.filter((child) => !isAttestation(child)).map((child) => child.platform),
  ];
  if (named.every((platform) => platform === undefined)) {
    return { root, platforms: [], missing: [], attestationsLeftOut: 0, leftOut: [] };
  }

  const isWanted = (platform: Platform | undefined): boolean =>
    platform !== undefined && platforms.some((wanted) => samePlatform(wanted, platform));
  const found = leaves.filter((leaf) => isWanted(leaf.platform));
  const missing = platforms.filter(
    (wanted) => !found.some((leaf) => leaf.platform !== undefined && samePlatform(leaf.platform, wanted)),
  );
  const missingNames = missing.map((platform) => formatPlatform(platform));
  if (missing.length > 0 && (request.missingPlatform !== 'skip' || found.length === 0)) {
    throw missingError(missingNames, availablePlatforms(root));
  }

  const first = found[0]?.node;
  const kept =
    platforms.length === 1 && first !== undefined
      ? first
      : keepWanted(root, (leaf) => leaf.platform === undefined || isWanted(leaf.platform));
  if (kept === undefined) throw missingError(missingNames, availablePlatforms(root));
  const keptDigests = new Set<string>([kept.content.digest, ...allListed(kept).map((child) => child.digest)]);
  const leftOut = [...new Set(listed.map((child) => child.digest))].filter(
    (digest) => !keptDigests.has(digest),
  );
  const chosen = platforms.length === 1 && first !== undefined ? found.slice(0, 1) : found;
  return {
    root: kept,
    platforms: [
      ...new Set(chosen.map((leaf) => formatPlatform(leaf.platform ?? { os: '', architecture: '' }))),
    ],
    missing: missingNames,
    attestationsLeftOut: leftOut.filter((digest) => attestationDigests.has(digest)).length,
    leftOut,
  };
}
