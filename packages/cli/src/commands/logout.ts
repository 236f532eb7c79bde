import { homedir } from 'node:os';
import { dockerConfigFile, removeDockerLogin } from '@oci-sync/oci-client';
import type { ArgumentsCamelCase, Argv } from 'yargs';
import { defineCommand } from '../command.js';
import { write, type CommandIo } from '../command-io.js';
import { exitCodes } from '../exit-codes.js';
import { registryName } from './login.js';

type LogoutCliOptions = ArgumentsCamelCase<
  ReturnType<typeof builder> extends Argv<infer Options> ? Options : never
>;

function builder(yargs: Argv) {
  return yargs.positional('registry', {
    type: 'string',
    demandOption: true,
    describe: 'HOST[:PORT]; docker.io is Docker Hub',
  });
}

async function run(options: LogoutCliOptions, io: CommandIo): Promise<number> {
  const registry = registryName(options.registry);
  const { environment } = io;
  const configFile = dockerConfigFile(environment, environment['HOME'] ?? homedir());
  const removed = await removeDockerLogin({ registry, configFile, environment });
  await write(
    io.stderr,
    removed
      ? `removed the login for ${registry} from ${configFile}\n`
      : `there was no login for ${registry} in ${configFile}\n`,
  );
  return exitCodes.done;
}

/** `oci-sync logout` */
export const logoutCommand = defineCommand({ positionals: '<registry>', builder, run });
