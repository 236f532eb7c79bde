import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bareEnvironment, cliPath, type CliResult } from '../copy/run-cli.js';
import { runCommand } from '../parts/run-command.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import type { StandIns } from './stand-ins.js';

/** Credentials of the account whose registry the stand-in plays. */
export const awsCredentials = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example' };

/** A machine's folder and home, with nothing in them but what a test puts there. */
export interface Workplace {
  /** Where commands run. */
  readonly folder: string;
  readonly home: string;
  /** Path of a file in {@link folder}. */
  path(name: string): string;
  /** Writes a file into {@link folder}. */
  write(name: string, text: string): void;
  remove(): void;
}

/** Makes an empty workplace. */
export function makeWorkplace(): Workplace {
  const temporary = makeTemporaryFolder();
  const folder = join(temporary.path, 'work');
  const home = join(temporary.path, 'home');
  for (const each of [folder, home]) mkdirSync(each);
  const path = (name: string): string => join(folder, name);
  return {
    folder,
    home,
    path,
    write: (name, text) => writeFileSync(path(name), text),
    remove: () => temporary.remove(),
  };
}

/**
 * Runs the built `oci-sync` in the network of the stand-ins, as a user of a fresh machine would: with AWS credentials
 * and trust in the private CA, and nothing else set.
 */
export async function runOciSync(
  standIns: StandIns,
  place: Workplace,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = awsCredentials,
): Promise<CliResult> {
  const { program, all, options } = commandIn(standIns, place, args, environment);
  const { code, stdout, stderr } = await runCommand(program, all, options);
  return { code, stdout: stdout.toString(), stderr };
}

/** As {@link runOciSync}, interrupted (SIGINT) as soon as it has printed a text on stderr. Resolves with the exit code. */
export async function interruptOciSync(
  standIns: StandIns,
  place: Workplace,
  args: readonly string[],
  text: string,
): Promise<number | null> {
  const { program, all, options } = commandIn(standIns, place, args, awsCredentials);
  const child = spawn(program, all, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  let printed = '';
  let isInterrupted = false;
  child.stderr.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
    if (isInterrupted || !printed.includes(text)) return;
    isInterrupted = true;
    child.kill('SIGINT');
  });
  await once(child, 'close');
  return child.exitCode;
}

function commandIn(
  { namespace, caFile }: StandIns,
  { folder, home }: Workplace,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
) {
  const [program, all] = namespace.inside(process.execPath, [cliPath, ...args]);
  const env = { ...bareEnvironment(home), NODE_EXTRA_CA_CERTS: caFile, ...environment };
  return { program, all, options: { cwd: folder, env } };
}
