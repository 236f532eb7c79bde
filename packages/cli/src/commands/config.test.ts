import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBench, type Bench, type RunOptions } from '../../test/cli-fixture.js';
import { optionName, readSettingsSchema, settingKinds } from '../config/setting-kinds.js';

let bench: Bench;
beforeEach(async () => {
  bench = await createBench();
});
afterEach(() => bench.remove());

interface Described {
  readonly name: string;
  readonly value: unknown;
  readonly origin: { readonly from: string; readonly place?: string };
}

async function write(text: string): Promise<string> {
  const file = bench.path('settings.yaml');
  await writeFile(file, text);
  return file;
}

async function settingsOf(
  args: readonly string[],
  options: RunOptions = {},
): Promise<Record<string, Described>> {
  const ran = await bench.run(['config', '--output', 'json', ...args], options);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  const { settings } = JSON.parse(ran.stdout) as { settings: readonly Described[] };
  return Object.fromEntries(settings.map((setting) => [setting.name, setting]));
}

describe('config', () => {
  it('shows the nearest of flag, environment, file, preset and default, and which it was', async () => {
    const file = await write('prefix: from-file\nbranch: from-file\nonly: from-file\n');
    const settings = await settingsOf(['--config', file, '-p', 'from-flag'], {
      environment: { OCI_SYNC_PREFIX: 'from-env', OCI_SYNC_BRANCH: 'from-env' },
    });
    expect(settings).toMatchObject({
      prefix: { value: 'from-flag', origin: { from: 'flag', place: '--prefix' } },
      branch: { value: 'from-env', origin: { from: 'environment', place: 'OCI_SYNC_BRANCH' } },
      only: { value: ['from-file'], origin: { from: 'file', place: `${file}:3` } },
      chart: { value: ['runwhen-contrib/runwhen-local'], origin: { from: 'preset' } },
      out: { value: '.', origin: { from: 'default' } },
    });
  });
  it('shows the preset in text, one setting a line', async () => {
    const { code, stdout } = await bench.run(['config', '--config', '']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^prefix +"test-rwl-runwhen" +preset runwhen$/m);
  });
  it('shows charts with their values', async () => {
    const file = await write(
      'charts:\n  - chart: ./a\n    version: 1.x\n    values: a.yaml\n  - chart: ./b\n',
    );
    const settings = await settingsOf(['--config', file]);
    expect(settings['chart']).toBeUndefined();
    expect(settings['charts']?.value).toMatchObject([
      { chart: './a', version: '1.x', values: { valuesFiles: ['a.yaml'] } },
      { chart: './b' },
    ]);
    // A chart on the command line takes the place of all of them.
    expect(await settingsOf(['--config', file, '-c', './c'])).not.toHaveProperty('charts');
  });
  it('reads credentials from the environment and never prints them', async () => {
    const file = await write('registries:\n  ghcr.io: {username: "${WHO}", password: "x${TOKEN}"}\n');
    const environment = { WHO: 'me', TOKEN: 'hunter2' };
    for (const output of ['text', 'json']) {
      const ran = await bench.run(['config', '--config', file, '-v', '--output', output], { environment });
      expect(ran.code).toBe(0);
      expect(ran.stdout).toContain('ghcr.io');
      expect(ran.stdout + ran.stderr).not.toContain('hunter2');
    }
    const unset = await bench.run(['config', '--config', file], { environment: { WHO: 'me' } });
    expect(unset.stderr).toBe(`error: ${file}:2:33: the environment variable TOKEN is not set\n`);
    expect(unset.code).toBe(2);
  });
  it('takes every kind of value from variables', async () => {
    const settings = await settingsOf(['--config', ''], {
      environment: {
        OCI_SYNC_PLATFORM: 'linux/amd64,linux/arm64',
        OCI_SYNC_SET: 'a={1,2}\nb=3',
        OCI_SYNC_CONCURRENCY: '3',
        OCI_SYNC_CACHE: 'false',
        OCI_SYNC_DRY_RUN: '1',
        OCI_SYNC_REGISTRY: '',
      },
    });
    expect(settings).toMatchObject({
      platform: { value: ['linux/amd64', 'linux/arm64'] },
      set: { value: ['a={1,2}', 'b=3'] },
      concurrency: { value: 3 },
      cache: { value: false },
      dryRun: { value: true },
    });
    expect(settings).not.toHaveProperty('registry');
  });
  it('has a setting for every option of sync, and an option for every setting', async () => {
    const { stdout } = await bench.run(['sync', '--help']);
    const options = [...stdout.matchAll(/^ {2}(?:-\w, | {4})--([a-z-]+)/gm)].map((match) => match[1]);
    const kinds = settingKinds(readSettingsSchema());
    // `resolve` is of plan alone; the structures cannot be written as options.
    const settings = [...kinds].filter(([name, kind]) => kind !== 'structure' && name !== 'resolve');
    expect(new Set(settings.map(([name]) => optionName(name)))).toEqual(
      new Set(options.filter((name) => name !== 'help' && name !== 'config')),
    );
  });
  it.each([
    [['--config', 'none.yaml'], {}, 'the settings file none.yaml cannot be read: there is no such file'],
    [['--quiet', '-v'], {}, '--quiet and --verbose exclude each other'],
    [['--no-cache', '--cache-dir', 'x'], {}, '--no-cache and --cache-dir exclude each other'],
    [['--plan', 'p', '--date-tags'], {}, '--plan and --date-tags exclude each other'],
    [['--no-create-repository', '--repository-settings', 'x'], {}, 'exclude each other'],
    [['--preset', 'nope'], {}, 'unknown preset "nope"'],
    [['--concurency', '4'], {}, 'unknown option --concurency (did you mean --concurrency?)'],
    [[], { OCI_SYNC_PREFXI: 'x' }, 'OCI_SYNC_PREFXI is no setting (did you mean OCI_SYNC_PREFIX?)'],
    [[], { OCI_SYNC_QUIET: 'maybe' }, 'OCI_SYNC_QUIET is not true or false'],
    [[], { OCI_SYNC_CONCURRENCY: '-1' }, 'OCI_SYNC_CONCURRENCY is not a number from 1 on'],
    [[], { OCI_SYNC_OUTPUT: 'xml' }, 'Choices: "text", "json"'],
    [[], { OCI_SYNC_PLAN: 'p', OCI_SYNC_IMAGE: 'a' }, 'OCI_SYNC_IMAGE and OCI_SYNC_PLAN exclude each other'],
  ])('%j with %j is a usage error', async (args, environment, message) => {
    const ran = await bench.run(['config', ...args], { environment });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain(message);
  });
  it.each([
    ['quiet: true\nverbose: true\n', /quiet \(.*:1\) and verbose \(.*:2\) exclude each other/],
    ['charts: [{chart: a}]\nchart: b\n', /charts \(.*:1\) and chart \(.*:2\) exclude each other/],
    ['registries: {"not a host": {}}\n', /:1:14: "not a host" is not a registry/],
    ['registries: {h.io: {plainHttp: true, caFile: x}}\n', /:1:21: plainHttp and certificates exclude/],
    ['repositorySettings: {scanOnPsh: true}\n', /:1:1: unknown repository setting "scanOnPsh"/],
  ])('the file %j is a usage error', async (text, message) => {
    const ran = await bench.run(['config', '--config', await write(text)]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(message);
  });
  it('lets a nearer layer win over what contradicts it', async () => {
    const file = await write('quiet: true\nplan: p.json\n');
    const settings = await settingsOf(['--config', file, '--verbose', '-c', 'x']);
    expect(settings).toMatchObject({
      verbose: { value: true },
      quiet: { value: false },
      chart: { value: ['x'] },
    });
    expect(settings).not.toHaveProperty('plan');
  });
});
