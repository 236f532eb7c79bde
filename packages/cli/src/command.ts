import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { CommandIo } from './command-io.js';
import { exitCodes } from './exit-codes.js';
import { nearestName } from './nearest-name.js';
import { UsageError } from './usage-error.js';

/** One command of the CLI, as its module defines it. */
export interface CommandDefinition<Options> {
  /** Positionals as yargs writes them, without the command's name: `<source> [destination]`. */
  readonly positionals: string;
  readonly builder: (yargs: Argv) => Argv<Options>;
  /** Does it and resolves with the exit code. Errors it throws are printed by the caller. */
  readonly run: (options: ArgumentsCamelCase<Options>, io: CommandIo) => Promise<number>;
}

/** A command with its options on a parser. */
export interface PreparedCommand {
  help(): Promise<string>;
  /** Parses the arguments behind the command's name and does it. @throws UsageError; what the command throws */
  run(args: readonly string[], io: CommandIo): Promise<number>;
}

/** A command whose options only it knows. */
export interface Command {
  readonly positionals: string;
  prepare(parser: Argv): PreparedCommand;
}

/** What yargs says of a command line it does not take. */
class ParseFailure extends Error {}

/** yargs' message about the command line, with the nearest name for an option that does not exist. */
function usageError(message: string, names: readonly string[]): UsageError {
  const unknown = /^Unknown arguments?: (.+)$/.exec(message)?.[1]?.split(', ')[0];
  if (unknown === undefined) return new UsageError(message.replaceAll(/\s*\n\s*/g, ' '));
  const nearest = nearestName(unknown, names);
  return new UsageError(`unknown option ${unknown.length === 1 ? '-' : '--'}${unknown}`, {
    hint: nearest === undefined ? 'see --help' : `did you mean --${nearest}?`,
  });
}

/** The long option names in a help text: yargs gives no other list of them. */
function namesInHelp(help: string): readonly string[] {
  return [...help.matchAll(/--([a-z][a-z0-9-]+)/g)].flatMap((match) =>
    match[1] === undefined ? [] : [match[1]],
  );
}

/** Makes a definition a {@link Command}. */
export function defineCommand<Options>(definition: CommandDefinition<Options>): Command {
  const { positionals, builder, run } = definition;
  return {
    positionals,
    prepare: (base) => {
      const parser = builder(base).option('help', {
        alias: 'h',
        type: 'boolean',
        describe: 'Show this help',
      });
      return {
        help: async () => parser.getHelp(),
        run: async (args, io) => {
          let exitCode: number = exitCodes.failed;
          try {
            await parser
              .command(
                `$0 ${positionals}`.trim(),
                false,
                (inner) => inner,
                async (options) => {
                  exitCode = await run(options, io);
                },
              )
              // yargs goes on after a failure that does not throw.
              .fail((message, error: Error | undefined) => {
                throw error ?? new ParseFailure(message ?? 'the command line cannot be used');
              })
              .parseAsync([...args]);
          } catch (error) {
            if (!(error instanceof ParseFailure)) throw error;
            throw usageError(error.message, namesInHelp(await parser.getHelp()));
          }
          return exitCode;
        },
      };
    },
  };
}
