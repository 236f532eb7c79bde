import { describe, expect, it } from 'vitest';
import type { Descriptor, ManifestContent } from '../content/descriptor.js';
import { parseManifest } from '../content/manifest.js';
import { mediaTypes } from '../content/media-types.js';
import { parsePlatform } from '../content/platform.js';
import { digestOf, type Digest } from '../reference/digest.js';
import { descriptorOf, nodesBottomUp, type ContentNode } from './content-tree.js';
import { mayBeWanted, selectPlatforms } from './select-platforms.js';

function toNode(
  mediaType: string,
  body: unknown,
  children: readonly ContentNode[],
  platform?: string,
): ContentNode {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const content: ManifestContent = { mediaType, bytes, digest: digestOf(bytes) };
  return {
    content,
    manifest: parseManifest(content),
    children,
    platform: platform === undefined ? undefined : parsePlatform(platform),
  };
}

function image(name: string, platform?: string): ContentNode {
  const config = {
    mediaType: mediaTypes.ociConfig,
    digest: digestOf(new TextEncoder().encode(name)),
    size: name.length,
  };
  return toNode(mediaTypes.ociManifest, { schemaVersion: 2, config, layers: [] }, [], platform);
}

function entry(node: ContentNode, annotations?: Record<string, string>): object {
  const { mediaType, digest, size } = descriptorOf(node);
  return { mediaType, digest, size, platform: node.platform, annotations };
}

function attestation(of: ContentNode): { node: ContentNode; entry: object } {
  const node = image(`attests ${of.content.digest}`, 'unknown/unknown');
  return {
    node,
    entry: entry(node, {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': of.content.digest,
    }),
  };
}

function index(
  children: readonly ContentNode[],
  entries: readonly object[] = children.map((child) => entry(child)),
): ContentNode {
  return toNode(
    mediaTypes.ociIndex,
    { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: entries, annotations: { kept: 'yes' } },
    children,
  );
}

const digests = (nodes: readonly ContentNode[]): Digest[] => nodes.map((node) => node.content.digest);
const wanted = (...names: string[]): { platforms: ReturnType<typeof parsePlatform>[] } => ({
  platforms: names.map((name) => parsePlatform(name)),
});

const amd64 = image('a', 'linux/amd64');
const arm64 = image('b', 'linux/arm64');
const armV6 = image('c', 'linux/arm/v6');
const amdProof = attestation(amd64);
const armProof = attestation(arm64);
const all = index(
  [amd64, arm64, armV6, amdProof.node, armProof.node],
  [entry(amd64), entry(arm64), entry(armV6), amdProof.entry, armProof.entry],
);

describe('selectPlatforms', () => {
  it('gives the manifest of one platform itself, without attestations', () => {
    const chosen = selectPlatforms(all, wanted('linux/arm64'));
    expect(chosen.root).toBe(arm64);
    expect(chosen).toMatchObject({ platforms: ['linux/arm64'], missing: [], attestationsLeftOut: 2 });
  });

  it('rebuilds the index around several, with their attestations and everything else as it was', () => {
    const chosen = selectPlatforms(all, wanted('linux/amd64', 'linux/arm/v6'));
    expect(digests(chosen.root.children)).toEqual(digests([amd64, armV6, amdProof.node]));
    expect(JSON.parse(new TextDecoder().decode(chosen.root.content.bytes))).toEqual(
      JSON.parse(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: mediaTypes.ociIndex,
          manifests: [entry(amd64), entry(armV6), amdProof.entry],
          annotations: { kept: 'yes' },
        }),
      ),
    );
    expect(chosen).toMatchObject({ attestationsLeftOut: 1, leftOut: digests([arm64, armProof.node]) });
    expect(selectPlatforms(all, wanted('linux/arm/v6', 'linux/amd64')).root.content.digest).toBe(
      chosen.root.content.digest,
    );
  });

  it('keeps the digest when everything is wanted', () => {
    const chosen = selectPlatforms(all, wanted('linux/amd64', 'linux/arm64', 'linux/arm/v6'));
    expect(chosen.root.content).toBe(all.content);
  });

  it('finds a platform in a nested index, and rebuilds nested ones', () => {
    const nested = index([index([amd64, arm64]), armV6]);
    expect(selectPlatforms(nested, wanted('linux/amd64')).root).toBe(amd64);
    const chosen = selectPlatforms(nested, wanted('linux/amd64', 'linux/arm/v6'));
    expect(digests(nodesBottomUp(chosen.root)).slice(0, 1)).toEqual(digests([amd64]));
    const inner = chosen.root.children[0];
    expect(digests(inner?.children ?? [])).toEqual(digests([amd64]));
    const listed: readonly Descriptor[] =
      chosen.root.manifest.kind === 'index' ? chosen.root.manifest.manifests : [];
    expect(listed[0]).toMatchObject({ digest: inner?.content.digest, size: inner?.content.bytes.length });
  });

  it('refuses an image of another platform outside an index', () => {
    expect(() => selectPlatforms(amd64, wanted('linux/arm64'))).toThrow(
      expect.objectContaining({ code: 'OCI_PLATFORM_MISSING', hint: 'it has linux/amd64' }),
    );
    expect(selectPlatforms(amd64, wanted('linux/amd64')).root).toBe(amd64);
  });

  it('fails on a missing platform, or leaves it out, but never copies nothing', () => {
    expect(() => selectPlatforms(all, wanted('linux/amd64', 'windows/amd64'))).toThrow(
      expect.objectContaining({
        code: 'OCI_PLATFORM_MISSING',
        hint: 'it has linux/amd64, linux/arm/v6, linux/arm64',
      }),
    );
    const skipped = selectPlatforms(all, {
      ...wanted('linux/amd64', 'windows/amd64'),
      missingPlatform: 'skip',
    });
    expect(skipped).toMatchObject({ platforms: ['linux/amd64'], missing: ['windows/amd64'] });
    expect(() => selectPlatforms(all, { ...wanted('windows/amd64'), missingPlatform: 'skip' })).toThrow(
      expect.objectContaining({ code: 'OCI_PLATFORM_MISSING' }),
    );
  });

  it('lets content without any platform pass', () => {
    const chart = image('chart');
    expect(selectPlatforms(chart, wanted('linux/arm64'))).toMatchObject({ root: chart, platforms: [] });
    const charts = index([chart]);
    expect(selectPlatforms(charts, wanted('linux/arm64')).root).toBe(charts);
  });

  it('takes the first of several manifests of one platform', () => {
    const other = image('d', 'linux/amd64');
    expect(selectPlatforms(index([amd64, other]), wanted('linux/amd64')).root).toBe(amd64);
  });
});

describe('mayBeWanted', () => {
  it('follows only what can be chosen', () => {
    const listed = all.manifest.kind === 'index' ? all.manifest.manifests : [];
    const followed = (...names: string[]): boolean[] =>
      listed.map((child) => mayBeWanted(child, wanted(...names).platforms));
    expect(followed('linux/arm64')).toEqual([false, true, false, false, false]);
    expect(followed('linux/arm64', 'linux/amd64')).toEqual([true, true, false, true, true]);
  });
});
