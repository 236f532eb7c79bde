import type { Preset } from '@oci-sync/discovery';
import type { Argv } from 'yargs';
import { defineCommand } from '../command.js';
import { write, type CommandIo } from '../command-io.js';
import { describeSettings, type DescribedSetting } from '../config/describe-settings.js';
import type { Settings } from '../config/settings.js';
import { exitCodes } from '../exit-codes.js';
import { asCommandError } from '../input/discovery-errors.js';
import { syncOptions, type SyncCliOptions } from '../input/sync-options.js';
import { toJson } from '../output/json.js';

function settingLines(settings: readonly DescribedSetting[]): readonly string[] {
  const rows = settings.map(({ name, value, origin }) => [
    name,
    JSON.stringify(value),
    origin.place ?? origin.from,
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}

async function readPreset(name: string): Promise<Preset> {
  const { loadPreset } = await import('@oci-sync/discovery');
  try {
    return await loadPreset(name);
  } catch (error) {
    throw asCommandError(error);
  }
}

async function run(options: SyncCliOptions, io: CommandIo, settings: Settings): Promise<number> {
  const described = describeSettings(options, settings, await readPreset(options.preset));
  const text =
    options.output === 'json'
      ? toJson({ settings: described })
      : settingLines(described)
          .map((line) => `${line}\n`)
          .join('');
  await write(io.stdout, text);
  return exitCodes.done;
}

/** `oci-sync config` */
export const configCommand = defineCommand({
  positionals: '',
  builder: (yargs: Argv) =>
    syncOptions(yargs)
      .example('$0 config', 'what oci-sync sync would work with here')
      .example('$0 config --config prod.yaml --output json', 'the same for programs'),
  settings: 'all',
  run,
});
