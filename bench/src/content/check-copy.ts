import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchImage } from './bench-images.js';

/**
 * Checks in a distribution server's storage that images arrived: the tag stands for the root's digest, every manifest
 * and blob is linked into the repository, and the bytes of each are its digest's.
 * @throws Error with the first thing that is not as at the source.
 */
export async function checkCopy(storageFolder: string, images: readonly BenchImage[]): Promise<void> {
  const registry = join(storageFolder, 'docker/registry/v2');
  const digests = new Set<string>();
  for (const { repository, tag, manifests, blobs } of images) {
    const folder = join(registry, 'repositories', repository);
    const tagged = await readFile(join(folder, '_manifests/tags', tag, 'current/link'), 'utf8').catch(
      () => 'nothing',
    );
    const root = manifests.at(-1)?.blob.digest;
    if (tagged !== root) throw new Error(`${repository}:${tag} is ${tagged} instead of ${root}`);
    const linked = [
      ...manifests.map(({ blob }) => ({ blob, link: join('_manifests/revisions', ...parts(blob.digest)) })),
      ...blobs.map((blob) => ({ blob, link: join('_layers', ...parts(blob.digest)) })),
    ];
    for (const { blob, link } of linked) {
      if (!existsSync(join(folder, link, 'link'))) throw new Error(`${repository} misses ${blob.digest}`);
      digests.add(blob.digest);
    }
  }
  for (const digest of digests) {
    const [algorithm = '', hex = ''] = parts(digest);
    const stored = await hashFile(join(registry, 'blobs', algorithm, hex.slice(0, 2), hex, 'data'));
    if (stored !== digest) throw new Error(`the bytes of ${digest} hash to ${stored}`);
  }
}

function parts(digest: string): readonly string[] {
  return digest.split(':');
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    hash.update(piece as Buffer);
  }
  return `sha256:${hash.digest('hex')}`;
}
