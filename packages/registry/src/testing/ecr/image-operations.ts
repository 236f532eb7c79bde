import { isDigest, type Digest } from '@oci-sync/oci-client';
import type { StoredManifest } from '../../content/registry-content.js';
import { AwsException, type JsonObject } from './aws-json.js';
import type { Operation, OperationContext } from './operation.js';
import { requireRepository } from './repository-operations.js';

interface ImageId {
  readonly imageDigest?: string | undefined;
  readonly imageTag?: string | undefined;
}

/** Operations on images. */
export const imageOperations: Readonly<Record<string, Operation>> = {
  DescribeImages(context, input) {
    const name = String(input['repositoryName']);
    requireRepository(context, name);
    const ids = input['imageIds'] as readonly ImageId[] | undefined;
    const images = ids
      ? ids.map((id) => findImage(context, name, id) ?? imageNotFound(context, name, id))
      : context.content.manifests(name);
    return { imageDetails: images.map((image) => describeImage(context, name, image)) };
  },

  async BatchGetImage(context, input) {
    const name = String(input['repositoryName']);
    requireRepository(context, name);
    const images: JsonObject[] = [];
    const failures: JsonObject[] = [];
    for (const imageId of (input['imageIds'] as readonly ImageId[] | undefined) ?? []) {
      const image = findImage(context, name, imageId);
      const bytes = image && (await context.content.readManifest(name, image.digest));
      if (image && bytes) {
        images.push({
          registryId: context.account.accountId,
          repositoryName: name,
          imageId: { ...imageId, imageDigest: image.digest },
          imageManifest: bytes.toString('utf8'),
          imageManifestMediaType: image.mediaType,
        });
      } else {
        failures.push({ imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' });
      }
    }
    return { images, failures };
  },

  ListImages(context, input) {
    const name = String(input['repositoryName']);
    requireRepository(context, name);
    const { content } = context;
    const imageIds = content.manifests(name).flatMap(({ digest }): ImageId[] => {
      const tags = tagsOf(context, name, digest);
      return tags.length === 0
        ? [{ imageDigest: digest }]
        : tags.map((imageTag) => ({ imageDigest: digest, imageTag }));
    });
    return { imageIds };
  },
};

function findImage(
  { content }: OperationContext,
  name: string,
  { imageDigest, imageTag }: ImageId,
): StoredManifest | undefined {
  const tagged = imageTag === undefined ? undefined : content.resolveTag(name, imageTag);
  const digest = isDigest(imageDigest) ? imageDigest : tagged;
  return digest === undefined ? undefined : content.manifest(name, digest);
}

function imageNotFound({ account }: OperationContext, name: string, id: ImageId): never {
  const text = `{imageDigest:'${id.imageDigest ?? 'null'}', imageTag:'${id.imageTag ?? 'null'}'}`;
  throw new AwsException(
    'ImageNotFoundException',
    `The image with imageId ${text} does not exist within the repository with name '${name}' ` +
      `in the registry with id '${account.accountId}'`,
  );
}

function describeImage(context: OperationContext, name: string, image: StoredManifest): JsonObject {
  const { content, account } = context;
  const blobs = image.blobs.map((digest) => content.blob(name, digest)?.sizeBytes ?? 0);
  const imageTags = tagsOf(context, name, image.digest);
  return {
    registryId: account.accountId,
    repositoryName: name,
    imageDigest: image.digest,
    ...(imageTags.length === 0 ? {} : { imageTags }),
    imageSizeInBytes: blobs.reduce((sum, sizeBytes) => sum + sizeBytes, image.sizeBytes),
    imagePushedAt: account.repository(name).createdAtMs / 1000,
    imageManifestMediaType: image.mediaType,
    artifactMediaType: image.artifactType,
  };
}

function tagsOf({ content }: OperationContext, name: string, digest: Digest): readonly string[] {
  return content.tags(name).filter((tag) => content.resolveTag(name, tag) === digest);
}
