import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOrThrow } from '../parts/run-command.js';

const root = join(import.meta.dirname, '../../..');

/** A package of the workspace as it is published. */
export interface PublishedPackage {
  readonly name: string;
  /** Entry points other than package.json: `.`, `./testing`. */
  readonly entries: readonly string[];
}

/** Every package of the workspace that is published. */
export function publishedPackages(): readonly PublishedPackage[] {
  return readdirSync(join(root, 'packages')).map((folder) => {
    const text = readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8');
    const manifest = JSON.parse(text) as { name: string; exports: Record<string, unknown> };
    const entries = Object.keys(manifest.exports).filter((entry) => entry !== './package.json');
    return { name: manifest.name, entries };
  });
}

/** Packs every package with pnpm and installs all archives together with npm, in an empty project. */
export async function installPacked(folder: string): Promise<void> {
  const archives = join(folder, 'archives');
  const project = join(folder, 'project');
  mkdirSync(archives);
  mkdirSync(project);
  for (const name of readdirSync(join(root, 'packages'))) {
    const cwd = join(root, 'packages', name);
    await runOrThrow('npx', ['-y', 'pnpm@10', 'pack', '--pack-destination', archives], { cwd });
  }
  writeFileSync(join(project, 'package.json'), '{"name":"outside","private":true,"type":"module"}');
  const files = readdirSync(archives).map((file) => join(archives, file));
  await runOrThrow('npm', ['install', '--no-audit', '--no-fund', ...files], {
    cwd: project,
    timeoutMs: 300_000,
  });
}
