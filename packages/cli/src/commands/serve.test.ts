import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli } from '../run-cli.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'serve-'));
});
afterEach(() => rm(directory, { recursive: true }));

interface Serving {
  /** `127.0.0.1:5000` */
  readonly address: string;
  /** What it wrote to stderr so far. */
  readonly printed: () => string;
  /** Stops it as a signal would; the exit code. */
  readonly stop: () => Promise<number>;
}

async function serve(...args: readonly string[]): Promise<Serving> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let errors = '';
  stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const printed = (): string => errors;
  const interruption = new AbortController();
  const finished = runCli(['serve', ...args], {
    stdin: new PassThrough(),
    stdout,
    stderr,
    environment: {},
    signal: interruption.signal,
  });
  const [line] = await Promise.race([
    once(stdout, 'data') as Promise<Buffer[]>,
    finished.then(() => Promise.reject(new Error(printed()))),
  ]);
  return {
    address: line?.toString().trimEnd() ?? '',
    printed,
    stop: async () => {
      interruption.abort();
      return finished;
    },
  };
}

it('prints its address, serves, and frees its port when it is stopped', async () => {
  const { address, stop } = await serve();
  expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
  expect((await fetch(`http://${address}/v2/`)).status).toBe(200);
  expect(await stop()).toBe(0);
  await expect(fetch(`http://${address}/v2/`)).rejects.toThrow('fetch failed');
});

it('keeps what it is given in a directory', async () => {
  const first = await serve('--storage', directory);
  const digest = 'sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881';
  const pushed = await fetch(`http://${first.address}/v2/app/blobs/uploads/?digest=${digest}`, {
    method: 'POST',
    body: 'x',
  });
  expect(pushed.status).toBe(201);
  await first.stop();
  const second = await serve('--storage', directory);
  const pulled = await fetch(`http://${second.address}/v2/app/blobs/${digest}`);
  expect(await pulled.text()).toBe('x');
  await second.stop();
});

it('asks for the user and password given', async () => {
  const { address, stop } = await serve('--auth', 'alice:se:cret');
  const authorization = `Basic ${Buffer.from('alice:se:cret').toString('base64')}`;
  expect((await fetch(`http://${address}/v2/`)).status).toBe(401);
  expect((await fetch(`http://${address}/v2/`, { headers: { authorization } })).status).toBe(200);
  await stop();
});

it('behaves as ECR and says how to reach its API', async () => {
  const { address, printed, stop } = await serve('--profile', 'ecr');
  const refused = await fetch(`http://${address}/v2/`);
  expect(refused.headers.get('www-authenticate')).toContain('service="ecr.amazonaws.com"');
  await stop();
  expect(printed()).toContain(`AWS_ENDPOINT_URL_ECR=http://${address}`);
});

it.each([
  [['--auth', 'alice'], /USER:PASS/],
  [['--port', '70000'], /port/],
  [['--port', 'x'], /port/],
  [['--profile', 'gcr'], /profile/],
  [['--profile', 'ecr', '--auth', 'a:b'], /--auth/],
])('refuses %j', async (args, message) => {
  await expect(serve(...args)).rejects.toThrow(message);
});
