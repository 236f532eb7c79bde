import { open, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { mediaTypes } from '../src/content/media-types.js';
import type { ContentDestination } from '../src/content/store.js';
import { openLayout } from '../src/layout/open-layout.js';
import { digestHex } from '../src/reference/digest.js';
import {
  blobFixture,
  describeManifest,
  imageFixture,
  indexFixture,
  manifestFixture,
  type BlobFixture,
} from './image-fixture.js';

const config = blobFixture('{"os":"linux","architecture":"amd64"}', mediaTypes.ociConfig);
const layer = blobFixture('a layer '.repeat(1000));
const image = imageFixture(config, [layer]);
const refName = 'org.opencontainers.image.ref.name';

let directory: string;
let path: string;
let layout: ContentDestination;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'oci-sync-layout-'));
  path = join(directory, 'images');
  layout = openLayout({ path });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(directory, { recursive: true });
});

async function send(
  blob: BlobFixture,
  body = Readable.from([blob.bytes], { objectMode: false }),
): Promise<void> {
  const start = await layout.startUpload();
  if (start.outcome !== 'started') throw new Error('a layout mounts nothing');
  await start.upload.send(blob.descriptor, body);
}

async function pushImage(tag: string): Promise<void> {
  await send(config);
  await send(layer);
  await layout.pushManifest(image, { tag });
}

async function readIndex(): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(path, 'index.json'), 'utf8'));
}

async function writeIndex(manifests: readonly unknown[], fields: object = {}): Promise<void> {
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(path, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests, ...fields }));
}

function blobPath(blob: { readonly digest: typeof image.digest }): string {
  return join(path, 'blobs', 'sha256', digestHex(blob.digest));
}

describe('writing', () => {
  test('makes a layout as the specification says, without anything else', async () => {
    await pushImage('v1');
    expect((await readdir(path)).toSorted()).toEqual(['blobs', 'index.json', 'oci-layout']);
    expect(JSON.parse(await readFile(join(path, 'oci-layout'), 'utf8'))).toEqual({
      imageLayoutVersion: '1.0.0',
    });
    expect(await readIndex()).toEqual({
      schemaVersion: 2,
      mediaType: mediaTypes.ociIndex,
      manifests: [{ ...describeManifest(image), annotations: { [refName]: 'v1' } }],
    });
    expect((await readdir(join(path, 'blobs', 'sha256'))).toSorted()).toEqual(
      [config.descriptor, layer.descriptor, image].map((each) => digestHex(each.digest)).toSorted(),
    );
  });

  test('is a layout as soon as an upload starts', async () => {
    await layout.startUpload();
    expect(await layout.repositoryExists()).toBe(true);
    expect(await readIndex()).toMatchObject({ manifests: [] });
  });

  test('keeps what other tools put into index.json', async () => {
    const foreign = {
      ...describeManifest(image),
      annotations: { [refName]: 'v0', note: 'kept' },
      custom: [1],
    };
    await writeIndex([foreign], { annotations: { of: 'somebody' } });
    await pushImage('v1');
    expect(await readIndex()).toMatchObject({
      annotations: { of: 'somebody' },
      manifests: [foreign, { annotations: { [refName]: 'v1' } }],
    });
  });

  test('a moved tag leaves no manifest behind in index.json, unless that one refers to another', async () => {
    await pushImage('v1');
    const next = imageFixture(config, [layer, config]);
    await layout.pushManifest(next, { tag: 'v1' });
    const signature = imageFixture(config, [layer], { subject: describeManifest(next) });
    await layout.pushManifest(signature, { tag: 'v1' });
    await layout.pushManifest(image, { tag: 'v1' });
    expect(await readIndex()).toMatchObject({
      manifests: [{ digest: signature.digest }, { digest: image.digest, annotations: { [refName]: 'v1' } }],
    });
    expect((await layout.listReferrers(next.digest)).descriptors).toHaveLength(1);
  });

  test('a manifest pushed by digest first and tagged later is listed once', async () => {
    await pushImage('v1');
    const signature = imageFixture(config, [layer], { subject: describeManifest(image) });
    await layout.pushManifest(signature);
    await layout.pushManifest(signature, { tag: 'signature' });
    expect(await readIndex()).toMatchObject({
      manifests: [{ digest: image.digest }, { digest: signature.digest }],
    });
  });

  test.each([
    ['too short', layer.bytes.subarray(1), 'OCI_SIZE_MISMATCH'],
    ['too long', Buffer.concat([layer.bytes, layer.bytes]), 'OCI_SIZE_MISMATCH'],
    ['of the right size but wrong', Buffer.from(layer.bytes).fill(0, 100, 101), 'OCI_DIGEST_MISMATCH'],
  ])('a blob that is %s is refused and leaves no file', async (_, bytes, code) => {
    await expect(send(layer, Readable.from([bytes], { objectMode: false }))).rejects.toMatchObject({ code });
    expect(await layout.hasBlob(layer.descriptor)).toBe(false);
    expect((await readdir(path)).toSorted()).toEqual(['blobs', 'index.json', 'oci-layout']);
  });

  test('an error of the source comes through untouched', async () => {
    const failure = new Error('connection lost');
    const body = new Readable({
      read(): void {
        this.destroy(failure);
      },
    });
    await expect(send(layer, body)).rejects.toBe(failure);
  });

  test('a full disk is an error that says so, and nothing is half-visible', async () => {
    await layout.startUpload();
    const probe = await open(join(directory, 'probe'), 'w');
    const prototype: { appendFile: typeof probe.appendFile } = Object.getPrototypeOf(probe);
    await probe.close();
    vi.spyOn(prototype, 'appendFile').mockRejectedValue(
      Object.assign(new Error('write failed'), { code: 'ENOSPC', syscall: 'write' }),
    );
    await expect(send(layer)).rejects.toMatchObject({
      code: 'OCI_LAYOUT',
      message: `cannot write blob ${layer.descriptor.digest} in OCI image layout ${path}: no space left on the disk (ENOSPC)`,
      hint: expect.stringContaining('free some space'),
    });
    expect((await readdir(path)).toSorted()).toEqual(['blobs', 'index.json', 'oci-layout']);
    expect(await readdir(join(path, 'blobs'))).toEqual([]);
  });

  test('a directory with other files is left alone', async () => {
    await mkdir(path);
    await writeFile(join(path, 'thesis.txt'), 'precious');
    await expect(layout.startUpload()).rejects.toMatchObject({
      code: 'OCI_LAYOUT',
      message: expect.stringContaining('"thesis.txt"'),
    });
    expect(await readdir(path)).toEqual(['thesis.txt']);
  });

  test('a path that is a file, or below one, is an error', async () => {
    await writeFile(path, '');
    for (const each of [path, join(path, 'below')]) {
      const broken = openLayout({ path: each });
      await expect(broken.startUpload()).rejects.toMatchObject({ code: 'OCI_LAYOUT' });
      await expect(broken.fetchManifest('v1')).rejects.toMatchObject({ code: 'OCI_REPOSITORY_MISSING' });
    }
  });

  test('temporary files of a killed process are not seen, and removed after a day', async () => {
    await pushImage('v1');
    const [abandoned, recent] = ['abandoned', 'recent'].map((name) => join(path, `.oci-sync-${name}.tmp`));
    await writeFile(abandoned!, 'half a blob');
    await writeFile(recent!, 'half a blob');
    const dayAgo = new Date(Date.now() - 25 * 60 * 60 * 1000);
    await utimes(abandoned!, dayAgo, dayAgo);
    await openLayout({ path }).startUpload();
    expect((await readdir(path)).toSorted()).toEqual([
      '.oci-sync-recent.tmp',
      'blobs',
      'index.json',
      'oci-layout',
    ]);
  });

  test('writers that share nothing but the directory lose no tag', async () => {
    await pushImage('v0');
    const layouts = Array.from({ length: 4 }, () => openLayout({ path }));
    await Promise.all(
      layouts.flatMap((each, writer) =>
        [1, 2, 3].map(async (round) => each.pushManifest(image, { tag: `w${writer}-r${round}` })),
      ),
    );
    const tags: string[] = [];
    for await (const tag of layout.listTags()) tags.push(tag);
    expect(tags).toHaveLength(13);
    expect((await readdir(path)).toSorted()).toEqual(['blobs', 'index.json', 'oci-layout']);
  });

  test('a manifest that is too large, or does not hash to its digest, is refused', async () => {
    await pushImage('v1');
    const large = imageFixture(config, [layer], { annotations: { x: 'x'.repeat(4 * 1024 * 1024) } });
    await expect(layout.pushManifest(large)).rejects.toMatchObject({ code: 'OCI_TOO_LARGE' });
    await expect(layout.pushManifest({ ...image, digest: large.digest })).rejects.toMatchObject({
      code: 'OCI_DIGEST_MISMATCH',
    });
    await expect(layout.pushManifest(image, { tag: '../v1' })).rejects.toMatchObject({
      code: 'OCI_INVALID_REFERENCE',
    });
  });

  test('an image with foreign layers does not need them', async () => {
    await send(config);
    const foreign = blobFixture('windows', 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip');
    await layout.pushManifest(imageFixture(config, [foreign]), { tag: 'windows' });
    expect(await layout.resolve('windows')).toBeDefined();
  });
});

describe('reading', () => {
  test('says what is there when something else was asked for', async () => {
    await expect(layout.fetchManifest('v1')).rejects.toMatchObject({ code: 'OCI_REPOSITORY_MISSING' });
    await layout.startUpload();
    await expect(layout.fetchManifest('v1')).rejects.toMatchObject({ hint: 'the layout is empty' });
    await pushImage('v1');
    await expect(layout.fetchManifest('v2')).rejects.toMatchObject({ hint: 'it has the tags v1' });
    await writeIndex([describeManifest(image)]);
    await expect(layout.fetchManifest('latest')).rejects.toMatchObject({
      hint: `it has no tags, but ${image.digest}`,
    });
  });

  test('a tag on several manifests is an error; on the same one twice it is not', async () => {
    await pushImage('v1');
    const entry = { ...describeManifest(image), annotations: { [refName]: 'v1' } };
    await writeIndex([entry, entry]);
    expect(await layout.resolve('v1')).toMatchObject({ digest: image.digest });
    await writeIndex([entry, { ...entry, digest: config.descriptor.digest }]);
    await expect(layout.resolve('v1')).rejects.toMatchObject({ code: 'OCI_LAYOUT' });
  });

  test('names in index.json that are not tags are not listed', async () => {
    const named = (name: string) => ({ ...describeManifest(image), annotations: { [refName]: name } });
    await writeIndex([named('docker.io/library/alpine:3'), named('3'), named('3'), describeManifest(image)]);
    const tags: string[] = [];
    for await (const tag of layout.listTags()) tags.push(tag);
    expect(tags).toEqual(['3']);
  });

  test('the digest of a layer is not a manifest', async () => {
    await pushImage('v1');
    expect(await layout.resolve(layer.descriptor.digest)).toBeUndefined();
  });

  test('a damaged manifest cannot be fetched, and is repaired by pushing it again', async () => {
    await pushImage('v1');
    await writeFile(blobPath(image), Buffer.from(image.bytes).fill(32, 0, 1));
    await expect(layout.fetchManifest('v1')).rejects.toMatchObject({ code: 'OCI_DIGEST_MISMATCH' });
    expect(await layout.resolve('v1')).toBeUndefined();
    await layout.pushManifest(image, { tag: 'v1' });
    expect(await layout.fetchManifest('v1')).toMatchObject({ digest: image.digest });
  });

  test('a blob of the wrong size is not there', async () => {
    await pushImage('v1');
    await writeFile(blobPath(layer.descriptor), 'cut');
    expect(await layout.hasBlob(layer.descriptor)).toBe(false);
  });

  test('blobs may be symbolic links, but nothing else than files', async () => {
    await pushImage('v1');
    await writeFile(join(directory, 'elsewhere'), layer.bytes);
    await rm(blobPath(layer.descriptor));
    await symlink(join(directory, 'elsewhere'), blobPath(layer.descriptor));
    expect((await buffer(await layout.fetchBlob(layer.descriptor))).equals(layer.bytes)).toBe(true);
    await rm(blobPath(layer.descriptor));
    await mkdir(blobPath(layer.descriptor));
    await expect(layout.fetchBlob(layer.descriptor)).rejects.toMatchObject({ code: 'OCI_NOT_FOUND' });
  });

  test('a manifest that is too large is not read', async () => {
    await pushImage('v1');
    await writeFile(blobPath(image), Buffer.alloc(4 * 1024 * 1024 + 1, ' '));
    await expect(layout.fetchManifest('v1')).rejects.toMatchObject({ code: 'OCI_TOO_LARGE' });
  });

  test.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['without manifests', '{"schemaVersion":2}'],
    [
      'with a digest that leaves the directory',
      '{"manifests":[{"mediaType":"a","size":1,"digest":"sha256:../../x"}]}',
    ],
    ['with a negative size', `{"manifests":[{"mediaType":"a","size":-1,"digest":"${image.digest}"}]}`],
    ['ambiguous', '{"manifests":[],"layers":[]}'],
  ])('an index.json that is %s is an error', async (_, text) => {
    await writeIndex([]);
    await writeFile(join(path, 'index.json'), text);
    await expect(layout.resolve('v1')).rejects.toMatchObject({
      code: 'OCI_LAYOUT',
      message: expect.stringContaining('index.json'),
    });
  });

  test.each([
    ['{"imageLayoutVersion":"2.0.0"}', 'unsupported imageLayoutVersion 2.0.0'],
    ['{}', 'no imageLayoutVersion'],
    ['nonsense', 'cannot read the oci-layout file'],
    [' '.repeat(5000), 'no imageLayoutVersion'],
  ])('an oci-layout file of %j is an error', async (text, message) => {
    await writeIndex([]);
    await writeFile(join(path, 'oci-layout'), text);
    await expect(layout.startUpload()).rejects.toMatchObject({
      code: 'OCI_LAYOUT',
      message: expect.stringContaining(message),
    });
  });

  test('digests that are not digests never reach a path', async () => {
    await pushImage('v1');
    const outside = { ...layer.descriptor, digest: 'sha256:../../../etc/passwd' as const };
    await expect(layout.hasBlob(outside)).rejects.toMatchObject({ code: 'OCI_INVALID_REFERENCE' });
  });

  test('referrers under the fallback tag count, each once', async () => {
    await pushImage('v1');
    const signature = imageFixture(config, [layer], { subject: describeManifest(image) });
    await layout.pushManifest(signature);
    const other = imageFixture(config, [config], { subject: describeManifest(image) });
    await writeFile(blobPath(other), other.bytes);
    const unrelated = imageFixture(config, [layer, layer]);
    await layout.pushManifest(unrelated);
    await layout.pushManifest(indexFixture([signature, other, unrelated]), {
      tag: image.digest.replace(':', '-'),
    });
    const { descriptors } = await layout.listReferrers(image.digest);
    expect(descriptors.map((each) => each.digest).toSorted()).toEqual(
      [signature.digest, other.digest].toSorted(),
    );
  });

  test('manifests that cannot be read do not hide referrers', async () => {
    await pushImage('v1');
    const signature = imageFixture(config, [layer], { subject: describeManifest(image) });
    await layout.pushManifest(signature);
    const broken = manifestFixture(mediaTypes.ociManifest, { layers: 'none' });
    await writeFile(blobPath(broken), broken.bytes);
    const { manifests } = await readIndex();
    await writeIndex([...(Array.isArray(manifests) ? manifests : []), describeManifest(broken)]);
    expect((await layout.listReferrers(image.digest)).descriptors).toHaveLength(1);
  });
});
