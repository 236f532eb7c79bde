import { buildImage, referenceTo, type ImageSpec } from './build-image.js';
import { testBlob, testManifest, type TestDescriptor, type TestImage } from './test-content.js';

const ociIndex = 'application/vnd.oci.image.index.v1+json';
const dockerList = 'application/vnd.docker.distribution.manifest.list.v2+json';

/** What `buildIndex` makes. */
export interface IndexSpec {
  /** Images, artifacts or other indexes. */
  readonly children: readonly TestImage[];
  /** Docker's manifest list instead of an OCI index. @default false */
  readonly docker?: boolean | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly subject?: TestDescriptor | undefined;
  readonly artifactType?: string | undefined;
  /** Further fields of the index. */
  readonly extraFields?: Readonly<Record<string, unknown>> | undefined;
}

/** An index over images, artifacts and other indexes. */
export function buildIndex(spec: IndexSpec): TestImage {
  const mediaType = spec.docker ? dockerList : ociIndex;
  return testManifest(
    {
      schemaVersion: 2,
      mediaType,
      ...(spec.artifactType === undefined ? {} : { artifactType: spec.artifactType }),
      manifests: spec.children.map(({ descriptor }) => descriptor),
      ...(spec.subject ? { subject: referenceTo(spec.subject) } : {}),
      ...(spec.annotations ? { annotations: spec.annotations } : {}),
      ...spec.extraFields,
    },
    { mediaType, children: spec.children },
  );
}

/** What `buildMultiArchImage` makes. */
export interface MultiArchSpec extends Omit<ImageSpec, 'platform' | 'subject'> {
  /** @default ["linux/amd64", "linux/arm64"] */
  readonly platforms?: readonly string[] | undefined;
  /** Adds a BuildKit attestation manifest for each image. @default false */
  readonly attestations?: boolean | undefined;
}

/** An index with one image per platform, optionally with attestations as BuildKit adds them. */
export function buildMultiArchImage(spec: MultiArchSpec = {}): TestImage {
  const { platforms = ['linux/amd64', 'linux/arm64'], attestations = false, ...image } = spec;
  const images = platforms.map((platform) => buildImage({ ...image, platform }));
  const attested = attestations ? images.map((child) => buildAttestation(child)) : [];
  return buildIndex({ children: [...images, ...attested], docker: spec.docker });
}

/** The attestation manifest BuildKit puts beside an image in an index: platform `unknown/unknown`, in-toto layers. */
export function buildAttestation(image: TestImage): TestImage {
  const statement = {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://slsa.dev/provenance/v0.2',
    subject: [{ name: '_', digest: { sha256: image.digest.slice('sha256:'.length) } }],
    predicate: {},
  };
  const layer = testBlob(Buffer.from(JSON.stringify(statement)), 'application/vnd.in-toto+json', {
    annotations: { 'in-toto.io/predicate-type': statement.predicateType },
  });
  const platform = { os: 'unknown', architecture: 'unknown' };
  const configJson = {
    ...platform,
    config: {},
    rootfs: { type: 'layers', diff_ids: [layer.descriptor.digest] },
  };
  const config = testBlob(
    Buffer.from(JSON.stringify(configJson)),
    'application/vnd.oci.image.config.v1+json',
  );
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  return testManifest(
    { schemaVersion: 2, mediaType, config: config.descriptor, layers: [layer.descriptor] },
    {
      mediaType,
      blobs: [config, layer],
      described: {
        platform,
        annotations: {
          'vnd.docker.reference.digest': image.digest,
          'vnd.docker.reference.type': 'attestation-manifest',
        },
      },
    },
  );
}
