import type { ArgumentsCamelCase, Argv } from 'yargs';
import { outputOptions } from '../input/output-options.js';
import { registryOptions } from '../input/registry-options.js';
import { transferOptions } from '../input/transfer-options.js';

/** What the command line of `oci-sync copy` says. */
export type CopyCliOptions = ArgumentsCamelCase<
  ReturnType<typeof copyOptions> extends Argv<infer Options> ? Options : never
>;

/** Adds the options of `oci-sync copy`. */
export function copyOptions(yargs: Argv) {
  const own = yargs
    .positional('source', {
      type: 'string',
      describe: 'What to copy: [REGISTRY/]REPOSITORY[:TAG][@DIGEST], or oci:PATH[:TAG] for an OCI layout',
    })
    .positional('destination', { type: 'string', describe: 'Where to, in the same form' })
    .option('from-file', {
      type: 'string',
      // With a count, yargs takes a lone `-` as the value.
      nargs: 1,
      describe:
        'Copy what this file lists (- is stdin): lines SOURCE DESTINATION, or a YAML/JSON list of {source, destination, platforms?}',
    })
    .option('platform', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      defaultDescription: 'all, byte for byte',
      describe: 'Copy only this platform, such as linux/amd64; repeat it or give a comma list',
    })
    .example('$0 copy alpine:3.20 registry.example/mirror/alpine:3.20', 'the whole image, digest kept')
    .example(
      '$0 copy --platform linux/amd64 nginx 123456789012.dkr.ecr.eu-west-1.amazonaws.com/nginx',
      'one platform into ECR',
    )
    .example('$0 copy --from-file images.txt', 'several, sharing layers');
  return outputOptions(registryOptions(transferOptions(own)));
}
