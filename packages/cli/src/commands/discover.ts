import type { Discovery } from '@oci-sync/discovery';
import { formatReference } from '@oci-sync/oci-client';
import type { ArgumentsCamelCase, Argv } from 'yargs';
import { defineCommand } from '../command.js';
import { write, type CommandIo } from '../command-io.js';
import type { Settings } from '../config/settings.js';
import { exitCodes } from '../exit-codes.js';
import { asCommandError } from '../input/discovery-errors.js';
import { openCopier } from '../input/open-copier.js';
import { outputOptions } from '../input/output-options.js';
import { registryOptions } from '../input/registry-options.js';
import { runDiscovery } from '../input/run-discovery.js';
import { sourceOptions } from '../input/source-options.js';
import { discoveryJson } from '../output/discovery-lines.js';
import { toJson } from '../output/json.js';
import { createProgress } from '../output/progress.js';

type DiscoverCliOptions = ArgumentsCamelCase<
  ReturnType<typeof builder> extends Argv<infer Options> ? Options : never
>;

function builder(yargs: Argv) {
  const own = yargs
    .option('strict', {
      type: 'boolean',
      default: false,
      describe: 'Exit with 1 when an image cannot be told',
    })
    .example('$0 discover', 'the images of RunWhen Local and its CodeCollections')
    .example('$0 discover -c ./chart -f prod.yaml --catalog ""', 'those of a chart alone')
    .example('kustomize build . | $0 discover --manifests -', 'those of any manifests');
  return outputOptions(registryOptions(sourceOptions(own)));
}

function exitCodeOfDiscovery({ failures, unresolved }: Discovery, isStrict: boolean): number {
  const isIncomplete = failures.length > 0 || (isStrict && unresolved.length > 0);
  return isIncomplete ? exitCodes.failed : exitCodes.done;
}

async function run(options: DiscoverCliOptions, io: CommandIo, settings: Settings): Promise<number> {
  const progress = await createProgress(io, options);
  const copier = await openCopier(options, settings, io, progress, { cache: false });
  try {
    const { loadPreset } = await import('@oci-sync/discovery');
    const discovery = await runDiscovery(
      options,
      settings,
      await loadPreset(options.preset),
      copier,
      io,
      progress,
    );
    const names = new Set(discovery.images.map(({ reference }) => formatReference(reference)));
    const lines = [...names].sort().map((name) => `${name}\n`);
    await write(io.stdout, options.output === 'json' ? toJson(discoveryJson(discovery)) : lines.join(''));
    return exitCodeOfDiscovery(discovery, options.strict);
  } catch (error) {
    throw asCommandError(error);
  } finally {
    progress.stop();
    await copier.close();
  }
}

/** `oci-sync discover` */
export const discoverCommand = defineCommand({ positionals: '', builder, settings: 'all', run });
