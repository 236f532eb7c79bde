import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, type CommandResult } from '../parts/run-command.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';

/** The built command line, as a checkout runs it. */
export const cliPath = join(import.meta.dirname, '../../../packages/cli/bin/oci-sync.js');

/** What a run printed, and its exit code. */
export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Settings of {@link runCli}. */
export interface RunCliOptions {
  /** Added to a bare environment: PATH and an empty home. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly input?: string | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Runs `oci-sync` with an empty home, so that no login or cache of this machine takes part. */
export async function runCli(args: readonly string[], options: RunCliOptions = {}): Promise<CliResult> {
  const home = makeTemporaryFolder();
  try {
    const { env, input, timeoutMs } = options;
    const result = await runCommand(process.execPath, [cliPath, ...args], {
      env: { ...bareEnvironment(home.path), ...env },
      input,
      timeoutMs,
    });
    return printed(result);
  } finally {
    home.remove();
  }
}

/** As {@link runCli}; throws with what was printed when it fails. */
export async function runCliOrThrow(args: readonly string[], options?: RunCliOptions): Promise<CliResult> {
  const result = await runCli(args, options);
  if (result.code !== 0) {
    throw new Error(
      `oci-sync ${args.join(' ')} exited with ${result.code}:\n${result.stderr}${result.stdout}`,
    );
  }
  return result;
}

/** PATH, and a home and cache folder below the given one. */
export function bareEnvironment(home: string): Record<string, string> {
  const cache = join(home, 'cache');
  mkdirSync(cache, { recursive: true });
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    XDG_CACHE_HOME: cache,
    DOCKER_CONFIG: join(home, 'docker'),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

function printed({ code, stdout, stderr }: CommandResult): CliResult {
  return { code, stdout: stdout.toString(), stderr };
}
