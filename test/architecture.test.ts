import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clientFolderImports, packageImports } from './architecture/layers.js';
import {
  checkClientFolders,
  checkCycles,
  checkLazyCommands,
  checkModuleHabits,
  checkPackageImports,
  checkRegistryIndependence,
  checkThirdParty,
} from './architecture/rules.js';
import { readSourceFiles, scanSource } from './architecture/source-file.js';

const root = join(import.meta.dirname, '..');
const repository = readSourceFiles(root, ['packages']);

/** Files of a made-up repository: path -> text. */
function sources(files: Record<string, string>): ReturnType<typeof scanSource>[] {
  return Object.entries(files).map(([path, text]) => scanSource(path, text));
}

describe('this repository', () => {
  it('has sources in every package of the table', () => {
    for (const name of Object.keys(packageImports)) {
      expect(repository.some((file) => file.path === `packages/${name}/src/index.ts`)).toBe(true);
    }
  });
  it('has every folder of the client that the table names', () => {
    for (const folder of Object.keys(clientFolderImports)) {
      expect(repository.some((file) => file.path.startsWith(`packages/oci-client/src/${folder}/`))).toBe(
        true,
      );
    }
  });
  it('imports packages as the table says', () => {
    expect(checkPackageImports(repository)).toEqual([]);
  });
  it("imports the client's folders as the table says", () => {
    expect(checkClientFolders(repository)).toEqual([]);
  });
  it('has no import cycles', () => {
    expect(checkCycles(repository)).toEqual([]);
  });
  it('keeps third-party packages where they belong', () => {
    expect(checkThirdParty(repository)).toEqual([]);
  });
  it('loads the commands of the CLI lazily', () => {
    expect(checkLazyCommands(repository)).toEqual([]);
  });
  it('has explicit named exports and files named after a job', () => {
    expect(checkModuleHabits(repository)).toEqual([]);
  });
  it('tests the client against a registry that shares only references and digests with it', () => {
    expect(checkRegistryIndependence(repository)).toEqual([]);
  });
});

describe('tables', () => {
  it.each([
    ['packages', packageImports],
    ['client folders', clientFolderImports],
  ])('%s point one way', (_name, table) => {
    const names = Object.keys(table);
    for (const [name, allowed] of Object.entries(table)) {
      for (const target of allowed) expect(names.indexOf(target)).toBeLessThan(names.indexOf(name));
    }
  });
  it('keep plan and copy away from registry, layout, transport and auth', () => {
    for (const folder of ['plan', 'copy']) {
      for (const target of ['registry', 'layout', 'transport', 'auth']) {
        expect(clientFolderImports[folder]).not.toContain(target);
      }
    }
  });
});

describe('scanSource', () => {
  it('tells static, type and dynamic imports and re-exports apart', () => {
    const file = scanSource(
      'a.ts',
      `import { one, type Two } from './x.js';
       import type { Three } from './y.js';
       import * as all from './z.js';
       import './effect.js';
       export { four } from './w.js';
       export type { Five } from './v.js';
       // import { no } from './comment.js';
       const text = "import { no } from './string.js'";
       export const load = () => import('./lazy.js');`,
    );
    expect(file.imports).toEqual([
      { kind: 'static', specifier: './x.js', names: ['one', 'Two'] },
      { kind: 'type', specifier: './y.js', names: ['Three'] },
      { kind: 'static', specifier: './z.js', names: ['*'] },
      { kind: 'static', specifier: './effect.js', names: [] },
      { kind: 'static', specifier: './w.js', names: ['four'] },
      { kind: 'type', specifier: './v.js', names: ['Five'] },
      { kind: 'dynamic', specifier: './lazy.js', names: [] },
    ]);
    expect(file).toMatchObject({ hasExportAll: false, hasDefaultExport: false });
  });
  it('refuses what it cannot parse', () => {
    expect(() => scanSource('a.ts', 'import { from')).toThrow(/a\.ts/);
  });
});

describe('a broken rule is found', () => {
  it('oci-client imports a sibling', () => {
    const files = sources({ 'packages/oci-client/src/a.ts': `import { x } from '@oci-sync/ecr';` });
    expect(checkPackageImports(files)).toEqual([
      'packages/oci-client/src/a.ts: oci-client may not import @oci-sync/ecr',
    ]);
  });
  it.each([
    ['registry', '@oci-sync/helm-template'],
    ['ecr', '@oci-sync/registry/testing'],
    ['discovery', '@oci-sync/sync'],
    ['sync', 'oci-sync'],
  ])('%s imports %s, as a type', (name, specifier) => {
    const files = sources({ [`packages/${name}/src/a.ts`]: `import type { X } from '${specifier}';` });
    expect(checkPackageImports(files)).toHaveLength(1);
  });
  it('an unknown package appears', () => {
    expect(checkPackageImports(sources({ 'packages/new/src/a.ts': 'export {};' }))).toHaveLength(1);
  });
  it('a file reaches into another package', () => {
    const files = sources({
      'packages/sync/src/a.ts': `import { x } from '../../ecr/src/x.js';`,
      'packages/sync/src/b.ts': `import { y } from '../test/y.js';`,
      'packages/sync/src/b.test.ts': `import { y } from '../test/y.js';`,
    });
    expect(checkPackageImports(files)).toHaveLength(2);
  });
  it.each([
    ['errors', '../reference/digest.js'],
    ['content', '../transport/http-client.js'],
    ['transport', '../auth/challenge.js'],
    ['layout', '../registry/blobs.js'],
    ['plan', '../registry/blobs.js'],
    ['copy', '../layout/layout-store.js'],
    ['copy', '../transport/retry.js'],
    ['plan', '../copy/events.js'],
    ['registry', '../create-copier.js'],
    ['unheard-of', '../errors/codes.js'],
  ])('the folder %s imports %s', (folder, specifier) => {
    const path = `packages/oci-client/src/${folder}/a.ts`;
    expect(checkClientFolders(sources({ [path]: `import type { X } from '${specifier}';` }))).toHaveLength(1);
  });
  it('two files import each other', () => {
    const files = sources({
      'packages/sync/src/a.ts': `import { b } from './b.js';`,
      'packages/sync/src/b.ts': `import type { A } from './c/c.js';`,
      'packages/sync/src/c/c.ts': `export { a } from '../a.js';`,
    });
    expect(checkCycles(files)).toEqual([
      'packages/sync/src/a.ts: imports itself through packages/sync/src/b.ts -> packages/sync/src/c/c.ts',
    ]);
  });
  it.each([
    ['sync', `import yargs from 'yargs';`],
    ['oci-client', `import { pino } from 'pino';`],
    ['sync', `const sdk = await import('@aws-sdk/client-ecr');`],
    ['ecr', `import { ECRClient } from '@aws-sdk/client-ecr';`],
  ])('%s has %s', (name, text) => {
    expect(checkThirdParty(sources({ [`packages/${name}/src/a.ts`]: text }))).toHaveLength(1);
  });
  it('the CLI loads a package or a command at the start, through another file', () => {
    const files = sources({
      'packages/cli/src/main.ts': `import('./run.js'); import('@oci-sync/sync');`,
      'packages/cli/src/run.ts': `import { copyImage } from '@oci-sync/sync';
        import { copy } from './commands/copy.js';
        export const lazy = () => import('./commands/tags.js');
        export const onError = () => import('./describe-error.js');`,
      'packages/cli/src/describe-error.ts': `import { copyImage } from '@oci-sync/sync';`,
      'packages/cli/src/commands/tags.ts': `import { copyImage } from '@oci-sync/sync';`,
    });
    expect(checkLazyCommands(files)).toEqual([
      'packages/cli/src/run.ts: is loaded for every command and may import @oci-sync/sync lazily only',
      'packages/cli/src/run.ts: is loaded for every command and may import ./commands/copy.js lazily only',
    ]);
  });
  it('export *, a default export, a vague name', () => {
    const files = sources({
      'packages/sync/src/index.ts': `export * from './a.js';`,
      'packages/sync/src/a.ts': 'export default 1;',
      'packages/sync/src/utils.ts': 'export {};',
    });
    expect(checkModuleHabits(files)).toHaveLength(3);
  });
  it('the registry takes more than references from the client', () => {
    const files = sources({
      'packages/oci-client/src/index.ts': `export { parseDigest } from './reference/digest.js';
        export { copyImage } from './copy-image.js';`,
      'packages/registry/src/a.ts': `import { copyImage, parseDigest } from '@oci-sync/oci-client';`,
    });
    expect(checkRegistryIndependence(files)).toEqual([
      'packages/registry/src/a.ts: takes copyImage from the client it has to check',
    ]);
  });
});
