import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mediaTypes } from '../src/content/media-types.js';
import type { ContentDestination } from '../src/content/store.js';
import { isOciError } from '../src/errors/oci-error.js';
import {
  blobFixture,
  describeManifest,
  imageFixture,
  indexFixture,
  manifestFixture,
  type BlobFixture,
} from './image-fixture.js';

/** An empty repository, or layout, for one test. */
export interface StoreUnderTest {
  readonly destination: ContentDestination;
  close(): Promise<void>;
}

async function push(destination: ContentDestination, ...blobs: readonly BlobFixture[]): Promise<void> {
  for (const { descriptor, bytes } of blobs) {
    const start = await destination.startUpload();
    if (start.outcome !== 'started') throw new Error('nothing was asked to be mounted');
    await start.upload.send(descriptor, Readable.from([bytes], { objectMode: false }));
  }
}

async function tagsOf(destination: ContentDestination): Promise<readonly string[]> {
  const tags: string[] = [];
  for await (const tag of destination.listTags()) tags.push(tag);
  return tags.toSorted();
}

/**
 * What every place to copy to has to do, whatever it is made of. Called once per kind of store; `openEmpty` gives
 * a store that holds nothing, whose repository may be missing but is made by the first upload, and that keeps
 * track of referrers itself.
 */
export function testContentDestination(kind: string, openEmpty: () => Promise<StoreUnderTest>): void {
  const config = blobFixture('{"os":"linux","architecture":"amd64"}', mediaTypes.ociConfig);
  const layer = blobFixture('first layer '.repeat(10_000));
  const image = imageFixture(config, [layer]);

  describe(`${kind} as a content destination`, () => {
    let store: StoreUnderTest;
    let destination: ContentDestination;
    beforeEach(async () => {
      store = await openEmpty();
      destination = store.destination;
    });
    afterEach(async () => store.close());

    test('blobs are read back whole and from an offset', async () => {
      expect(await destination.hasBlob(layer.descriptor)).toBe(false);
      await push(destination, layer);
      expect(await destination.hasBlob(layer.descriptor)).toBe(true);
      const whole = await destination.fetchBlob(layer.descriptor);
      expect((await buffer(whole)).equals(layer.bytes)).toBe(true);
      const rest = await destination.fetchBlob(layer.descriptor, { offset: 70_001 });
      expect((await buffer(rest)).equals(layer.bytes.subarray(70_001))).toBe(true);
    });

    test('empty, tiny and sha512 blobs are blobs', async () => {
      for (const blob of [
        blobFixture(''),
        blobFixture('{}', mediaTypes.ociEmpty),
        blobFixture('long hash', undefined, 'sha512'),
      ]) {
        await push(destination, blob);
        expect(await destination.hasBlob(blob.descriptor)).toBe(true);
        expect((await buffer(await destination.fetchBlob(blob.descriptor))).equals(blob.bytes)).toBe(true);
      }
    });

    test('a blob that is not there is OCI_NOT_FOUND', async () => {
      await push(destination, config);
      await expect(destination.fetchBlob(layer.descriptor)).rejects.toMatchObject({ code: 'OCI_NOT_FOUND' });
    });

    test('a body that fails half-way commits nothing', async () => {
      const start = await destination.startUpload();
      if (start.outcome !== 'started') throw new Error('nothing was asked to be mounted');
      const failure = new Error('the source went away');
      const body = Readable.from(
        (function* () {
          yield layer.bytes.subarray(0, 50_000);
          throw failure;
        })(),
        { objectMode: false },
      );
      await expect(start.upload.send(layer.descriptor, body)).rejects.toBeInstanceOf(Error);
      expect(await destination.hasBlob(layer.descriptor)).toBe(false);
      await push(destination, layer);
      expect(await destination.hasBlob(layer.descriptor)).toBe(true);
    });

    test('a cancelled upload leaves nothing', async () => {
      const start = await destination.startUpload();
      if (start.outcome !== 'started') throw new Error('nothing was asked to be mounted');
      await start.upload.cancel();
      await start.upload.cancel();
      expect(await destination.hasBlob(layer.descriptor)).toBe(false);
    });

    test('the same blob may be sent several times at once', async () => {
      await Promise.all([push(destination, layer), push(destination, layer), push(destination, layer)]);
      expect((await buffer(await destination.fetchBlob(layer.descriptor))).equals(layer.bytes)).toBe(true);
    });

    test('manifests are read back byte for byte, by tag and by digest', async () => {
      await push(destination, config, layer);
      const pushed = await destination.pushManifest(image, { tag: 'v1' });
      expect([undefined, image.digest]).toContain(pushed.digest);
      for (const name of ['v1', image.digest]) {
        expect(await destination.resolve(name)).toMatchObject({
          digest: image.digest,
          mediaType: mediaTypes.ociManifest,
        });
        const content = await destination.fetchManifest(name);
        expect(content).toMatchObject({ digest: image.digest, mediaType: mediaTypes.ociManifest });
        expect(Buffer.from(content.bytes).equals(image.bytes)).toBe(true);
      }
    });

    test('a docker image keeps its media types', async () => {
      const dockerConfig = blobFixture('{"os":"linux"}', mediaTypes.dockerConfig);
      await push(destination, dockerConfig, layer);
      const docker = manifestFixture(mediaTypes.dockerManifest, {
        config: dockerConfig.descriptor,
        layers: [layer.descriptor],
      });
      await destination.pushManifest(docker, { tag: 'docker' });
      expect(await destination.resolve('docker')).toMatchObject({ mediaType: mediaTypes.dockerManifest });
    });

    test('what is not there resolves to nothing and cannot be fetched', async () => {
      await push(destination, config, layer);
      await destination.pushManifest(image, { tag: 'v1' });
      const absent = blobFixture('absent').descriptor.digest;
      for (const name of ['v2', absent]) {
        expect(await destination.resolve(name)).toBeUndefined();
        await expect(destination.fetchManifest(name)).rejects.toMatchObject({ code: 'OCI_NOT_FOUND' });
      }
    });

    test('a manifest without its blobs or children is refused', async () => {
      await push(destination, config);
      for (const content of [image, indexFixture([image])]) {
        const refused: unknown = await destination
          .pushManifest(content, { tag: 'v1' })
          .catch((error) => error);
        expect(isOciError(refused, 'OCI_UPLOAD_FAILED')).toBe(true);
        expect(isOciError(refused) && refused.registryCodes).toEqual([
          expect.stringMatching(/^(?:MANIFEST_BLOB_UNKNOWN|BLOB_UPLOAD_UNKNOWN)$/),
        ]);
      }
      expect(await destination.resolve('v1')).toBeUndefined();
    });

    test('children pushed by digest are found by digest and are not tags', async () => {
      await push(destination, config, layer);
      const other = imageFixture(config, [layer], { annotations: { platform: 'other' } });
      const nested = indexFixture([other]);
      const root = indexFixture([image, nested]);
      for (const child of [image, other, nested]) await destination.pushManifest(child);
      await destination.pushManifest(root, { tag: 'all' });
      expect(await tagsOf(destination)).toEqual(['all']);
      for (const content of [root, nested, other]) {
        const fetched = await destination.fetchManifest(content.digest);
        expect(Buffer.from(fetched.bytes).equals(content.bytes)).toBe(true);
      }
    });

    test('tags are moved, repeated and listed', async () => {
      await push(destination, config, layer);
      const next = imageFixture(config, [layer, config]);
      await destination.pushManifest(image, { tag: 'v1' });
      await destination.pushManifest(image, { tag: 'v1' });
      await destination.pushManifest(image, { tag: 'latest' });
      await destination.pushManifest(next, { tag: 'latest' });
      expect(await tagsOf(destination)).toEqual(['latest', 'v1']);
      expect(await destination.resolve('v1')).toMatchObject({ digest: image.digest });
      expect(await destination.resolve('latest')).toMatchObject({ digest: next.digest });
    });

    test('many tags pushed at once are all there', async () => {
      await push(destination, config, layer);
      const tags = Array.from({ length: 12 }, (_, position) => `v${position + 10}`);
      await Promise.all(tags.map(async (tag) => destination.pushManifest(image, { tag })));
      expect(await tagsOf(destination)).toEqual(tags);
    });

    test('referrers are listed with type and annotations', async () => {
      const payload = blobFixture('signature');
      const empty = blobFixture('{}', mediaTypes.ociEmpty);
      await push(destination, config, layer, payload, empty);
      await destination.pushManifest(image, { tag: 'v1' });
      expect((await destination.listReferrers(image.digest)).descriptors).toEqual([]);
      const signature = imageFixture(empty, [payload], {
        artifactType: 'application/vnd.example.signature',
        subject: describeManifest(image),
        annotations: { by: 'someone' },
      });
      const sbom = imageFixture(config, [payload], { subject: describeManifest(image) });
      expect(await destination.pushManifest(signature)).toMatchObject({ subjectProcessed: true });
      expect(await destination.pushManifest(sbom)).toMatchObject({ subjectProcessed: true });
      const { from, descriptors } = await destination.listReferrers(image.digest);
      expect(from).toBe('api');
      expect(new Map(descriptors.map((each) => [each.digest, each.artifactType]))).toEqual(
        new Map([
          [signature.digest, 'application/vnd.example.signature'],
          [sbom.digest, mediaTypes.ociConfig],
        ]),
      );
      const only = await destination.listReferrers(image.digest, {
        artifactType: 'application/vnd.example.signature',
      });
      expect(only.descriptors).toHaveLength(1);
      expect(only.descriptors[0]).toMatchObject({
        ...describeManifest(signature),
        annotations: { by: 'someone' },
      });
      expect(await tagsOf(destination)).toEqual(['v1']);
    });

    test('a missing repository is not there until something is pushed', async () => {
      expect(await destination.repositoryExists()).not.toBe(true);
      expect(await destination.resolve('v1')).toBeUndefined();
      await push(destination, config, layer);
      await destination.pushManifest(image, { tag: 'v1' });
      expect(await destination.repositoryExists()).not.toBe(false);
    });

    test('cancelled calls reject with the reason itself', async () => {
      await push(destination, config, layer);
      await destination.pushManifest(image, { tag: 'v1' });
      const reason = { enough: true };
      const signal = AbortSignal.abort(reason);
      const calls: readonly (() => Promise<unknown>)[] = [
        async () => destination.resolve('v1', { signal }),
        async () => destination.fetchManifest('v1', { signal }),
        async () => destination.fetchBlob(layer.descriptor, { signal }),
        async () => destination.hasBlob(layer.descriptor, { signal }),
        async () => destination.listReferrers(image.digest, { signal }),
        async () => destination.repositoryExists({ signal }),
        async () => destination.startUpload({ signal }),
        async () => destination.pushManifest(image, { tag: 'v2', signal }),
        async () => {
          for await (const tag of destination.listTags({ signal })) expect(tag).toBe('never');
        },
      ];
      for (const call of calls) await expect(call()).rejects.toBe(reason);
    });

    test('an upload that is cancelled half-way rejects with the reason and leaves nothing', async () => {
      const start = await destination.startUpload();
      if (start.outcome !== 'started') throw new Error('nothing was asked to be mounted');
      const controller = new AbortController();
      const reason = new Error('enough');
      const body = new Readable({
        read(): void {
          if (this.readableLength > 0) return;
          this.push(layer.bytes.subarray(0, 1000));
          setTimeout(() => controller.abort(reason), 20);
        },
      });
      const sending = start.upload.send(layer.descriptor, body, { signal: controller.signal });
      await expect(sending).rejects.toBe(reason);
      expect(await destination.hasBlob(layer.descriptor)).toBe(false);
    });
  });
}
