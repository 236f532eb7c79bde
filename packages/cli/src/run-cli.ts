import type { Argv } from 'yargs';
import { write, type CommandIo } from './command-io.js';
import { commandTable, type CommandEntry } from './command-table.js';
import { exitCodes } from './exit-codes.js';
import { nearestName } from './nearest-name.js';
import { UsageError } from './usage-error.js';
import { packageVersion } from './version.js';

const defaultColumns = 100;

async function baseParser(io: CommandIo): Promise<Argv> {
  // It takes longer to load than the list of commands takes to print.
  const { default: yargs } = await import('yargs');
  return yargs()
    .scriptName('oci-sync')
    .exitProcess(false)
    .version(false)
    .help(false)
    .wrap(Math.min(io.stdout.columns ?? defaultColumns, 120))
    .parserConfiguration({ 'populate--': true, 'duplicate-arguments-array': true, 'boolean-negation': true })
    .strict();
}

async function printOverview(io: CommandIo): Promise<void> {
  const width = Math.max(...commandTable.map(({ name }) => name.length));
  const lines = commandTable.map(({ name, describe }) => `  oci-sync ${name.padEnd(width)}  ${describe}`);
  await write(
    io.stdout,
    [
      'Mirror container images from any registry into another, AWS ECR above all, with nothing but Node.',
      '',
      'Commands:',
      ...lines,
      '',
      'oci-sync COMMAND --help explains a command; oci-sync --version prints the version.',
      '',
    ].join('\n'),
  );
}

async function runCommand(entry: CommandEntry, args: readonly string[], io: CommandIo): Promise<number> {
  const command = await entry.load();
  const usage = `$0 ${[entry.name, command.positionals].filter((part) => part !== '').join(' ')}`;
  const parser = await baseParser(io);
  const prepared = command.prepare(parser.usage(`${usage}\n\n${entry.describe}`));
  if (args.includes('--help') || args.includes('-h')) {
    await write(io.stdout, `${await prepared.help()}\n`);
    return exitCodes.done;
  }
  return prepared.run(args, io);
}

async function dispatch(args: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--version') {
    await write(io.stdout, `${packageVersion()}\n`);
    return exitCodes.done;
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const asked = name === 'help' ? rest[0] : undefined;
    if (asked !== undefined) return dispatch([asked, '--help'], io);
    await printOverview(io);
    return name === undefined ? exitCodes.usage : exitCodes.done;
  }
  const entry = commandTable.find((each) => each.name === name);
  if (entry !== undefined) return runCommand(entry, rest, io);
  const nearest = nearestName(
    name,
    commandTable.map((each) => each.name),
  );
  throw new UsageError(`unknown command ${name}`, {
    hint: nearest === undefined ? 'see oci-sync --help' : `did you mean ${nearest}?`,
  });
}

/** Runs one command line and resolves with the exit code. Prints errors; never rejects. */
export async function runCli(args: readonly string[], io: CommandIo): Promise<number> {
  try {
    return await dispatch(args, io);
  } catch (error) {
    // Loaded only now: it needs the library, and most command lines are right.
    const { describeError, exitCodeOf } = await import('./output/describe-error.js');
    if (!io.signal.aborted) await write(io.stderr, `${describeError(error)}\n`).catch(() => undefined);
    return exitCodeOf(error);
  }
}
