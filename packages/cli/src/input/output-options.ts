import type { Argv } from 'yargs';

/** Adds the options about what is printed. */
export function outputOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('output', {
      choices: ['text', 'json'] as const,
      default: 'text' as const,
      describe: 'Form of the result on stdout',
    })
    .option('verbose', {
      alias: 'v',
      type: 'boolean',
      default: false,
      describe: 'Log requests and decisions to stderr, without secrets',
    })
    .option('quiet', { type: 'boolean', default: false, describe: 'Print no progress' })
    .option('log-format', {
      choices: ['text', 'json'] as const,
      default: 'text' as const,
      describe: 'Form of progress and logs on stderr',
    });
}
