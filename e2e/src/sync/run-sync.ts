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
  { folder, home }: Workplace,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = awsCredentials,
): Promise<CliResult> {
  const [program, all] = standIns.namespace.inside(process.execPath, [cliPath, ...args]);
  const { code, stdout, stderr } = await runCommand(program, all, {
    cwd: folder,
    env: { ...bareEnvironment(home), NODE_EXTRA_CA_CERTS: standIns.caFile, ...environment },
  });
  return { code, stdout: stdout.toString(), stderr };
}
