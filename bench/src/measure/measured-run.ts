import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '@oci-sync/e2e/parts/run-command.js';

/** What one run of a program took. */
export interface Measurement {
  readonly wallMs: number;
  /** User and system time of the program and everything it started. */
  readonly cpuMs: number;
  /** The most resident memory of any one process of it. */
  readonly peakBytes: number;
}

/** A program to measure. */
export interface MeasuredProgram {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs a program to its end under GNU time, which has the kernel's own account of it and of all it waited for.
 * @param folder for the account
 * @throws Error with its last words when it does not exit with 0.
 */
export async function measureRun(
  { program, args, env }: MeasuredProgram,
  folder: string,
): Promise<Measurement> {
  const account = join(folder, 'time.txt');
  const startedAtMs = performance.now();
  const result = await runCommand('time', ['-f', '%U %S %M', '-o', account, program, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    timeoutMs: 1_200_000,
  });
  const wallMs = performance.now() - startedAtMs;
  if (result.code !== 0) {
    const words = `${result.stderr}\n${result.stdout.toString()}`.trim().slice(-2000);
    throw new Error(`${program} ${args.join(' ')} exited with ${result.code}: ${words}`);
  }
  const [user = 0, system = 0, kibibytes = 0] = readFileSync(account, 'utf8').trim().split(' ').map(Number);
  return { wallMs, cpuMs: (user + system) * 1000, peakBytes: kibibytes * 1024 };
}
