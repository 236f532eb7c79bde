import {
  clientFolderImports,
  cliCommands,
  cliEntry,
  lazyOnly,
  packageImports,
  packageOwners,
  vagueNames,
} from './layers.js';
import { resolveRelative, type SourceFile, type SourceImport } from './source-file.js';

/** A rule that a file breaks, in one line for people: `path: what is wrong`. */
export type Violation = string;

const sibling = /^(?:@oci-sync\/([a-z-]+)|(oci-sync))(?:\/|$)/;

/** The workspace folder under packages/ that an import leads to, `undefined` for anything else. */
function siblingOf(specifier: string): string | undefined {
  const match = sibling.exec(specifier);
  if (match === null) return undefined;
  return match[2] === undefined ? match[1] : 'cli';
}

function packageOf(path: string): string | undefined {
  return /^packages\/([^/]+)\//.exec(path)?.[1];
}

function isProduct(path: string): boolean {
  return /^packages\/[^/]+\/src\//.test(path) && !path.endsWith('.test.ts');
}

/** Packages import each other as the table says, and never reach into another one's folders. */
export function checkPackageImports(files: readonly SourceFile[]): Violation[] {
  return files
    .filter((file) => /^packages\/[^/]+\/src\//.test(file.path))
    .flatMap((file) => {
      const owner = packageOf(file.path) ?? '';
      const allowed = packageImports[owner];
      if (allowed === undefined) return [`${file.path}: package "${owner}" is not in the table`];
      return file.imports.flatMap(({ specifier }) => {
        const target = siblingOf(specifier);
        if (target !== undefined && target !== owner && !allowed.includes(target)) {
          return [`${file.path}: ${owner} may not import ${specifier}`];
        }
        const path = resolveRelative(file, specifier);
        // Tests may share what lies in their package's test folder.
        const home = `packages/${owner}/${isProduct(file.path) ? 'src/' : ''}`;
        if (path !== undefined && !path.startsWith(home)) {
          return [`${file.path}: reaches out of its package with ${specifier}`];
        }
        return [];
      });
    });
}

/** Folders inside oci-client import each other as the table says; type imports count. Tests are free. */
export function checkClientFolders(files: readonly SourceFile[]): Violation[] {
  const root = 'packages/oci-client/src/';
  const folderOf = (path: string): string | undefined => /^([^/]+)\//.exec(path.slice(root.length))?.[1];
  return files
    .filter((file) => file.path.startsWith(root) && isProduct(file.path))
    .flatMap((file) => {
      const folder = folderOf(file.path);
      if (folder === undefined) return [];
      const allowed = clientFolderImports[folder];
      if (allowed === undefined) return [`${file.path}: folder "${folder}" is not in the table`];
      return file.imports.flatMap(({ specifier }) => {
        const path = resolveRelative(file, specifier);
        if (path === undefined) return [];
        const target = folderOf(path);
        if (target === folder || (target !== undefined && allowed.includes(target))) return [];
        return [`${file.path}: ${folder} may not import ${target ?? 'top-level files'} (${specifier})`];
      });
    });
}

/** No file reaches itself through imports that are evaluated or that the compiler has to follow. */
export function checkCycles(files: readonly SourceFile[]): Violation[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const violations: Violation[] = [];
  const visit = (file: SourceFile, trail: readonly string[]): void => {
    const start = trail.indexOf(file.path);
    if (start !== -1) {
      violations.push(`${file.path}: imports itself through ${trail.slice(start + 1).join(' -> ')}`);
      return;
    }
    if (done.has(file.path)) return;
    for (const { specifier } of file.imports) {
      const target = byPath.get(resolveRelative(file, specifier) ?? '');
      if (target !== undefined) visit(target, [...trail, file.path]);
    }
    done.add(file.path);
  };
  for (const file of files) visit(file, []);
  return violations;
}

/** Heavy third-party packages stay with their owner, and some are loaded only when they are needed. */
export function checkThirdParty(files: readonly SourceFile[]): Violation[] {
  const check = (file: SourceFile, { kind, specifier }: SourceImport): Violation[] => {
    const rule = packageOwners.find(({ pattern }) => pattern.test(specifier));
    if (rule !== undefined && packageOf(file.path) !== rule.owner) {
      return [`${file.path}: only ${rule.owner} may import ${specifier}`];
    }
    if (kind === 'static' && lazyOnly.some((pattern) => pattern.test(specifier))) {
      return [`${file.path}: ${specifier} has to be loaded with import()`];
    }
    return [];
  };
  return files
    .filter((file) => isProduct(file.path))
    .flatMap((file) => file.imports.flatMap((imported) => check(file, imported)));
}

/**
 * What the CLI loads for every command holds neither our packages nor any command: each command is brought by
 * `import()` and brings what it needs. What the entry itself loads with `import()` counts as loaded.
 */
export function checkLazyCommands(files: readonly SourceFile[]): Violation[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  if (!byPath.has(cliEntry)) return [`${cliEntry}: is missing`];
  const seen = new Set([cliEntry]);
  const violations: Violation[] = [];
  for (const path of seen) {
    const file = byPath.get(path);
    if (file === undefined) continue;
    for (const { kind, specifier } of file.imports) {
      const target = resolveRelative(file, specifier);
      const isCommand = target?.startsWith(cliCommands) ?? siblingOf(specifier) !== undefined;
      if (kind === 'static' && isCommand) {
        violations.push(`${path}: is loaded for every command and may import ${specifier} lazily only`);
      }
      const isLoaded = kind === 'static' || (kind === 'dynamic' && path === cliEntry);
      if (isLoaded && target !== undefined && !isCommand) seen.add(target);
    }
  }
  return violations;
}

/** A door lists what it exports; a name is found where it is defined; no file is named after nothing. */
export function checkModuleHabits(files: readonly SourceFile[]): Violation[] {
  return files
    .filter((file) => isProduct(file.path))
    .flatMap((file) => [
      ...(file.hasExportAll ? [`${file.path}: has an export *`] : []),
      ...(file.hasDefaultExport ? [`${file.path}: has a default export`] : []),
      ...(vagueNames.includes(file.path.split('/').at(-1) ?? '')
        ? [`${file.path}: is named after no job`]
        : []),
    ]);
}

/**
 * The embedded registry is what the client is tested against, so it takes only reference and digest code from it:
 * a bug on both sides would hide itself.
 */
export function checkRegistryIndependence(files: readonly SourceFile[]): Violation[] {
  const door = files.find((file) => file.path === 'packages/oci-client/src/index.ts');
  const shared = new Set(
    door?.imports
      .filter(({ specifier }) => specifier.startsWith('./reference/'))
      .flatMap(({ names }) => names),
  );
  return files
    .filter((file) => packageOf(file.path) === 'registry' && isProduct(file.path))
    .flatMap((file) =>
      file.imports
        .filter(({ specifier }) => siblingOf(specifier) === 'oci-client')
        .flatMap(({ kind, names }) => (kind === 'dynamic' ? ['import()'] : names))
        .filter((name) => !shared.has(name))
        .map((name) => `${file.path}: takes ${name} from the client it has to check`),
    );
}
