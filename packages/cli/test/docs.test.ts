import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildImage, pushImage, startTestRegistry, type TestRegistry } from '@oci-sync/registry/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfigFile } from '../src/config/read-config-file.js';
import { readSettingsSchema } from '../src/config/setting-kinds.js';
import { createBench, type Bench } from './cli-fixture.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const bin = join(root, 'packages/cli/bin/oci-sync.js');

interface Example {
  readonly page: string;
  /** Line of the opening fence. */
  readonly line: number;
  /** What stands behind the fence, such as `sh run`. */
  readonly kind: string;
  readonly text: string;
}

async function readExamples(): Promise<readonly Example[]> {
  const docs = (await readdir(join(root, 'docs')))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  const readmes = (await readdir(join(root, 'packages'))).map((name) => `packages/${name}/README.md`);
  const pages = await Promise.all(
    ['README.md', ...docs, ...readmes].map(async (page) => ({
      page,
      text: await readFile(join(root, page), 'utf8').catch(() => ''),
    })),
  );
  return pages.flatMap(({ page, text }) =>
    [...text.matchAll(/^```(\S.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
      page,
      line: text.slice(0, match.index).split('\n').length,
      kind: match[1] ?? '',
      text: match[2] ?? '',
    })),
  );
}

const examples = await readExamples();
const title = ({ page, line }: Example): string => `${page}:${line}`;

describe('examples that run as they stand', () => {
  let bench: Bench;
  let source: TestRegistry;
  let mirror: TestRegistry;
  beforeAll(async () => {
    [bench, source, mirror] = await Promise.all([createBench(), startTestRegistry(), startTestRegistry()]);
    await pushImage(source, 'team/app:1.0', buildImage());
    await pushImage(source, 'tools/extra:2', buildImage({ seed: 'extra' }));
    await mkdir(bench.path('my-chart/templates'), { recursive: true });
    await writeFile(bench.path('my-chart/Chart.yaml'), 'apiVersion: v2\nname: app\nversion: 1.0.0\n');
    await writeFile(
      bench.path('my-chart/values.yaml'),
      `image: {registry: "${source.host}", repository: team/app, tag: "1.0"}\n`,
    );
    await writeFile(
      bench.path('my-chart/templates/pod.yaml'),
      'apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec:\n  containers:\n    - name: app\n      image: "{{ .Values.image.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}"\n',
    );
    await writeFile(bench.path('my-values.yaml'), '# mine\nimage: {tag: "1.0"}\n');
    await writeFile(bench.path('extra-images.txt'), `${source.host}/tools/extra:2\n`);
    await mkdir(bench.path('bin'));
    await writeFile(bench.path('bin/oci-sync'), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`);
    await chmod(bench.path('bin/oci-sync'), 0o755);
  });
  afterAll(async () => {
    await Promise.all([source.close(), mirror.close()]);
    await bench.remove();
  });

  const runnable = examples.filter(({ kind }) => /^(?:sh|js) run$/.test(kind));
  it('there are some', () => {
    expect(runnable.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['sh run', 'js run']));
  });
  it.each(runnable.map((example) => [title(example), example]))(
    '%s',
    async (_title, { kind, text, page }) => {
      // Packages are found from the folder of the one that the page is about.
      const script = join(root, page, '..', `.example-${process.pid}.mjs`);
      const isScript = kind === 'js run';
      if (isScript) await writeFile(script, text);
      const [program, args] = isScript ? [process.execPath, [script]] : ['sh', ['-eu', '-c', text]];
      const child = spawn(program, args, {
        cwd: bench.folder,
        env: {
          PATH: [bench.path('bin'), process.env['PATH']].join(delimiter),
          HOME: bench.folder,
          SOURCE: source.host,
          MIRROR: mirror.host,
        },
      });
      let errors = '';
      child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
      child.stdout.resume();
      const [code] = (await once(child, 'close')) as [number | null];
      await rm(script, { force: true });
      expect({ code, errors: code === 0 ? '' : errors }).toEqual({ code: 0, errors: '' });
    },
    60_000,
  );
});

describe('settings files', () => {
  const files = examples.filter(({ kind }) => kind === 'yaml config');
  it('there is one', () => {
    expect(files.length).toBeGreaterThan(0);
  });
  it.each(files.map((example) => [title(example), example.text]))('%s keeps to the schema', (name, text) => {
    expect(readConfigFile(name, text, readSettingsSchema()).values).not.toEqual({});
  });
});

describe('all other command lines', () => {
  const lines = examples
    .filter(({ kind }) => ['sh', 'sh run', 'yaml'].includes(kind))
    .flatMap((example) =>
      [...example.text.matchAll(/oci-sync(?:@[\d.]+)? ([a-z]+)\b([^\n|>]*)/g)].map((match) => ({
        where: title(example),
        command: match[1] ?? '',
        // What is in quotes is no option.
        options: [
          ...(match[2] ?? '')
            .replaceAll(/"[^"]*"|'[^']*'/g, '')
            .matchAll(/(?:^|\s)(--[a-z][a-z-]*|-[a-z])\b/g),
        ].map((each) => each[1] ?? ''),
      })),
    );
  it('there are many', () => {
    expect(lines.length).toBeGreaterThan(15);
  });
  it('name commands and options that exist', async () => {
    const bench = await createBench();
    const helps = new Map<string, string>();
    for (const { command, options, where } of lines) {
      if (!helps.has(command)) {
        const ran = await bench.run([command, '--help']);
        expect({ where, command, code: ran.code }).toEqual({ where, command, code: 0 });
        helps.set(command, ran.stdout);
      }
      const help = helps.get(command) ?? '';
      for (const option of options) {
        const name =
          option.startsWith('--no-') && !help.includes(option) ? `--${option.slice('--no-'.length)}` : option;
        const isKnown = new RegExp(String.raw`(?:^|[\s,])${name}(?:[\s,]|$)`, 'm').test(help);
        expect({ where, command, option, isKnown }).toEqual({ where, command, option, isKnown: true });
      }
    }
    await bench.remove();
  });
});

describe('troubleshooting', () => {
  it('explains every code', async () => {
    const page = await readFile(join(root, 'docs/troubleshooting.md'), 'utf8');
    const sources = [
      'oci-client/src/errors/codes.ts',
      'discovery/src/errors.ts',
      'helm-template/src/errors.ts',
    ];
    const texts = await Promise.all(
      sources.map(async (path) => readFile(join(root, 'packages', path), 'utf8')),
    );
    const codes = texts.flatMap((text) =>
      [...text.matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map((match) => match[1] ?? ''),
    );
    expect(codes.length).toBeGreaterThan(40);
    expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
  });
});
