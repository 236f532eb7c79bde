import { readFile, stat, writeFile } from 'node:fs/promises';
import { buildImage, pushImage, startTestRegistry, type TestRegistry } from '@oci-sync/registry/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBench, type Bench } from './cli-fixture.js';

let bench: Bench;
let registry: TestRegistry;
beforeEach(async () => {
  bench = await createBench();
  registry = await startTestRegistry({ auth: { kind: 'basic', users: { me: 'hunter2' } } });
  await pushImage(registry, 'app:1', buildImage());
});
afterEach(async () => {
  await registry.close();
  await bench.remove();
});

const environment = (): Record<string, string> => ({ DOCKER_CONFIG: bench.folder });
const config = (): string => bench.path('config.json');

describe('login and logout', () => {
  it('keeps the login where docker does, for this user alone, and forgets it again', async () => {
    const args = ['login', registry.host, '-u', 'me', '--password-stdin'];
    const ran = await bench.run(args, { environment: environment(), input: 'hunter2\n' });
    expect(ran).toMatchObject({ code: 0, stdout: '' });
    expect(ran.stderr).not.toContain('hunter2');
    expect((await stat(config())).mode & 0o777).toBe(0o600);

    const inspect = ['inspect', `${registry.host}/app:1`];
    expect((await bench.run(inspect, { environment: environment() })).code).toBe(0);
    expect((await bench.run(['logout', registry.host], { environment: environment() })).code).toBe(0);
    const refused = await bench.run(inspect, { environment: environment() });
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatch(/^error: /);
  });
  it('keeps what else the file holds', async () => {
    const others = { auths: { 'other.io': { auth: 'eDp5' } }, psFormat: 'table' };
    await writeFile(config(), JSON.stringify(others), { mode: 0o644 });
    const args = ['login', registry.host, '-u', 'me', '--password-stdin'];
    await bench.run(args, { environment: environment(), input: 'hunter2' });
    expect(JSON.parse(await readFile(config(), 'utf8'))).toMatchObject(others);
    expect((await stat(config())).mode & 0o777).toBe(0o600);
    await bench.run(['logout', registry.host], { environment: environment() });
    expect(JSON.parse(await readFile(config(), 'utf8'))).toEqual(others);
  });
  it.each([
    [['login', 'h.io', '-u', 'me'], '--password-stdin is needed'],
    [['login', 'h.io', '-u', 'me', '--password-stdin'], 'stdin holds no password'],
    [['login', 'h.io', '--password-stdin'], 'username'],
    [['login', 'no host', '-u', 'me', '--password-stdin'], 'is not a registry'],
    [['logout', 'no host'], 'is not a registry'],
  ])('%j is a usage error', async (args, message) => {
    const input = message.includes('no password') ? '' : 'secret';
    const ran = await bench.run(args, { environment: environment(), input });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(message);
  });
});
