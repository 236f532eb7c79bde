import type { RunningRegistry } from '../../start-registry.js';
import type { TestDescriptor, TestImage } from './test-content.js';

/**
 * Stores an image with everything under it in a registry, past HTTP, so that `registry.requests` stays as it is.
 * Foreign layers are left out.
 * @param name `repository:tag`; without a tag the image is reachable by digest only
 */
export async function pushImage(
  registry: Pick<RunningRegistry, 'content'>,
  name: string,
  image: TestImage,
): Promise<TestDescriptor> {
  const colon = name.indexOf(':');
  const repository = colon < 0 ? name : name.slice(0, colon);
  await store(registry, repository, image, colon < 0 ? [] : [name.slice(colon + 1)]);
  return image.descriptor;
}

async function store(
  registry: Pick<RunningRegistry, 'content'>,
  repository: string,
  image: TestImage,
  tags: readonly string[],
): Promise<void> {
  const { content } = registry;
  for (const { bytes, descriptor } of image.blobs) {
    if (bytes && !content.blob(repository, descriptor.digest)) await content.putBlob(repository, bytes);
  }
  for (const child of image.children) await store(registry, repository, child, []);
  await content.putManifest(repository, image.bytes, { mediaType: image.mediaType, tags });
}
