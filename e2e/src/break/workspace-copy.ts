import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOrThrow } from '../parts/run-command.js';

const root = join(import.meta.dirname, '../../..');

/** One edit of one built file. */
export interface Change {
  /** Path below `packages/`, such as `oci-client/dist/copy/push-content.js`. */
  readonly file: string;
  /** Text that is there exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A copy of the built workspace in which things may be broken. */
export interface WorkspaceCopy {
  readonly path: string;
  /** Applies the changes, runs `use`, and takes them back. @throws Error when one does not fit the code */
  withChanges<Result>(changes: readonly Change[], use: () => Promise<Result>): Promise<Result>;
}

/**
 * Copies what the e2e runs: built packages and the tests. Third-party packages and the installed parts are linked.
 * pnpm's links between packages are relative, so those of the copy lead to the copy.
 */
export function copyWorkspace(folder: string): WorkspaceCopy {
  mkdirSync(join(folder, 'packages'));
  for (const name of readdirSync(join(root, 'packages'))) copyPackage(join('packages', name), folder);
  copyPackage('e2e', folder);
  for (const name of ['package.json', 'tsconfig.base.json', 'scripts']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  symlinkSync(join(root, 'e2e/.parts'), join(folder, 'e2e/.parts'));
  return {
    path: folder,
    withChanges: async (changes, use) => {
      const originals = new Map<string, string>();
      try {
        for (const { file, find, replace } of changes) {
          const path = join(folder, 'packages', file);
          const text = readFileSync(path, 'utf8');
          if (!originals.has(path)) originals.set(path, text);
          const occurrences = text.split(find).length - 1;
          if (occurrences !== 1) throw new Error(`${file} has ${occurrences} times: ${find}`);
          writeFileSync(
            path,
            text.replace(find, () => replace),
          );
        }
        // The command line is a bundle of these files.
        await runOrThrow(process.execPath, [join(folder, 'scripts/bundle-cli.js')]);
        return await use();
      } finally {
        for (const [path, text] of originals) writeFileSync(path, text);
      }
    },
  };
}

/** Everything of a package but its sources, which nothing runs; of the e2e the sources too. */
function copyPackage(path: string, folder: string): void {
  cpSync(join(root, path), join(folder, path), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (file) =>
      !file.startsWith(join(root, 'e2e/.parts')) && !/packages\/[^/]+\/(src|test)$/.test(file),
  });
}
