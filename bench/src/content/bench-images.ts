import { literalBlob, seededBlob, type SeededBlob } from './seeded-blob.js';

/** A manifest or index as it is stored. */
export interface BenchManifest {
  readonly mediaType: string;
  readonly blob: SeededBlob;
  readonly bytes: Buffer;
}

/** One image of a scenario with everything below it. */
export interface BenchImage {
  readonly repository: string;
  readonly tag: string;
  /** Children before parents; the root is last. */
  readonly manifests: readonly BenchManifest[];
  readonly blobs: readonly SeededBlob[];
}

const megabyte = 1_000_000;
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

/** `big`: one image of five layers of 100 MB. */
export function bigImages(): readonly BenchImage[] {
  const layers = [0, 1, 2, 3, 4].map((layer) => seededBlob(`big ${layer}`, 100 * megabyte));
  return [singleImage('big', layers)];
}

/** `huge`: one image with one layer of 5 GB. */
export function hugeImages(): readonly BenchImage[] {
  return [singleImage('huge', [seededBlob('huge', 5000 * megabyte)])];
}

/** How many layers of its own each image of `set` has, in turn: 87 for 48 of them. */
const ownLayers = [1, 2, 2, 1, 2, 3, 1, 2, 1, 2, 2, 2, 2, 3, 1, 2];

/**
 * `set`: 40 images in repositories of their own, on 4 bases of 30 + 10 + 5 MB and 2 more for arm64, with 1 to 3 layers
 * of 0.3 to 6 MB each; 8 have two platforms. 56 manifests, 279 blob uses, 153 blobs, about 551 MB.
 * @param scale what layer sizes are multiplied with: 0.1 is `set-small`
 */
export function setImages(scale: number): readonly BenchImage[] {
  const bases = new Map<string, readonly SeededBlob[]>();
  const base = (name: string): readonly SeededBlob[] => {
    const known = bases.get(name);
    if (known !== undefined) return known;
    const layers = [30, 10, 5].map((size, layer) =>
      seededBlob(`base ${name} ${layer}`, Math.round(size * megabyte * scale)),
    );
    bases.set(name, layers);
    return layers;
  };
  let built = 0;
  const platformImage = (baseName: string, platform: string): BuiltImage => {
    const number = built;
    built += 1;
    const layers = Array.from({ length: ownLayers[number % ownLayers.length] ?? 1 }, (_, layer) => {
      // Spread over the range without chance: a multiple of the golden ratio, modulo 1.
      const spread = ((number * 3 + layer) * 0.618_033_988_75) % 1;
      return seededBlob(`own ${number} ${layer}`, Math.round((0.3 + 5.7 * spread) * megabyte * scale));
    });
    return buildImage(`set ${number}`, platform, [...base(baseName), ...layers]);
  };
  return Array.from({ length: 40 }, (_, number): BenchImage => {
    const repository = `set/image-${number}`;
    const amd64 = platformImage(`amd64-${number % 4}`, 'amd64');
    if (number % 5 !== 0) {
      return { repository, tag: 'v1', manifests: [amd64.manifest], blobs: amd64.blobs };
    }
    const arm64 = platformImage(`arm64-${number % 2}`, 'arm64');
    const index = manifestOf(indexType, {
      schemaVersion: 2,
      mediaType: indexType,
      manifests: [
        { ...descriptor(amd64.manifest), platform: { os: 'linux', architecture: 'amd64' } },
        { ...descriptor(arm64.manifest), platform: { os: 'linux', architecture: 'arm64' } },
      ],
    });
    return {
      repository,
      tag: 'v1',
      manifests: [amd64.manifest, arm64.manifest, index],
      blobs: [...amd64.blobs, ...arm64.blobs],
    };
  });
}

/** One small image for each of many tags, each with a creation date of its own. */
export function datedImages(count: number): readonly BenchImage[] {
  const layer = seededBlob('dated', 1000);
  return Array.from({ length: count }, (_, number) => {
    const created = new Date(Date.UTC(2026, 0, 1, 0, minuteOf(number, count))).toISOString();
    const { manifest, blobs } = buildImage(`dated ${number}`, 'amd64', [layer], created);
    return { repository: 'dated', tag: `build-${number}`, manifests: [manifest], blobs };
  });
}

/** The tag of the newest of {@link datedImages}. */
export function newestDated(count: number): string {
  const minutes = Array.from({ length: count }, (_, number) => minuteOf(number, count));
  return `build-${minutes.indexOf(Math.max(...minutes))}`;
}

/** An order of dates that the tags say nothing about. */
function minuteOf(number: number, count: number): number {
  return (number * 7919) % count;
}

interface BuiltImage {
  readonly manifest: BenchManifest;
  readonly blobs: readonly SeededBlob[];
}

function singleImage(name: string, layers: readonly SeededBlob[]): BenchImage {
  const { manifest, blobs } = buildImage(name, 'amd64', layers);
  return { repository: name, tag: 'v1', manifests: [manifest], blobs };
}

function buildImage(
  name: string,
  architecture: string,
  layers: readonly SeededBlob[],
  created = '2026-01-01T00:00:00Z',
): BuiltImage {
  const config = literalBlob(
    Buffer.from(
      JSON.stringify({
        os: 'linux',
        architecture,
        created,
        config: { Labels: { name } },
        rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
      }),
    ),
  );
  const manifest = manifestOf(manifestType, {
    schemaVersion: 2,
    mediaType: manifestType,
    config: blobDescriptor('application/vnd.oci.image.config.v1+json', config),
    layers: layers.map((layer) => blobDescriptor('application/vnd.oci.image.layer.v1.tar', layer)),
  });
  return { manifest, blobs: [config, ...layers] };
}

function manifestOf(mediaType: string, content: object): BenchManifest {
  const bytes = Buffer.from(JSON.stringify(content));
  return { mediaType, bytes, blob: literalBlob(bytes) };
}

function descriptor({ mediaType, blob }: BenchManifest): object {
  return blobDescriptor(mediaType, blob);
}

function blobDescriptor(mediaType: string, { digest, sizeBytes }: SeededBlob): object {
  return { mediaType, digest, size: sizeBytes };
}
