import { mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestHex, digestOf, type Digest } from '../reference/digest.js';
import { defaultCacheDirectory } from './default-cache-directory.js';
import { openContentCache } from './open-content-cache.js';

const bytes = Buffer.from('{"schemaVersion":2}');
const digest = digestOf(bytes);
const dayMs = 24 * 60 * 60 * 1000;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'oci-sync-cache-'));
});
afterEach(async () => rm(directory, { recursive: true }));

function fileOf(of: Digest): string {
  const hex = digestHex(of);
  return join(directory, 'content-v1', of.split(':')[0] ?? '', hex.slice(0, 2), hex);
}

async function plant(of: Digest, content: Uint8Array): Promise<void> {
  await mkdir(dirname(fileOf(of)), { recursive: true });
  await writeFile(fileOf(of), content);
}

async function cachedSize(): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

describe('content cache', () => {
  test('gives back what an earlier run wrote, sha256 and sha512', async () => {
    const long = digestOf(bytes, 'sha512');
    for (const each of [digest, long]) {
      expect(await openContentCache({ directory }).read(each)).toBeUndefined();
      await openContentCache({ directory }).write(each, bytes);
      expect(await openContentCache({ directory }).read(each)).toEqual(bytes);
    }
  });

  test('never gives content that does not hash to its digest, whatever the file holds', async () => {
    const cache = openContentCache({ directory });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (planted) => {
        await plant(digest, planted);
        const read = await cache.read(digest);
        expect(read === undefined || digestOf(read) === digest).toBe(true);
      }),
      { numRuns: 50 },
    );
    await plant(digest, Buffer.from('something else'));
    expect(await cache.read(digest)).toBeUndefined();
    await cache.write(digest, bytes);
    expect(await cache.read(digest)).toEqual(bytes);
  });

  test('does not keep content under a digest that is not its own', async () => {
    const cache = openContentCache({ directory });
    await cache.write(digest, Buffer.from('something else'));
    await cache.write('sha256:../../escaped', bytes);
    expect(await readdir(directory)).toEqual([]);
    expect(await cache.read('sha256:../../escaped')).toBeUndefined();
  });

  test('leaves out what is above 4 MiB', async () => {
    const large = Buffer.alloc(4 * 1024 * 1024 + 1);
    const cache = openContentCache({ directory });
    await cache.write(digestOf(large), large);
    expect(await readdir(directory)).toEqual([]);
    await plant(digestOf(large), large);
    expect(await cache.read(digestOf(large))).toBeUndefined();
  });

  test('a directory where a file should be, a dangling link, a file as root: all only miss', async () => {
    const cache = openContentCache({ directory });
    await mkdir(fileOf(digest), { recursive: true });
    expect(await cache.read(digest)).toBeUndefined();
    await cache.write(digest, bytes);
    const other = digestOf(Buffer.from('other'));
    await mkdir(dirname(fileOf(other)), { recursive: true });
    await symlink('/nonexistent', fileOf(other));
    expect(await cache.read(other)).toBeUndefined();
    const file = join(directory, 'file');
    await writeFile(file, '');
    const impossible = openContentCache({ directory: file });
    await impossible.write(digest, bytes);
    expect(await impossible.read(digest)).toBeUndefined();
  });

  test('many writers of the same and of different content', async () => {
    const contents = Array.from({ length: 20 }, (_, index) => Buffer.from(`content ${index % 10}`));
    const caches = [openContentCache({ directory }), openContentCache({ directory })];
    await Promise.all(
      caches.flatMap((cache) => contents.map(async (each) => cache.write(digestOf(each), each))),
    );
    for (const each of contents) expect(await caches[0]?.read(digestOf(each))).toEqual(each);
    const names = await readdir(directory, { recursive: true });
    expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('is pruned to what was used last', async () => {
    const nowMs = Date.now();
    const cache = openContentCache({ directory, maxSizeBytes: 10_000, now: () => nowMs });
    const contents = Array.from({ length: 30 }, (_, index) => Buffer.alloc(1000, `${index} `));
    for (const [index, each] of contents.entries()) {
      await cache.write(digestOf(each), each);
      const used = new Date(nowMs - (30 - index) * 60_000);
      await utimes(fileOf(digestOf(each)), used, used);
    }
    expect(await cachedSize()).toBeLessThanOrEqual(12_000);
    expect(await cache.read(digestOf(contents[0]!))).toBeUndefined();
    expect(await cache.read(digestOf(contents[29]!))).toEqual(contents[29]);
  });

  test('reading old content counts as using it', async () => {
    const nowMs = Date.now();
    const cache = openContentCache({ directory, now: () => nowMs });
    await cache.write(digest, bytes);
    const used = new Date(nowMs - 2 * dayMs);
    await utimes(fileOf(digest), used, used);
    await cache.read(digest);
    expect((await stat(fileOf(digest))).mtimeMs).toBeGreaterThan(nowMs - dayMs);
  });

  test('half-written files of a killed process are removed after an hour', async () => {
    const abandoned = join(directory, 'content-v1', 'abandoned.tmp');
    await mkdir(dirname(abandoned), { recursive: true });
    await writeFile(abandoned, 'half');
    await openContentCache({ directory, now: () => Date.now() + 2 * 60 * 60 * 1000 }).write(digest, bytes);
    expect(await readdir(join(directory, 'content-v1'))).toEqual(['sha256']);
  });
});

test.each([
  ['linux', {}, '/home/me/.cache/oci-sync'],
  ['linux', { XDG_CACHE_HOME: '/caches' }, '/caches/oci-sync'],
  ['linux', { XDG_CACHE_HOME: 'relative' }, '/home/me/.cache/oci-sync'],
  ['darwin', {}, '/home/me/Library/Caches/oci-sync'],
])('default directory on %s with %j is %s', (platform, env, expected) => {
  expect(defaultCacheDirectory({ platform, env, home: '/home/me' })).toBe(expected);
});

test('default directory on Windows', () => {
  const home = 'C:\\Users\\me';
  expect(defaultCacheDirectory({ platform: 'win32', env: {}, home })).toBe(
    'C:\\Users\\me\\AppData\\Local\\oci-sync\\cache',
  );
  expect(defaultCacheDirectory({ platform: 'win32', env: { LOCALAPPDATA: 'D:\\local' }, home })).toBe(
    'D:\\local\\oci-sync\\cache',
  );
});
