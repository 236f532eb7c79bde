import { readFileSync } from 'node:fs';
import type { Digest } from '@oci-sync/oci-client';
import { buildImage, pushImage } from '@oci-sync/registry/testing';
import { expect, it } from 'vitest';
import { describeOnStage } from './describe-stage.js';
import { chartImages, expectedMirror, namedImages } from './expected-mirror.js';
import { ecrHost } from './stand-ins.js';
import { buildUpstream, findUpstream } from './upstream-images.js';

const runner = 'runwhen-nonprod-shared/public-images/runner';
const runnerTag = '2026-07-23.1';

describeOnStage('plans', (stage) => {
  it('stored, then applied when a tag has moved, and when one may', { timeout: 240_000 }, async () => {
    const { stdout } = await stage.runWell(['plan', '--output', 'json']);
    stage.place.write('plan.json', stdout);
    expect(stage.mirrored()).toEqual({});

    const registry = stage.standIns.registries['us-docker.pkg.dev'];
    const moved = buildImage({ seed: 'moved', created: '2026-07-30T10:00:00Z' });
    await pushImage(registry, `${runner}:${runnerTag}`, moved);
    try {
      const refused = await stage.run(['sync', '--plan', 'plan.json']);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(new RegExp(`error: .*${runner}:${runnerTag}.*${moved.digest}.*allow`));
      expect(stage.mirrored()).toEqual({});

      const diff = await stage.runWell(['plan', '--diff', 'plan.json']);
      expect(diff.stdout).toContain('0 added, 0 removed, 1 changed, 8 unchanged');
      expect(diff.stdout).toContain(moved.digest);

      const allowed = await stage.runWell(['sync', '--plan', 'plan.json', '--allow-moved']);
      expect(allowed.stdout).toContain('9 copied, 0 unchanged, 0 failed');
      expect(stage.mirrored()).toEqual({
        ...expectedMirror([...chartImages, ...namedImages()]),
        [`test-rwl-runwhen/runner:${runnerTag}`]: moved.digest,
      });
    } finally {
      const usual = buildUpstream(findUpstream('us-docker.pkg.dev', runner, runnerTag));
      await registry.content.putTag(runner, runnerTag, usual.digest);
    }

    // The mirror is not what the plan says any more: applied exactly, it is put right.
    const verified = await stage.run(['verify', '--plan', 'plan.json']);
    expect(verified.code).toBe(1);
    expect(verified.stdout).toContain('9 images, 1 not right');
    const exact = await stage.runWell(['sync', '--plan', 'plan.json']);
    expect(exact.stdout).toContain('1 copied, 8 unchanged, 0 failed');
    expect(stage.mirrored()).toEqual(expectedMirror([...chartImages, ...namedImages()]));
  });

  it('verify finds what is missing at the mirror, and mends it', async () => {
    const images = ['--image', 'ghcr.io/runwhen-contrib/runwhen-local:0.11.5', '--image', 'busybox:1.37'];
    await stage.runWell(['sync', ...images]);
    const repository = 'test-rwl-runwhen/busybox';
    const [layer] = stage.ecr.content.manifests(repository).flatMap(({ blobs }) => blobs.slice(-1));
    expect(await stage.ecr.content.deleteBlob(repository, layer as Digest)).toBe(true);
    const found = await stage.run(['verify', ...images]);
    expect(found.code).toBe(1);
    expect(found.stdout).toContain(`missing blob ${layer ?? ''}`);
    expect(found.stdout).toContain('2 images, 1 not right');
    await stage.runWell(['verify', ...images, '--repair']);
    expect(stage.ecr.content.blob(repository, layer as Digest)).toBeDefined();
    await stage.runWell(['verify', ...images]);
  });

  it('a dry run tells what would be done, with bytes, and does none of it', async () => {
    const { stdout } = await stage.runWell(['sync', '--dry-run']);
    expect(stdout).toContain(`9 images to ${ecrHost}: 0 copied, 0 unchanged, 0 failed, 9 planned`);
    expect(stdout).toMatch(/docker\.io\/otel\/opentelemetry-collector:0\.153\.0 -> .*\n(?: .*\n)* .*\d kB/);
    expect(stage.ecr.requests.count({ method: ['POST', 'PUT', 'PATCH'], path: /^\/v2\// })).toBe(0);
    expect(stage.ecr.account.calls.map(({ action }) => action)).not.toContain('ecr:CreateRepository');
    expect(stage.mirrored()).toEqual({});
    expect(() => readFileSync(stage.place.path('updated_values.yaml'))).toThrow('ENOENT');
  });

  it('of a newer version, or with options that contradict it', async () => {
    stage.place.write(
      'newer.json',
      JSON.stringify({ version: 2, createdAt: '2026-01-01T00:00:00Z', images: [] }),
    );
    const newer = await stage.run(['sync', '--plan', 'newer.json']);
    expect(newer.stderr).toMatch(/^error: .*newer\.json.*version 2/m);
    const contradicting = await stage.run([
      'sync',
      '--plan',
      'newer.json',
      '-c',
      'runwhen-contrib/runwhen-local',
    ]);
    expect(contradicting.stderr).toMatch(/^error: .*--plan and --chart/m);
    expect([newer.code, contradicting.code]).toEqual([2, 2]);
  });
});
