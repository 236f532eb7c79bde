import { once } from 'node:events';
import type { RunningRegistry } from '@oci-sync/registry';
import type { Argv } from 'yargs';
import { write } from '../command-io.js';
import { defineCommand } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { UsageError } from '../usage-error.js';

interface ServeOptions {
  readonly port: number;
  readonly storage: string | undefined;
  readonly profile: 'distribution' | 'ecr';
  readonly auth: string | undefined;
}

/**
 * `oci-sync serve`: a registry on loopback for trying things out. Prints its address on stdout and runs until SIGINT
 * or SIGTERM.
 */
export const serveCommand = defineCommand({
  positionals: '',
  builder: (yargs: Argv) =>
    yargs
      .option('port', { type: 'number', default: 0, describe: 'Port to listen on; 0 takes a free one' })
      .option('storage', {
        type: 'string',
        describe: 'Directory that keeps the content; memory when left out',
      })
      .option('profile', {
        choices: ['distribution', 'ecr'] as const,
        default: 'distribution' as const,
        describe: 'Behave as the specification says, or as AWS ECR with its control plane',
      })
      .option('auth', {
        type: 'string',
        describe: 'Ask for this user and password, USER:PASS; anyone may do anything when left out',
      })
      .example('$0 serve --port 5000 --storage ./registry', 'A registry that keeps what it is given')
      .example('$0 serve --profile ecr', 'An ECR to try against: set AWS_ENDPOINT_URL_ECR as it says'),
  async run(options, io) {
    const registry = await start(options);
    try {
      await write(io.stdout, `${registry.host}\n`);
      const api =
        options.profile === 'ecr' ? `AWS_ENDPOINT_URL_ECR=${registry.url} AWS_REGION=us-east-1\n` : '';
      await write(io.stderr, `${api}serving until SIGINT or SIGTERM\n`);
      if (!io.signal.aborted) await once(io.signal, 'abort');
    } finally {
      await registry.close();
    }
    return exitCodes.done;
  },
});

async function start({ port, storage, profile, auth }: ServeOptions): Promise<RunningRegistry> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UsageError('--port is not a port number', { hint: 'give a number from 0 to 65535' });
  }
  const shared = { port, storage: storage === undefined ? undefined : { directory: storage } };
  if (profile === 'ecr') {
    if (auth !== undefined) {
      throw new UsageError('--auth does not go with --profile ecr', {
        hint: 'ECR issues its own tokens to any AWS credentials; leave --auth out',
      });
    }
    const { startEcr } = await import('@oci-sync/registry/testing');
    return startEcr(shared);
  }
  const { startRegistry } = await import('@oci-sync/registry');
  return startRegistry({ ...shared, auth: auth === undefined ? undefined : parseAuth(auth) });
}

function parseAuth(text: string) {
  const colon = text.indexOf(':');
  if (colon <= 0) throw new UsageError('--auth is not USER:PASS', { hint: 'separate the two by a colon' });
  const users = { [text.slice(0, colon)]: text.slice(colon + 1) };
  return { kind: 'basic' as const, users };
}
