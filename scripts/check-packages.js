// Packs every package as it would be published and lints the archives: publint, and attw for ESM-only packages.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const attw = fileURLToPath(
  new URL('dist/index.js', import.meta.resolve('@arethetypeswrong/cli/package.json')),
);

/** pnpm, through the copy of it that runs this script, or npx. */
async function pnpm(args, cwd) {
  const running = process.env['npm_execpath'];
  if (running?.includes('pnpm')) return run(process.execPath, [running, ...args], { cwd });
  return run('npx', ['-y', 'pnpm@10', ...args], { cwd });
}

/** Problems of one package, as lines. */
async function checkPackage(name, folder) {
  const pkgDir = join(root, 'packages', name);
  const { stdout } = await pnpm(['pack', '--json', '--pack-destination', folder], pkgDir);
  const { filename } = JSON.parse(stdout);
  const archive = await readFile(filename);
  const tarball = archive.buffer.slice(archive.byteOffset, archive.byteOffset + archive.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  const problems = messages.map((message) => formatMessage(message, pkg) ?? message.code);
  if (Object.values(pkg.dependencies ?? {}).some((version) => /^(workspace|catalog):/.test(version))) {
    problems.push('has a dependency that only this workspace understands');
  }
  try {
    await run(process.execPath, [attw, filename, '--profile', 'esm-only', '--no-color']);
  } catch (error) {
    problems.push(`attw: ${error.stdout}${error.stderr}`);
  }
  return problems;
}

const folder = await mkdtemp(join(tmpdir(), 'oci-sync-pack-'));
try {
  const names = await readdir(join(root, 'packages'));
  await Promise.all(
    names.map(async (name) => {
      const problems = await checkPackage(name, folder);
      for (const problem of problems) process.stderr.write(`packages/${name}: ${problem}\n`);
      if (problems.length > 0) process.exitCode = 1;
    }),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
