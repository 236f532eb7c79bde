import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { assert, asyncProperty, string } from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { authFileProvider } from './auth-file-provider.js';
import { defaultCredentialProviders } from './default-providers.js';
import { removeDockerLogin, saveDockerLogin } from './docker-login.js';
import { explicitCredentials } from './explicit-credentials.js';
import type { Credential } from './provider.js';

const encode = (username: string, password: string): string => btoa(`${username}:${password}`);
const basic = (username: string, password: string): Credential => ({ kind: 'basic', username, password });

let folder: string;
let environment: Record<string, string>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credentials-'));
  const path = [folder, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter);
  environment = { PATH: path, HELPER_FOLDER: folder };
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

/** A helper program that keeps what it is given in files, and notes how it was called. */
async function installHelper(name: string, get: string): Promise<void> {
  const script = `#!/bin/sh
input=$(cat)
printf '%s %s\\n' "$1" "$input" >> "$HELPER_FOLDER/calls"
case "$1" in
get) ${get} ;;
esac
`;
  const program = join(folder, `docker-credential-${name}`);
  await writeFile(program, script);
  await chmod(program, 0o755);
}

const calls = async (): Promise<string[]> =>
  (await readFile(join(folder, 'calls'), 'utf8').catch(() => '')).trim().split('\n');

function fromFile(content: unknown): ReturnType<typeof authFileProvider> {
  return authFileProvider({ name: 'the file', read: async () => JSON.stringify(content), environment });
}

describe('files', () => {
  it.each([
    ['auth', { auth: encode('me', 'p:w') }, basic('me', 'p:w')],
    ['auth with zero bytes', { auth: btoa('me:pw\0\0') }, basic('me', 'pw')],
    ['fields', { username: 'me', password: 'pw' }, basic('me', 'pw')],
    [
      'an identity token',
      { auth: encode('me', ''), identitytoken: 't' },
      { kind: 'identity-token', token: 't', username: 'me' },
    ],
    ['a registry token', { registrytoken: 't' }, { kind: 'registry-token', token: 't' }],
    ['an empty entry', {}, undefined],
    ['nonsense', { auth: 'no colon' }, undefined],
  ])('hold %s', async (_name, entry, expected) => {
    const provider = fromFile({ auths: { 'r.example': entry } });
    expect(await provider.getCredential({ registry: 'r.example' })).toEqual(expected);
  });

  it.each([
    ['docker.io', 'https://index.docker.io/v1/', true],
    ['docker.io', 'docker.io', true],
    ['docker.io', 'index.docker.io', true],
    ['docker.io', 'https://registry-1.docker.io', true],
    ['r.example:5000', 'r.example:5000', true],
    ['r.example', 'https://r.example/v1/', true],
    ['r.example', 'r.example/a', true],
    ['r.example', 'r.example/a/b', true],
    ['r.example', 'r.example/a/b/c', false],
    ['r.example', 'r.example/other', false],
    ['r.example', 'r.example:5000', false],
    ['r.example', 'https://r.example.evil/v1/', false],
    ['r.example', 'example', false],
  ])('have for %s/a/b what is under %s: %s', async (registry, key, found) => {
    const provider = fromFile({ auths: { [key]: { auth: encode('me', 'pw') } } });
    expect((await provider.getCredential({ registry, repository: 'a/b' })) !== undefined).toBe(found);
  });

  it('give the most specific namespace', async () => {
    const provider = fromFile({
      auths: {
        'r.example': { auth: encode('host', 'pw') },
        'r.example/a': { auth: encode('namespace', 'pw') },
      },
    });
    const usernameFor = async (repository?: string) => {
      const credential = await provider.getCredential({ registry: 'r.example', repository });
      return credential?.kind === 'basic' ? credential.username : undefined;
    };
    expect(await usernameFor('a/b')).toBe('namespace');
    expect(await usernameFor('ab')).toBe('host');
    expect(await usernameFor()).toBe('host');
  });

  it('that are malformed say so, without what they hold', async () => {
    await assert(
      asyncProperty(string(), async (text) => {
        const provider = authFileProvider({
          name: 'F',
          read: async () => `{"auth": "secret${text}`,
          environment,
        });
        const failure = await provider.getCredential({ registry: 'r' }).catch((error: unknown) => error);
        expect(failure).toMatchObject({ code: 'OCI_CREDENTIALS', message: 'F is not a JSON object' });
      }),
      { numRuns: 20 },
    );
  });

  it('are looked for where docker and podman keep them', async () => {
    const providers = defaultCredentialProviders({
      environment: {
        DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'r.example': { auth: encode('inline', 'pw') } } }),
        REGISTRY_AUTH_FILE: '/podman/auth.json',
        DOCKER_CONFIG: '/docker',
        XDG_RUNTIME_DIR: '/run/user/1',
      },
      homeDirectory: '/home/me',
    });
    expect(providers.map(({ name }) => name)).toEqual([
      'DOCKER_AUTH_CONFIG',
      '/podman/auth.json',
      join('/docker', 'config.json'),
      join('/run/user/1', 'containers', 'auth.json'),
      join('/home/me', '.config', 'containers', 'auth.json'),
    ]);
    expect(await providers[0]?.getCredential({ registry: 'r.example' })).toEqual(basic('inline', 'pw'));
    expect(await providers[2]?.getCredential({ registry: 'r.example' })).toBeUndefined();
    await expect(providers[1]?.getCredential({ registry: 'r.example' })).rejects.toMatchObject({
      code: 'OCI_CREDENTIALS',
    });
    const only = defaultCredentialProviders({ environment: {}, homeDirectory: '/', authFile: '/one.json' });
    expect(only.map(({ name }) => name)).toEqual(['/one.json']);
  });
});

describe('explicit credentials', () => {
  it('are for the named registry, and final', async () => {
    const provider = explicitCredentials({ 'r.example': basic('me', 'pw') });
    expect(provider.explicit).toBe(true);
    expect(await provider.getCredential({ registry: 'r.example' })).toEqual(basic('me', 'pw'));
    expect(await provider.getCredential({ registry: 'constructor' })).toBeUndefined();
  });
});

describe('helper programs', () => {
  it('are asked once, by host, Docker Hub by its URL; again to refresh', async () => {
    await installHelper('test', `printf '{"ServerURL":"x","Username":"me","Secret":"pw"}'`);
    const provider = fromFile({ credHelpers: { 'r.example:5000': 'test' }, credsStore: 'test' });
    expect(await provider.getCredential({ registry: 'r.example:5000' })).toEqual(basic('me', 'pw'));
    await provider.getCredential({ registry: 'r.example:5000', repository: 'other' });
    await provider.getCredential({ registry: 'docker.io' });
    await provider.getCredential({ registry: 'docker.io', refresh: true });
    expect(await calls()).toEqual([
      'get r.example:5000',
      'get https://index.docker.io/v1/',
      'get https://index.docker.io/v1/',
    ]);
  });

  it('may hold an identity token', async () => {
    await installHelper('test', `printf '{"Username":"<token>","Secret":"refresh"}'`);
    const provider = fromFile({ credsStore: 'test' });
    expect(await provider.getCredential({ registry: 'r' })).toEqual({
      kind: 'identity-token',
      token: 'refresh',
    });
  });

  it('that have nothing leave it to the file', async () => {
    await installHelper('test', `printf 'credentials not found in native keychain\\n'; exit 1`);
    const provider = fromFile({ credsStore: 'test', auths: { r: { auth: encode('me', 'pw') } } });
    expect(await provider.getCredential({ registry: 'r' })).toEqual(basic('me', 'pw'));
    expect(await provider.getCredential({ registry: 'other' })).toBeUndefined();
  });

  it.each([
    ['fail', `printf 'secret output'; exit 3`, /failed with 3/],
    ['answer nonsense', `printf 'secret output'`, /not a JSON object/],
  ])('that %s are an error without their output', async (_name, get, message) => {
    await installHelper('test', get);
    const failure: unknown = await fromFile({ credsStore: 'test' })
      .getCredential({ registry: 'r' })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'OCI_CREDENTIALS',
      message: expect.stringMatching(message) as string,
    });
    expect(JSON.stringify(failure) + String(failure)).not.toContain('secret');
  });

  it.each(['missing', '../../bin/sh', 'a b', 'x;true'])('named %s are not run', async (name) => {
    const provider = fromFile({ credsStore: name });
    await expect(provider.getCredential({ registry: 'r' })).rejects.toMatchObject({
      code: 'OCI_CREDENTIALS',
    });
  });
});

describe('logins', () => {
  const login = (registry: string) => ({
    registry,
    username: 'me',
    password: 'pä:w',
    configFile: join(folder, 'new', 'config.json'),
    environment,
  });
  const read = async (): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(join(folder, 'new', 'config.json'), 'utf8')) as Record<string, unknown>;

  it('are kept for their owner only, read back, and forgotten', async () => {
    const { configFile } = login('r.example');
    expect(await saveDockerLogin(login('r.example'))).toBe(configFile);
    await saveDockerLogin(login('docker.io'));
    expect(Object.keys((await read())['auths'] as object)).toEqual([
      'r.example',
      'https://index.docker.io/v1/',
    ]);
    expect((await stat(configFile)).mode & 0o777).toBe(0o600);
    const provider = fromFile(await read());
    expect(await provider.getCredential({ registry: 'docker.io' })).toEqual(basic('me', 'pä:w'));
    expect(await removeDockerLogin(login('docker.io'))).toBe(true);
    expect(await removeDockerLogin(login('docker.io'))).toBe(false);
    expect(await read()).toEqual({
      auths: { 'r.example': { auth: Buffer.from('me:pä:w').toString('base64') } },
    });
    expect(await readdir(dirname(configFile))).toEqual(['config.json']);
  });

  it('leave everything else in the file, and a link to it, as it is', async () => {
    const target = join(folder, 'dotfiles.json');
    const others = { HttpHeaders: { a: 'b' }, auths: { other: { auth: 'x' } }, psFormat: 'y' };
    await writeFile(target, JSON.stringify(others));
    await mkdir(join(folder, 'new'));
    await symlink(target, join(folder, 'new', 'config.json'));
    await saveDockerLogin(login('r.example'));
    expect(await read()).toMatchObject(others);
    expect((await lstat(join(folder, 'new', 'config.json'))).isSymbolicLink()).toBe(true);
    await removeDockerLogin(login('r.example'));
    expect(await read()).toEqual(others);
  });

  it('do not overwrite a file that cannot be read', async () => {
    await mkdir(join(folder, 'new'));
    await writeFile(join(folder, 'new', 'config.json'), 'not json');
    await expect(saveDockerLogin(login('r.example'))).rejects.toMatchObject({ code: 'OCI_CREDENTIALS' });
    expect(await readFile(join(folder, 'new', 'config.json'), 'utf8')).toBe('not json');
  });

  it('go to the helper program that the file names', async () => {
    await installHelper('test', 'exit 1');
    await mkdir(join(folder, 'new'));
    await writeFile(join(folder, 'new', 'config.json'), '{"credsStore":"test"}');
    expect(await saveDockerLogin(login('r.example'))).toBe('docker-credential-test');
    expect(await read()).toEqual({ credsStore: 'test', auths: { 'r.example': {} } });
    expect(await removeDockerLogin(login('r.example'))).toBe(true);
    expect(await calls()).toEqual([
      'store {"ServerURL":"r.example","Username":"me","Secret":"pä:w"}',
      'erase r.example',
    ]);
  });
});
