import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireIndexLock } from './index-lock.js';
import { layoutPaths, type LayoutPaths } from './layout-paths.js';

let paths: LayoutPaths;
beforeEach(async () => {
  paths = layoutPaths(await mkdtemp(join(tmpdir(), 'oci-sync-lock-')));
});
afterEach(async () => rm(paths.root, { recursive: true }));

test('one holder at a time', async () => {
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      const lock = await acquireIndexLock(paths, { pollMs: 1 });
      inside += 1;
      most = Math.max(most, inside);
      expect(await lock.isHeld()).toBe(true);
      await delay(2);
      inside -= 1;
      await lock.release();
    }),
  );
  expect(most).toBe(1);
  expect(await readdir(paths.root)).toEqual([]);
});

test('a lock that stays the same for long is taken over, and its holder notices', async () => {
  const lost = await acquireIndexLock(paths);
  const taken = await acquireIndexLock(paths, { staleMs: 40, pollMs: 5 });
  expect(await lost.isHeld()).toBe(false);
  await lost.release();
  expect(await taken.isHeld()).toBe(true);
  await taken.release();
  expect(await readdir(paths.root)).toEqual([]);
});

test('a lock that changes hands is waited for', async () => {
  await writeFile(paths.lock, 'owner 0');
  let changes = 0;
  const passing = setInterval(() => {
    changes += 1;
    if (changes < 20) void writeFile(paths.lock, `owner ${changes}`);
    else {
      clearInterval(passing);
      void rm(paths.lock);
    }
  }, 10);
  const lock = await acquireIndexLock(paths, { staleMs: 150, pollMs: 5 });
  expect(changes).toBe(20);
  await lock.release();
});

test('waiting ends with the reason when it is cancelled', async () => {
  await writeFile(paths.lock, 'somebody');
  const reason = new Error('enough');
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 30);
  await expect(acquireIndexLock(paths, { signal: controller.signal })).rejects.toBe(reason);
  expect(await readFile(paths.lock, 'utf8')).toBe('somebody');
});
