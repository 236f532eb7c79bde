import type { Argv } from 'yargs';

/** Adds the options of every command that talks to registries. */
export function registryOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('plain-http', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      defaultDescription: 'loopback is found out',
      describe: 'Speak HTTP without TLS to this HOST[:PORT]',
    })
    .option('ca-file', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      defaultDescription: "Node's own certificates",
      describe: 'Trust the CA certificates in this PEM file too',
    })
    .option('authfile', {
      type: 'string',
      describe: "Take credentials from this file instead of docker's and podman's",
    })
    .option('region', { type: 'string', describe: 'AWS region, where no ECR host names it' });
}

/** What {@link registryOptions} reads. */
export interface RegistryCliOptions {
  readonly plainHttp: readonly string[];
  readonly caFile: readonly string[];
  readonly authfile: string | undefined;
  readonly region: string | undefined;
}
