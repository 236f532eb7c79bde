import { text } from 'node:stream/consumers';
import { homedir } from 'node:os';
import {
  checkLogin,
  dockerConfigFile,
  explicitCredentials,
  isRegistry,
  saveDockerLogin,
  type DockerLogin,
} from '@oci-sync/oci-client';
import type { ArgumentsCamelCase, Argv } from 'yargs';
import { defineCommand } from '../command.js';
import { write, type CommandIo } from '../command-io.js';
import { exitCodes } from '../exit-codes.js';
import { registryOptions } from '../input/registry-options.js';
import { UsageError } from '../usage-error.js';

type LoginCliOptions = ArgumentsCamelCase<
  ReturnType<typeof builder> extends Argv<infer Options> ? Options : never
>;

function builder(yargs: Argv) {
  const own = yargs
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
    .option('check', {
      type: 'boolean',
      default: false,
      describe: 'Ask the registry first whether it accepts them, and keep nothing if it does not',
    })
    .example('echo "$TOKEN" | $0 login ghcr.io -u me --password-stdin', "kept in docker's config.json");
  return registryOptions(own);
}

/** The registry's name, without what people paste with it. @throws UsageError */
export function registryName(given: string): string {
  const name = given.replace(/^https?:\/\//, '').replace(/\/(v[12]\/?)?$/, '');
  if (!isRegistry(name))
    throw new UsageError(`"${given}" is not a registry`, { hint: 'write HOST or HOST:PORT' });
  return name === 'index.docker.io' || name === 'registry-1.docker.io' ? 'docker.io' : name;
}

/** Asks the registry whether it accepts the credentials. @throws OciError `OCI_UNAUTHORIZED`, `OCI_DENIED` */
async function check(options: LoginCliOptions, login: DockerLogin, io: CommandIo): Promise<void> {
  const { createCopier, readCaFiles } = await import('@oci-sync/sync/copier');
  const { registry, username, password } = login;
  const copier = createCopier({
    environment: io.environment,
    http: { plainHttpHosts: options.plainHttp, ca: await readCaFiles(options.caFile) },
    credentials: [explicitCredentials({ [registry]: { kind: 'basic', username, password } })],
    cache: false,
  });
  try {
    const answer = await checkLogin(copier.client, registry, { signal: io.signal });
    if (answer === 'anonymous')
      await write(io.stderr, `${registry} takes anybody: whether it knows ${username} is not known\n`);
  } finally {
    await copier.close();
  }
}

async function run(options: LoginCliOptions, io: CommandIo): Promise<number> {
  if (!options.passwordStdin)
    throw new UsageError('--password-stdin is needed', {
      hint: 'pipe the password in: it must not be on the command line',
    });
  const password = (await text(io.stdin)).replace(/\r?\n$/, '');
  if (password === '') throw new UsageError('stdin holds no password');
  const { environment } = io;
  const login: DockerLogin = {
    registry: registryName(options.registry),
    username: options.username,
    password,
    configFile: dockerConfigFile(environment, environment['HOME'] ?? homedir()),
    environment,
  };
  if (options.check) await check(options, login, io);
  const place = await saveDockerLogin(login);
  await write(io.stderr, `saved the login for ${login.registry} in ${place}\n`);
  return exitCodes.done;
}

/** `oci-sync login` */
export const loginCommand = defineCommand({ positionals: '<registry>', builder, run });
