import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runCli } from '../src/run-cli.js';

const bin = fileURLToPath(new URL('../bin/oci-sync.js', import.meta.url));

/** How a command line ended, and what it printed. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a command line. */
export interface RunOptions {
  /** Besides a home and a cache of its own. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly input?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly isTerminal?: boolean | undefined;
}

/** A folder for one test: home, cache and working directory of what it runs. */
export interface Bench {
  readonly folder: string;
  path(name: string): string;
  /** Runs in this process. The working directory stays, so files go where options say. */
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Starts the built command in a process of its own, in the folder. */
  start(args: readonly string[], options?: RunOptions): { child: ChildProcess; ended: Promise<Ran> };
  remove(): Promise<void>;
}

function gather(stream: NodeJS.ReadableStream, into: (text: string) => void): void {
  stream.on('data', (chunk: Buffer) => into(chunk.toString()));
}

export async function createBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'oci-sync-cli-'));
  const surroundings = { HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), HELM_CONFIG_HOME: folder };
  return {
    folder,
    path: (name) => join(folder, name),
    run: async (args, { environment, input = '', isTerminal = false, signal } = {}) => {
      const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
      stdin.end(input);
      const printed = { stdout: '', stderr: '' };
      gather(stdout, (text) => (printed.stdout += text));
      gather(stderr, (text) => (printed.stderr += text));
      const code = await runCli(args, {
        stdin,
        stdout,
        stderr: Object.assign(stderr, { isTTY: isTerminal, columns: 100 }),
        environment: { ...surroundings, ...environment },
        signal: signal ?? new AbortController().signal,
      });
      return { code, ...printed };
    },
    start: (args, { environment, input = '' } = {}) => {
      const child = spawn(process.execPath, [bin, ...args], {
        cwd: folder,
        env: { PATH: process.env['PATH'], ...surroundings, ...environment },
      });
      child.stdin.end(input);
      const printed = { stdout: '', stderr: '' };
      gather(child.stdout, (text) => (printed.stdout += text));
      gather(child.stderr, (text) => (printed.stderr += text));
      const ended = once(child, 'close').then(([code]: (number | null)[]) => ({
        code: code ?? null,
        ...printed,
      }));
      return { child, ended };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
