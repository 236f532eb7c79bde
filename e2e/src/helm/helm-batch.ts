import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { partsProgram } from '../parts/parts-folder.js';
import type { CommandResult } from '../parts/run-command.js';
import { helmEnvironment } from './real-helm.js';

/** One process that runs helm's command many times: `e2e/helm-batch`. */
export interface HelmBatch {
  /**
   * One run, given to helm when the runs asked for before have ended. Ends as the helm binary does; a run that takes
   * the process down or more than five minutes ends with what that process ended with, and the next gets a new one.
   */
  readonly run: (args: readonly string[]) => Promise<CommandResult>;
  /** Ends the process. */
  readonly stop: () => Promise<void>;
}

const TIMEOUT_MS = 300_000;

/** Path of the installed helm-batch, or `undefined`. */
export function findHelmBatch(): string | undefined {
  const path = partsProgram('helm-batch');
  return existsSync(path) ? path : undefined;
}

/**
 * Starts nothing yet: the first run does.
 *
 * @param knownPrimes - by size in bytes; random keys are made of these, else of new ones, which takes long.
 */
export function makeHelmBatch(
  program: string,
  knownPrimes: ReadonlyMap<number, readonly Buffer[]> = new Map(),
): HelmBatch {
  const primes = [...knownPrimes].map(([size, list]) => [
    size,
    list.map((prime) => prime.toString('base64')),
  ]);
  const env = {
    ...helmEnvironment(),
    GOGC: '400',
    GOMEMLIMIT: '1GiB',
    HELM_BATCH_PRIMES: JSON.stringify(Object.fromEntries(primes)),
  };
  let child: Child | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    run: (args) => {
      const result = last.then(async () => {
        child ??= startChild(program, env);
        const answer = await child.ask(args);
        if (child.hasEnded()) child = undefined;
        return answer;
      });
      last = result.catch(() => undefined);
      return result;
    },
    stop: async () => {
      await last;
      await child?.end();
      child = undefined;
    },
  };
}

interface Child {
  ask(args: readonly string[]): Promise<CommandResult>;
  hasEnded(): boolean;
  end(): Promise<void>;
}

function startChild(program: string, env: NodeJS.ProcessEnv): Child {
  const child: ChildProcessWithoutNullStreams = spawn(program, { env });
  const closed = once(child, 'close');
  // Whoever asks gets the failure.
  closed.catch(() => undefined);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-10_000)));
  // A process that is gone says so by closing.
  child.stdin.on('error', () => undefined);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    hasEnded,
    ask: async (args) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
      try {
        child.stdin.write(`${JSON.stringify(args)}\n`);
        const answer = await answers.next();
        if (answer.done !== true) return readAnswer(answer.value);
        await closed;
        return { code: child.exitCode ?? 128, stdout: Buffer.alloc(0), stderr };
      } finally {
        clearTimeout(timer);
      }
    },
    end: async () => {
      child.stdin.end();
      await closed;
    },
  };
}

function readAnswer(line: string): CommandResult {
  const { code, stdout, stderr } = JSON.parse(line) as { code: number; stdout: string; stderr: string };
  return { code, stdout: Buffer.from(stdout), stderr };
}
