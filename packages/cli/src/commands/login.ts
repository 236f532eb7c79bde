import { text } from 'node:stream/consumers';
import { homedir } from 'node:os';
import { dockerConfigFile, isRegistry, saveDockerLogin } from '@oci-sync/oci-client';
import type { ArgumentsCamelCase, Argv } from 'yargs';
import { defineCommand } from '../command.js';
import { write, type CommandIo } from '../command-io.js';
import { exitCodes } from '../exit-codes.js';
import { UsageError } from '../usage-error.js';

type LoginCliOptions = ArgumentsCamelCase<
  ReturnType<typeof builder> extends Argv<infer Options> ? Options : never
>;

function builder(yargs: Argv) {
  return yargs
    .positional('registry', {
      type: 'string',
      demandOption: true,
      describe: 'HOST[:PORT]; docker.io is Docker Hub',
    })
    .option('username', { alias: 'u', type: 'string', demandOption: true, describe: 'User name' })
    .option('password-stdin', {
      type: 'boolean',
      default: false,
      describe: 'Read the password from stdin (the only way, so that it is in no process list)',
    })
    .example('echo "$TOKEN" | $0 login ghcr.io -u me --password-stdin', "kept in docker's config.json");
}

/** The registry's name, without what people paste with it. @throws UsageError */
export function registryName(given: string): string {
  const name = given.replace(/^https?:\/\//, '').replace(/\/(v[12]\/?)?$/, '');
  if (!isRegistry(name))
    throw new UsageError(`"${given}" is not a registry`, { hint: 'write HOST or HOST:PORT' });
  return name === 'index.docker.io' || name === 'registry-1.docker.io' ? 'docker.io' : name;
}

async function run({ registry, username, passwordStdin }: LoginCliOptions, io: CommandIo): Promise<number> {
  if (!passwordStdin)
    throw new UsageError('--password-stdin is needed', {
      hint: 'pipe the password in: it must not be on the command line',
    });
  const password = (await text(io.stdin)).replace(/\r?\n$/, '');
  if (password === '') throw new UsageError('stdin holds no password');
  const environment = io.environment;
  const configFile = dockerConfigFile(environment, environment['HOME'] ?? homedir());
  const place = await saveDockerLogin({
    registry: registryName(registry),
    username,
    password,
    configFile,
    environment,
  });
  await write(io.stderr, `saved the login for ${registryName(registry)} in ${place}\n`);
  return exitCodes.done;
}

/** `oci-sync login` */
export const loginCommand = defineCommand({ positionals: '<registry>', builder, run });
