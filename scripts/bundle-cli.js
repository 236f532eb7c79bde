// Bundles the command line, as `tsc -b` built it, into packages/cli/bundle, with all it needs but Node itself: what a
// start costs goes by the number of modules. What commands load only when they need it stays a file of its own.
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';

const packages = join(import.meta.dirname, '../packages');
const folder = join(packages, 'cli/bundle');

/** undici without fetch, caches, mocks and HTTP/2, none of which is used. */
function onlyWhatIsUsedOfUndici() {
  const undici = dirname(
    createRequire(join(packages, 'oci-client/package.json')).resolve('undici/package.json'),
  );
  const file = (path) => JSON.stringify(join(undici, path));
  const parts = {
    Client: 'lib/dispatcher/client.js',
    ProxyAgent: 'lib/dispatcher/proxy-agent.js',
    buildConnector: 'lib/core/connect.js',
  };
  const unused = ['lib/dispatcher/client-h2.js', 'lib/web/fetch/body.js'].map((file) => join(undici, file));
  return {
    name: 'only-what-is-used-of-undici',
    resolveId: (specifier) => (specifier === 'undici' ? '\0undici' : null),
    load: (id) => {
      if (unused.includes(id)) return 'module.exports = {};';
      if (id !== '\0undici') return null;
      // The proxy agent calls connect(), which undici's own index gives to all dispatchers.
      return [
        `import Dispatcher from ${file('lib/dispatcher/dispatcher.js')};`,
        `import connect from ${file('lib/api/api-connect.js')};`,
        'Dispatcher.prototype.connect = connect;',
        ...Object.entries(parts).map(([name, path]) => `export { default as ${name} } from ${file(path)};`),
      ].join('\n');
    },
  };
}

/**
 * yargs lays help out with string-width, whose regular expressions for emoji take V8 25 ms at every start, with or without
 * help. In our texts every character takes one column (a test checks that).
 */
function widthOfPlainText() {
  return {
    name: 'width-of-plain-text',
    resolveId: (specifier) => (specifier === 'string-width' ? '\0string-width' : null),
    load: (id) => (id === '\0string-width' ? 'export default (text) => text.length;' : null),
  };
}

/** The folder of the third-party package a module belongs to. */
function packageFolder(module) {
  for (let path = dirname(module); path.includes('node_modules'); path = dirname(path)) {
    if (/node_modules\/(?:@[^/]+\/)?[^/]+$/.test(path) && existsSync(join(path, 'package.json'))) return path;
  }
  return undefined;
}

/** Names, versions and licences of all third-party packages that modules come from. */
async function licenses(modules) {
  const folders = new Set(modules.map(packageFolder).filter((path) => path !== undefined));
  const texts = [];
  for (const path of folders) {
    const { name, version, license } = JSON.parse(await readFile(join(path, 'package.json'), 'utf8'));
    const file = (await readdir(path)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? `License: ${license}` : await readFile(join(path, file), 'utf8');
    texts.push(`${name} ${version}\n\n${text.trim()}\n`);
  }
  return texts.sort().join(`\n${'-'.repeat(80)}\n\n`);
}

const bundle = await rolldown({
  input: { main: join(packages, 'cli/dist/main.js') },
  platform: 'node',
  plugins: [onlyWhatIsUsedOfUndici(), widthOfPlainText()],
  onLog: (level, log) => {
    // A package that one command loads lazily and another one at once.
    if (log.code === 'INEFFECTIVE_DYNAMIC_IMPORT') return;
    throw new Error(`${level}: ${log.message}`);
  },
});
const { output } = await bundle.write({
  dir: folder,
  format: 'esm',
  cleanDir: true,
  // Names stay, for stack traces.
  minify: { mangle: false, compress: false },
  // What is needed together is one file, with all that it imports.
  codeSplitting: {
    groups: [
      { name: 'version', test: /cli\/dist\/(?:exit-codes|version)\.js$/ },
      { name: 'command-line', test: /cli\/dist\/(?:tune-v8|run-cli|commands\/copy)\.js$/ },
      {
        name: 'copying',
        test: /cli\/dist\/(?:commands\/run-copy|config\/load-settings)\.js$|sync\/dist\/copier\.js$/,
      },
    ],
  },
});
await bundle.close();
const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? Object.keys(chunk.modules) : []));
await writeFile(join(folder, 'THIRD-PARTY-LICENSES.txt'), await licenses(modules));
