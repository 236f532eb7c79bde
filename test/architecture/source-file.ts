import { readFileSync, readdirSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { parseSync } from 'oxc-parser';

/** How a module asks for another one. `type`: erased by the compiler. `dynamic`: `import()`, loaded when reached. */
export type ImportKind = 'static' | 'type' | 'dynamic';

/** One import of a source file. */
export interface SourceImport {
  readonly kind: ImportKind;
  /** As written: `./x.js`, `@oci-sync/oci-client`, `node:fs`. */
  readonly specifier: string;
  /** The imported (or re-exported) names; `*` for a namespace. Empty for side effects and `import()`. */
  readonly names: readonly string[];
}

/** What the rules need to know of one source file. */
export interface SourceFile {
  /** Path from the repository's root, with `/`. */
  readonly path: string;
  readonly imports: readonly SourceImport[];
  /** Whether it has an `export * from`. */
  readonly hasExportAll: boolean;
  readonly hasDefaultExport: boolean;
}

/**
 * Reads the imports and exports of one module.
 * @throws Error when the text is not a module that can be parsed.
 */
export function scanSource(path: string, text: string): SourceFile {
  const { module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message ?? 'cannot be parsed'}`);
  const imports: SourceImport[] = [];
  let hasExportAll = false;
  let hasDefaultExport = false;
  for (const { moduleRequest, entries } of module.staticImports) {
    const kind = entries.length > 0 && entries.every((entry) => entry.isType) ? 'type' : 'static';
    const names = entries.map(
      ({ importName }) => importName.name ?? (isKind(importName, 'NamespaceObject') ? '*' : 'default'),
    );
    imports.push({ kind, specifier: moduleRequest.value, names });
  }
  for (const { entries } of module.staticExports) {
    for (const entry of entries) {
      if (isKind(entry.exportName, 'Default')) hasDefaultExport = true;
      if (isKind(entry.importName, 'AllButDefault')) hasExportAll = true;
      if (entry.moduleRequest === null) continue;
      const name = entry.importName.name ?? '*';
      imports.push({
        kind: entry.isType ? 'type' : 'static',
        specifier: entry.moduleRequest.value,
        names: [name],
      });
    }
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const written = text.slice(moduleRequest.start, moduleRequest.end);
    imports.push({ kind: 'dynamic', specifier: written.replace(/^['"`]|['"`]$/g, ''), names: [] });
  }
  return { path, imports, hasExportAll, hasDefaultExport };
}

function isKind(name: { readonly kind: string }, kind: string): boolean {
  return name.kind === kind;
}

/** Every TypeScript file below the given folders, scanned. Build output and dependencies are left out. */
export function readSourceFiles(root: string, folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    listTypeScript(join(root, folder)).map((file) =>
      scanSource(relative(root, file).split(sep).join('/'), readFileSync(file, 'utf8')),
    ),
  );
}

function listTypeScript(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return ['node_modules', 'dist', '.parts'].includes(entry.name) ? [] : listTypeScript(path);
    }
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

/** The file that a relative specifier means, as a path from the root; `undefined` for a package. */
export function resolveRelative(from: SourceFile, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.join(posix.dirname(from.path), specifier).replace(/\.js$/, '.ts');
}
