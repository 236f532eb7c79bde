/** Media types this package knows. Anything else is opaque content and copied as it is. */
export const mediaTypes = {
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociEmpty: 'application/vnd.oci.empty.v1+json',
  /** Withdrawn with image-spec 1.1, still stored by some registries. */
  ociArtifact: 'application/vnd.oci.artifact.manifest.v1+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerSchema1: 'application/vnd.docker.distribution.manifest.v1+json',
  dockerSchema1Signed: 'application/vnd.docker.distribution.manifest.v1+prettyjws',
} as const;

/** What every manifest request accepts: registries convert, or refuse, what is not listed (registry note: ECR). */
export const manifestAccept: readonly string[] = [
  mediaTypes.ociIndex,
  mediaTypes.ociManifest,
  mediaTypes.dockerList,
  mediaTypes.dockerManifest,
  mediaTypes.ociArtifact,
];

/** Whether a media type is an index (OCI image index or docker manifest list). */
export function isIndexType(mediaType: string): boolean {
  return mediaType === mediaTypes.ociIndex || mediaType === mediaTypes.dockerList;
}

/** Whether a media type is a manifest of any kind: such children of an index are manifests, all others blobs. */
export function isManifestType(mediaType: string): boolean {
  return (
    isIndexType(mediaType) ||
    mediaType === mediaTypes.ociManifest ||
    mediaType === mediaTypes.dockerManifest ||
    mediaType === mediaTypes.ociArtifact ||
    isSchema1Type(mediaType)
  );
}

/** Whether a media type is docker's schema 1, which is refused: its digest leaves out its signatures. */
export function isSchema1Type(mediaType: string): boolean {
  return mediaType === mediaTypes.dockerSchema1 || mediaType === mediaTypes.dockerSchema1Signed;
}

/** Whether a media type is an image configuration, which names a platform and a creation date. */
export function isImageConfigType(mediaType: string): boolean {
  return mediaType === mediaTypes.ociConfig || mediaType === mediaTypes.dockerConfig;
}

/** Whether a layer must not be redistributed. OCI image-spec, "Non-distributable Layers". */
export function isForeignLayerType(mediaType: string): boolean {
  return (
    mediaType.startsWith('application/vnd.docker.image.rootfs.foreign.') ||
    mediaType.startsWith('application/vnd.oci.image.layer.nondistributable.')
  );
}
