import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRegistry, type RunningRegistry } from '@oci-sync/registry';
import { buildArtifact, buildImage, buildMultiArchImage, pushImage } from '@oci-sync/registry/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { completing, digestOf, openUpload, send } from './plain-client.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'registry-'));
});
afterEach(() => rm(directory, { recursive: true }));

const start = (): Promise<RunningRegistry> => startRegistry({ storage: { directory } });

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

describe('directory storage', () => {
  it('keeps everything over a restart', async () => {
    const image = buildMultiArchImage();
    const signature = buildArtifact({ subject: image.descriptor, annotations: { a: 'b' } });
    const odd = Buffer.from('sha512');
    const before = await start();
    await pushImage(before, 'deep/er/name:v1.tmp', image);
    await pushImage(before, 'deep/er/name:v2', image);
    await pushImage(before, 'deep:v1', image);
    await pushImage(before, 'deep/er/name', signature);
    await before.content.putBlob('deep', odd, { digest: digestOf(odd, 'sha512') });
    await before.content.createRepository('empty');
    await before.content.deleteTag('deep/er/name', 'v2');
    await before.close();

    await using after = await start();
    expect(after.content.repositories()).toEqual(['deep', 'deep/er/name', 'empty']);
    expect(after.content.tags('deep/er/name')).toEqual(['v1.tmp']);
    expect(after.content.resolveTag('deep', 'v1')).toBe(image.digest);
    const manifest = await send('GET', `${after.url}/v2/deep/er/name/manifests/v1.tmp`);
    expect(manifest.headers['content-type']).toBe(image.mediaType);
    expect(manifest.body.equals(image.bytes)).toBe(true);
    for (const { bytes, descriptor } of image.children.flatMap((child) => child.blobs)) {
      const got = await send('GET', `${after.url}/v2/deep/blobs/${descriptor.digest}`);
      expect(got.body.equals(bytes ?? Buffer.alloc(0))).toBe(true);
    }
    const sha512 = await send('GET', `${after.url}/v2/deep/blobs/${digestOf(odd, 'sha512')}`);
    expect(sha512.body.equals(odd)).toBe(true);
    const referrers = await send('GET', `${after.url}/v2/deep/er/name/referrers/${image.digest}`);
    expect(referrers.json()).toMatchObject({
      manifests: [{ digest: signature.digest, annotations: { a: 'b' } }],
    });
  });

  it('shows nothing of an upload that was not completed, and clears it away', async () => {
    const before = await start();
    const body = Buffer.alloc(2_000_000, 'x');
    await send('PATCH', await openUpload(before.url, 'app'), { body });
    // What a crash leaves behind: the server is not closed, so the upload's file stays.
    const left = await filesBelow(join(directory, 'uploads'));
    expect(left.length).toBe(1);
    await using after = await start();
    expect(await filesBelow(directory)).toEqual([]);
    expect(after.content.repositories()).toEqual([]);
    await before.close();
  });

  it('passes over what a crash may leave: half-written facts, content nobody holds, facts without content', async () => {
    const before = await start();
    const image = buildImage();
    await pushImage(before, 'app:v1', image);
    await before.close();
    const orphan = digestOf('orphan').slice('sha256:'.length);
    await mkdir(join(directory, 'blobs', 'sha256', orphan.slice(0, 2)), { recursive: true });
    await writeFile(join(directory, 'blobs', 'sha256', orphan.slice(0, 2), orphan), 'orphan');
    await writeFile(join(directory, 'repositories', 'app', '_tags', '.half'), 'sha2');
    await writeFile(join(directory, 'repositories', 'app', '_tags', 'dangling'), digestOf('missing'));
    await writeFile(join(directory, 'repositories', 'app', '_blobs', digestOf('missing')), '');

    await using after = await start();
    expect(after.content.tags('app')).toEqual(['v1']);
    expect(
      after.content
        .blobs('app')
        .map(({ digest }) => digest)
        .sort(),
    ).toEqual(image.blobs.map(({ descriptor }) => descriptor.digest).sort());
    expect(await filesBelow(join(directory, 'blobs'))).not.toContain(orphan);
  });

  it('removes content when the last repository lets go of it', async () => {
    await using registry = await start();
    const { digest } = await registry.content.putBlob('a', Buffer.from('shared'));
    await registry.content.mountBlob('b', digest, 'a');
    await registry.content.deleteBlob('a', digest);
    expect(await filesBelow(join(directory, 'blobs'))).toHaveLength(1);
    await registry.content.deleteBlob('b', digest);
    expect(await filesBelow(join(directory, 'blobs'))).toEqual([]);
  });

  it('keeps content that is deleted and pushed again at the same time', async () => {
    await using registry = await start();
    const body = Buffer.from('comes and goes');
    const digest = digestOf(body);
    for (let round = 0; round < 20; round += 1) {
      await registry.content.putBlob('a', body);
      const location = await openUpload(registry.url, 'b');
      await Promise.all([
        send('DELETE', `${registry.url}/v2/a/blobs/${digest}`),
        send('PUT', completing(location, digest), { body }),
      ]);
      const got = await send('GET', `${registry.url}/v2/b/blobs/${digest}`);
      expect(got.body.equals(body)).toBe(true);
      await registry.content.deleteBlob('b', digest);
    }
  });

  it('ends with the tag that was answered last', async () => {
    const registry = await start();
    const images = Array.from({ length: 10 }, (_, index) => buildImage({ seed: String(index), layers: 1 }));
    for (const image of images) await pushImage(registry, 'app', image);
    await Promise.all(images.map((image) => registry.content.putTag('app', 'moving', image.digest)));
    const winner = registry.content.resolveTag('app', 'moving');
    await registry.close();
    await using again = await start();
    expect(again.content.resolveTag('app', 'moving')).toBe(winner);
  });

  it('fails to start where it cannot write', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    await expect(startRegistry({ storage: { directory: file } })).rejects.toThrow(/ENOTDIR/);
  });
});

describe('seeding', () => {
  it('stores broken content when told to', async () => {
    await using registry = await startRegistry();
    const digest = digestOf('what it should be');
    await expect(registry.content.putBlob('app', Buffer.from('x'), { digest })).rejects.toThrow(digest);
    await registry.content.putBlob('app', Buffer.from('x'), { digest, verify: false });
    expect((await send('GET', `${registry.url}/v2/app/blobs/${digest}`)).body.toString()).toBe('x');
  });

  it('leaves no request behind, and records those that came', async () => {
    await using registry = await startRegistry();
    await pushImage(registry, 'app:v1', buildImage());
    expect(registry.requests.count()).toBe(0);
    await send('HEAD', `${registry.url}/v2/app/manifests/v1`);
    await send('GET', `${registry.url}/v2/app/tags/list?n=5`);
    await send('GET', `${registry.url}/v2/none/manifests/v1`);
    expect(registry.requests.lines()).toEqual([
      'HEAD /v2/app/manifests/v1',
      'GET /v2/app/tags/list?n=5',
      'GET /v2/none/manifests/v1',
    ]);
    expect(registry.requests.count({ route: 'manifest' })).toBe(2);
    expect(registry.requests.count({ route: 'manifest', status: 404 })).toBe(1);
    expect(registry.requests.count({ method: ['GET', 'HEAD'], repository: 'app' })).toBe(2);
    expect(registry.requests.count({ path: /tags/ })).toBe(1);
    registry.requests.clear();
    expect(registry.requests.count()).toBe(0);
  });
});
