import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runOrThrow } from './run-command.js';

/** Calls of helm's, each once in its file, and what is called instead: `remember.go.txt` says why. */
const changes = [
  { file: 'manifest.go', find: 'sep.Split(bigFileTmp, -1)', replace: 'splitRemembered(bigFileTmp)' },
  {
    file: 'manifest_sorter.go',
    find: 'yaml.Unmarshal([]byte(m), &entry)',
    replace: 'readRemembered(m, &entry)',
  },
  // Its import is then used by nothing.
  { file: 'manifest_sorter.go', find: '"sigs.k8s.io/yaml"', replace: '_ "sigs.k8s.io/yaml"' },
];

/** Where helm-batch is built from. */
export interface HelmSources {
  /** helm's module, as Go downloaded it. */
  readonly helmFolder: string;
  /** `go.mod` and `go.sum` of helm-batch, and the functions that remember. */
  readonly batchFolder: string;
}

/**
 * Copies helm as it is, but that it remembers what it split and read, into a folder, and a `go.mod` that takes it.
 *
 * @returns the path for `-modfile`
 * @throws Error when the sources are not those that are known
 */
export async function copyRememberingHelm(
  { helmFolder, batchFolder }: HelmSources,
  folder: string,
): Promise<string> {
  const copy = join(folder, 'helm');
  await cp(helmFolder, copy, { recursive: true });
  // Go's module cache is read-only.
  await runOrThrow('chmod', ['-R', 'u+w', copy]);
  const sources = join(copy, 'pkg/release/v1/util');
  for (const { file, find, replace } of changes) {
    const path = join(sources, file);
    const text = await readFile(path, 'utf8');
    if (text.split(find).length !== 2) throw new Error(`helm's ${file} does not have once: ${find}`);
    await writeFile(
      path,
      text.replace(find, () => replace),
    );
  }
  await cp(join(batchFolder, 'remember.go.txt'), join(sources, 'remember.go'));
  const modFile = join(folder, 'go.mod');
  const requirements = await readFile(join(batchFolder, 'go.mod'), 'utf8');
  await writeFile(modFile, `${requirements}\nreplace helm.sh/helm/v4 => ${copy}\n`);
  await cp(join(batchFolder, 'go.sum'), join(folder, 'go.sum'));
  return modFile;
}
