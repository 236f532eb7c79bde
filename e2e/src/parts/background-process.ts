import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A program that runs beside the tests. */
export interface BackgroundProcess {
  readonly pid: number;
  /** What it printed so far, both streams. */
  output(): string;
  /** Ends it, first with SIGTERM, after two seconds with SIGKILL. May be called twice. */
  stop(): Promise<void>;
}

/** What {@link startProcess} starts. */
export interface ProcessDescription {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Asked every 20 ms until it says true. */
  readonly isReady: (process: BackgroundProcess) => boolean | Promise<boolean>;
  /** @default 60_000 */
  readonly timeoutMs?: number | undefined;
}

/**
 * Starts a program and waits until it is ready. The kernel ends it with us (`setpriv --pdeathsig`), however we end.
 * @throws Error with its output when it exits early or is not ready in time.
 */
export async function startProcess(description: ProcessDescription): Promise<BackgroundProcess> {
  const { program, args, env, isReady, timeoutMs = 60_000 } = description;
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', program, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const exited = once(child, 'exit');
  const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const running: BackgroundProcess = {
    pid: child.pid ?? 0,
    output: () => output,
    stop: async () => {
      if (hasExited()) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 2000);
      await exited;
      clearTimeout(timer);
    },
  };
  const deadline = Date.now() + timeoutMs;
  while (!(await isReady(running))) {
    if (hasExited() || Date.now() > deadline) {
      await running.stop();
      throw new Error(`${program} ${args.join(' ')} did not get ready: ${output.trim()}`);
    }
    await delay(20);
  }
  return running;
}

/** A loopback port that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
