import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../parts/background-process.js';
import { removeStored, replaceStored, truncateStored } from '../parts/distribution-storage.js';
import { startRecordingProxy } from '../parts/recording-proxy.js';
import { startDistribution3, type RunningRegistry } from '../parts/registries.js';
import { runCommand } from '../parts/run-command.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import { startWithHtpasswd, startWithTls } from './protected-registries.js';
import { putContent } from './put-content.js';
import { expectSeen, readWithAll } from './read-back.js';
import { bareEnvironment, cliPath, runCli, type CliResult } from './run-cli.js';
import { largeImage, multiArchIndex, singleImage, store, type TestContent } from './test-content.js';

let source: RunningRegistry;
let destination: RunningRegistry;
beforeAll(async () => {
  [source, destination] = await Promise.all([startDistribution3(), startDistribution3()]);
});
afterAll(async () => {
  await Promise.allSettled([source.stop(), destination.stop()]);
});

let repositories = 0;

/** A repository name that no other test uses, and where the copy would go. */
function freshNames(): { readonly repository: string; readonly target: string } {
  repositories += 1;
  const repository = `bad/app-${repositories}`;
  return { repository, target: `${destination.address}/${repository}:v1` };
}

/** Puts an image into the source under a name of its own. */
async function prepare(
  content: TestContent = singleImage(),
): Promise<{ readonly content: TestContent; readonly reference: string; readonly target: string }> {
  const { repository, target } = freshNames();
  await putContent({ address: source.address, repository }, 'v1', content);
  return { content, reference: `${source.address}/${repository}:v1`, target };
}

/** One line on stderr, nothing on stdout that looks like success, the right exit code. */
function expectFailure({ code, stdout, stderr }: CliResult, expected: { code: number; says: RegExp }): void {
  expect(stderr.trim().split('\n'), stderr).toHaveLength(1);
  expect(stderr).toMatch(/^error: /);
  expect(stderr).toMatch(expected.says);
  expect(stdout).not.toContain('copied');
  expect(code, stderr).toBe(expected.code);
}

/** Nobody who pulls the tag, or lists the repository, sees anything of it. */
async function expectNothingVisible(target: string): Promise<void> {
  const [, address = '', repository = '', tag = ''] = /^([^/]+)\/(.+):([^:/]+)$/.exec(target) ?? [];
  const manifest = await fetch(`http://${address}/v2/${repository}/manifests/${tag}`);
  expect(manifest.status).toBe(404);
  const list = await fetch(`http://${address}/v2/${repository}/tags/list`);
  const { tags } = (await list.json()) as { tags?: readonly string[] | null };
  expect(tags ?? []).toEqual([]);
}

async function copyQuietly(...args: string[]): Promise<CliResult> {
  return runCli(['copy', '--quiet', ...args]);
}

describe('a reference', () => {
  it('that is malformed', async () => {
    const { target } = freshNames();
    expectFailure(await copyQuietly('127.0.0.1:5000/Upper/Case:v1', target), {
      code: 2,
      says: /Upper\/Case/,
    });
    await expectNothingVisible(target);
  });
  it('to an unknown host', async () => {
    const { target } = freshNames();
    const result = await copyQuietly('registry.invalid/team/app:v1', target);
    expectFailure(result, { code: 1, says: /registry\.invalid/ });
    await expectNothingVisible(target);
  });
  it('to a port where nobody listens', async () => {
    const { target } = freshNames();
    const address = `127.0.0.1:${await freePort()}`;
    const result = await copyQuietly(`${address}/team/app:v1`, target);
    expectFailure(result, { code: 1, says: new RegExp(address) });
    await expectNothingVisible(target);
  });
  it('to a missing repository', async () => {
    const { target } = freshNames();
    const result = await copyQuietly(`${source.address}/no/such/app:v1`, target);
    expectFailure(result, { code: 1, says: /no\/such\/app.*(not there|does not exist)/ });
    await expectNothingVisible(target);
  });
  it('to a missing tag', async () => {
    const { reference, target } = await prepare();
    const result = await copyQuietly(reference.replace(/v1$/, 'v2'), target);
    expectFailure(result, { code: 1, says: /:v2.*not there/ });
    await expectNothingVisible(target);
  });
  it('to an image without the platform', async () => {
    const { reference, target } = await prepare(multiArchIndex());
    const result = await copyQuietly(reference, target, '--platform', 'linux/s390x');
    expectFailure(result, { code: 1, says: /linux\/s390x/ });
    await expectNothingVisible(target);
  });
});

describe('access', () => {
  it('over TLS to a certificate that nobody vouches for', async () => {
    const guarded = await startWithTls(startDistribution3);
    try {
      const { target } = freshNames();
      await putContent(guarded.target('team/app'), 'v1', singleImage());
      const result = await copyQuietly(`${guarded.address}/team/app:v1`, target);
      expectFailure(result, { code: 1, says: /certificate/i });
      await expectNothingVisible(target);
    } finally {
      await guarded.stop();
    }
  });
  it('without credentials (401)', async () => {
    const guarded = await startWithHtpasswd(startDistribution3);
    try {
      const { target } = freshNames();
      await putContent(guarded.target('team/app'), 'v1', singleImage());
      const result = await copyQuietly(`${guarded.address}/team/app:v1`, target);
      expectFailure(result, { code: 3, says: /credentials|login/ });
      await expectNothingVisible(target);
    } finally {
      await guarded.stop();
    }
  });
  it('without permission (403)', async () => {
    const proxy = await startRecordingProxy({
      upstream: source.address,
      answer: (request, response) =>
        request.url?.includes('/manifests/') === true &&
        answerJson(response, 403, { errors: [{ code: 'DENIED', message: 'not for you' }] }),
    });
    try {
      const { target } = freshNames();
      const result = await copyQuietly(`${proxy.address}/team/app:v1`, target);
      expectFailure(result, { code: 1, says: /denied|not permitted|403/i });
      await expectNothingVisible(target);
    } finally {
      await proxy.stop();
    }
  });
  it('to a read-only destination', async () => {
    const readOnly = await startDistribution3({ readOnly: true });
    try {
      const { reference } = await prepare();
      const target = `${readOnly.address}/team/app:v1`;
      expectFailure(await copyQuietly(reference, target), { code: 1, says: /destination/ });
      await expectNothingVisible(target);
    } finally {
      await readOnly.stop();
    }
  });
});

describe('content', () => {
  it('with a missing blob', async () => {
    const { content, reference, target } = await prepare();
    const [blob] = content.blobs;
    removeStored(source.storageFolder, blob?.digest ?? '');
    expectFailure(await copyQuietly(reference, target), { code: 1, says: new RegExp(blob?.digest ?? '') });
    await expectNothingVisible(target);
  });
  it('with a corrupted blob', async () => {
    const { content, reference, target } = await prepare();
    const blob = content.blobs.at(-1) ?? content.root;
    const damaged = Buffer.from(blob.bytes);
    damaged.writeUInt8(damaged.readUInt8(100) ^ 0xff, 100);
    replaceStored(source.storageFolder, blob.digest, damaged);
    expectFailure(await copyQuietly(reference, target), {
      code: 1,
      says: new RegExp(`hash.*${blob.digest}`),
    });
    await expectNothingVisible(target);
    const landed = await fetch(`http://${target.replace(/\/(.*):v1$/, '/v2/$1')}/blobs/${blob.digest}`);
    expect(landed.status).toBe(404);
  });
  it('with a truncated blob', async () => {
    const { content, reference, target } = await prepare();
    const blob = content.blobs.at(-1) ?? content.root;
    truncateStored(source.storageFolder, blob.digest, blob.bytes.length - 1000);
    expectFailure(await copyQuietly(reference, target), { code: 1, says: /bytes/ });
    await expectNothingVisible(target);
  });
  it('with a manifest of another digest', async () => {
    const { content, reference, target } = await prepare();
    const other = await prepare();
    replaceStored(source.storageFolder, content.root.digest, other.content.root.bytes);
    const pinned = `${reference.replace(/:v1$/, '')}@${content.root.digest}`;
    const result = await copyQuietly(pinned, target);
    expectFailure(result, { code: 1, says: new RegExp(`${content.root.digest} has the digest`) });
    await expectNothingVisible(target);
  });
  it('with an oversized manifest', async () => {
    const { root } = singleImage();
    const padded = Buffer.concat([root.bytes, Buffer.alloc(5 * 1024 * 1024, ' ')]);
    const result = await copyManifest(padded, root.mediaType);
    expectFailure(result, { code: 1, says: /too large|larger|limit|at most/ });
  });
  it('with an ambiguous manifest, image and index at once', async () => {
    const { root } = singleImage();
    const document = { ...(JSON.parse(root.bytes.toString()) as object), manifests: [] };
    const result = await copyManifest(Buffer.from(JSON.stringify(document)), root.mediaType);
    expectFailure(result, { code: 1, says: /manifest/ });
  });
});

/** Copies from a source that answers every manifest request with these bytes; nothing may arrive. */
async function copyManifest(bytes: Buffer, mediaType: string): Promise<CliResult> {
  const { digest } = store(bytes);
  const proxy = await startRecordingProxy({
    upstream: source.address,
    answer: (request, response) => {
      if (request.url?.includes('/manifests/') !== true) return false;
      const headers = { 'content-type': mediaType, 'docker-content-digest': digest };
      response.writeHead(200, { ...headers, 'content-length': bytes.length });
      response.end(request.method === 'HEAD' ? undefined : bytes);
      return true;
    },
  });
  try {
    const { target } = freshNames();
    const result = await copyQuietly(`${proxy.address}/team/app:v1`, target);
    await expectNothingVisible(target);
    return result;
  } finally {
    await proxy.stop();
  }
}

function answerJson(response: ServerResponse, status: number, body: object): boolean {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
  return true;
}

describe('circumstances', () => {
  it('a full disk under a layout', async () => {
    const { reference } = await prepare(largeImage(3_000_000));
    const folder = makeTemporaryFolder();
    try {
      const mounted = join(folder.path, 'small');
      const script = `mkdir "$1" && mount -t tmpfs -o size=1m none "$1" || exit 99
        "$2" "$3" copy --quiet "$4" "oci:$1/layout:v1"
        code=$?
        cd "$1" && find . -type f -size +0 -exec sha256sum {} +
        cat layout/index.json 2>/dev/null
        exit $code`;
      const { code, stdout, stderr } = await runCommand(
        'unshare',
        ['-rm', 'sh', '-c', script, 'sh', mounted, process.execPath, cliPath, reference],
        { env: bareEnvironment(folder.path) },
      );
      const left = stdout.toString();
      expectFailure({ code, stdout: '', stderr }, { code: 1, says: /no space left|ENOSPC/i });
      expect(left).not.toContain('"v1"');
      for (const [, sum, hex] of left.matchAll(/^([0-9a-f]{64}) {2}\S*\/blobs\/sha256\/(\S+)$/gm)) {
        expect(sum).toBe(hex);
      }
    } finally {
      folder.remove();
    }
  });

  it('SIGINT in the middle of a 200 MB blob', async () => {
    const { content, reference, target } = await prepare(largeImage(200_000_000));
    let passed = 0;
    const reached = new EventTarget();
    const proxy = await startRecordingProxy({
      upstream: source.address,
      onChunk: async (path, chunk) => {
        if (!path.includes('/blobs/')) return;
        passed += chunk.length;
        if (passed < 50_000_000) return;
        reached.dispatchEvent(new Event('middle'));
        // The rest of the blob never comes.
        await new Promise<void>((resolve) => setTimeout(resolve, 60_000).unref());
      },
    });
    const home = makeTemporaryFolder();
    try {
      const throttled = reference.replace(source.address, proxy.address);
      const middle = once(reached, 'middle');
      const child = spawn(process.execPath, [cliPath, 'copy', '--quiet', throttled, target], {
        env: bareEnvironment(home.path),
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let stderr = '';
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      const exited = once(child, 'exit');
      await middle;
      child.kill('SIGINT');
      expect(await exited).toEqual([130, null]);
      expect(stderr.trim().split('\n'), stderr).toHaveLength(1);
      await expectNothingVisible(target);
      for (const { digest, bytes } of content.blobs.filter((blob) => blob.bytes.length > 1_000_000)) {
        const landed = await fetch(`http://${target.replace(/\/(.*):v1$/, '/v2/$1')}/blobs/${digest}`);
        expect({ status: landed.status, size: bytes.length }).toEqual({ status: 404, size: 200_000_000 });
      }
    } finally {
      await proxy.stop();
      home.remove();
    }
  });

  it('the same copy twice at once', async () => {
    const { content, reference, target } = await prepare(largeImage(20_000_000));
    const results = await Promise.all([copyQuietly(reference, target), copyQuietly(reference, target)]);
    expect(results.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ]);
    expectSeen(await readWithAll(target), content);
  });
});
