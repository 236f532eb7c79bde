import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { CommandIo } from './command-io.js';
import { noSettings, type Settings } from './config/settings.js';
import { exitCodes } from './exit-codes.js';
import { nearestName } from './nearest-name.js';
import { UsageError } from './usage-error.js';

/** One command of the CLI, as its module defines it. */
export interface CommandDefinition<Options> {
  /** Positionals as yargs writes them, without the command's name: `<source> [destination]`. */
  readonly positionals: string;
  readonly builder: (yargs: Argv) => Argv<Options>;
  /**
   * Which options the environment and the settings file may state too: `connections`, those about registries and
   * output. @default none, and no `--config`
   */
  readonly settings?: 'all' | 'connections';
  /** Does it and resolves with the exit code. Errors it throws are printed by the caller. */
  readonly run: (options: ArgumentsCamelCase<Options>, io: CommandIo, settings: Settings) => Promise<number>;
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

/** yargs' message about the command line `args`, with the nearest name for an option that does not exist. */
function usageError(message: string, args: readonly string[], names: readonly string[]): UsageError {
  const unknown = /^Unknown arguments?: (.+)$/.exec(message)?.[1]?.split(', ')[0];
  if (unknown === undefined) return new UsageError(message.replaceAll(/\s*\n\s*/g, ' '));
  // An option is named without its dashes, an argument as it is.
  if (args.includes(unknown)) {
    return new UsageError(`one argument too many: ${unknown}`, { hint: 'see --help' });
  }
  const nearest = nearestName(unknown, names);
  return new UsageError(`unknown option ${unknown.length === 1 ? '-' : '--'}${unknown}`, {
    hint: nearest === undefined ? 'see --help' : `did you mean --${nearest}?`,
  });
}

/** The long option names that a help text explains: yargs gives no other list of them. */
function namesInHelp(help: string): readonly string[] {
  return [...help.matchAll(/^ {2}(?:-\w, | {4})--([a-z][a-z0-9-]+)/gm)].flatMap((match) =>
    match[1] === undefined ? [] : [match[1]],
  );
}

/** Adds `--config` to commands that take settings from a file. */
function configOption<Options>(yargs: Argv<Options>): Argv<Options> {
  return yargs.option('config', {
    type: 'string',
    nargs: 1,
    describe: 'Settings file; "" for none',
    defaultDescription: './oci-sync.yaml, if it is there',
  });
}

/** Makes a definition a {@link Command}. */
export function defineCommand<Options>(definition: CommandDefinition<Options>): Command {
  const { positionals, builder, run, settings: scope } = definition;
  return {
    positionals,
    prepare: (base) => {
      const own = builder(base);
      const parser = (scope === undefined ? own : configOption(own)).option('help', {
        alias: 'h',
        type: 'boolean',
        describe: 'Show this help',
      });
      const readSettings = async (args: readonly string[], io: CommandIo): Promise<Settings> => {
        if (scope === undefined) return noSettings;
        const { loadSettings } = await import('./config/load-settings.js');
        const options = async (): Promise<ReadonlySet<string>> =>
          new Set(namesInHelp(await parser.getHelp()));
        return loadSettings(args, { options, settings: scope }, io);
      };
      return {
        help: async () => parser.getHelp(),
        run: async (args, io) => {
          let exitCode: number = exitCodes.failed;
          const settings = await readSettings(args, io);
          try {
            await parser
              .config(settings.values)
              .command(
                `$0 ${positionals}`.trim(),
                false,
                (inner) => inner,
                async (options) => {
                  exitCode = await run(options, io, settings);
                },
              )
              // yargs goes on after a failure that does not throw.
              .fail((message, error: Error | undefined) => {
                // A YError is what `coerce` of an option threw; others come from the command itself.
                if (error !== undefined && error.name !== 'YError') throw error;
                throw new ParseFailure(error?.message ?? message ?? 'the command line cannot be used');
              })
              .parseAsync([...args]);
          } catch (error) {
            if (!(error instanceof ParseFailure)) throw error;
            throw usageError(error.message, args, namesInHelp(await parser.getHelp()));
          }
          return exitCode;
        },
      };
    },
  };
}
