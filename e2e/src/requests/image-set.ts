import { randomBytes } from 'node:crypto';
import { store, type StoredBytes, type StoredManifest, type TestContent } from '../copy/test-content.js';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

/** One image of the set, under the tag `v1`. */
export interface SetImage {
  readonly repository: string;
  readonly content: TestContent;
}

/** How many layers of its own each image has, in turn: 87 for 48 of them. */
const ownLayers = [1, 2, 2, 1, 2, 3, 1, 2, 1, 2, 2, 2, 2, 3, 1, 2];

/**
 * 40 images in repositories of their own: on 4 bases of three layers and 2 more for arm64, with 1 to 3 layers each;
 * 8 have two platforms. 56 manifests, 279 blob uses, 153 blobs. Layers are tiny: requests are what counts.
 */
export function imageSet(): readonly SetImage[] {
  const layer = (): StoredBytes => store(randomBytes(300));
  const bases = new Map<string, readonly StoredBytes[]>();
  const base = (name: string): readonly StoredBytes[] => {
    const layers = bases.get(name) ?? [layer(), layer(), layer()];
    bases.set(name, layers);
    return layers;
  };
  let built = 0;
  const image = (baseName: string, architecture: string): TestContent => {
    const own = Array.from({ length: ownLayers[built % ownLayers.length] ?? 1 }, layer);
    built += 1;
    const layers = [...base(baseName), ...own];
    const config = store(Buffer.from(JSON.stringify({ os: 'linux', architecture, number: built })));
    const root = manifest(manifestType, {
      config: descriptor('application/vnd.oci.image.config.v1+json', config),
      layers: layers.map((each) => descriptor('application/vnd.oci.image.layer.v1.tar', each)),
    });
    const platform = `linux/${architecture}`;
    return { root: { ...root, platform }, manifests: [{ ...root, platform }], blobs: [config, ...layers] };
  };
  return Array.from({ length: 40 }, (_, number): SetImage => {
    const repository = `set/image-${number}`;
    const amd64 = image(`amd64-${number % 4}`, 'amd64');
    if (number % 5 !== 0) return { repository, content: amd64 };
    const arm64 = image(`arm64-${number % 2}`, 'arm64');
    const index = manifest(indexType, {
      manifests: [amd64, arm64].map(({ root }) => ({
        ...descriptor(root.mediaType, root),
        platform: { os: 'linux', architecture: root.platform?.split('/')[1] },
      })),
    });
    return {
      repository,
      content: {
        root: index,
        manifests: [amd64.root, arm64.root, index],
        blobs: [...amd64.blobs, ...arm64.blobs],
      },
    };
  });
}

function manifest(mediaType: string, fields: object): StoredManifest {
  return { ...store(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...fields }))), mediaType };
}

function descriptor(mediaType: string, { digest, bytes }: StoredBytes): object {
  return { mediaType, digest, size: bytes.length };
}
