import { spawn } from 'node:child_process';

/** How {@link runCommand} runs a program. */
export interface RunCommandOptions {
  readonly cwd?: string | undefined;
  /** The whole environment. @default that of this process */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Written to stdin, which is closed otherwise. */
  readonly input?: string | undefined;
  /** The program is killed after this time. @default 120_000 */
  readonly timeoutMs?: number | undefined;
}

/** What a program did. `code` is 128 + n when signal n ended it, as a shell would say. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

const signalNumbers: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15, SIGXFSZ: 25 };

/**
 * Runs a program to its end, without a shell.
 * @throws Error when it cannot be started; an exit code other than 0 is a result.
 */
export function runCommand(
  program: string,
  args: readonly string[],
  options: RunCommandOptions = {},
): Promise<CommandResult> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 120_000,
    killSignal: 'SIGKILL',
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin?.end(options.input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({
        code: code ?? 128 + (signalNumbers[signal ?? ''] ?? 0),
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
  });
}

/**
 * As {@link runCommand}, for programs that have to succeed. Returns stdout.
 * @throws Error with the program's last words when it does not exit with 0.
 */
export async function runOrThrow(
  program: string,
  args: readonly string[],
  options: RunCommandOptions = {},
): Promise<Buffer> {
  const { code, stdout, stderr } = await runCommand(program, args, options);
  if (code !== 0) {
    const words = `${stderr}\n${stdout.toString()}`.trim().slice(-2000);
    throw new Error(`${program} ${args.join(' ')} exited with ${code}: ${words}`);
  }
  return stdout;
}
