import {
  formatReference,
  inspectImage,
  parseReference,
  printable,
  withDefaultTag,
  type InspectedImage,
  type InspectedManifest,
} from '@oci-sync/oci-client';
import type { ArgumentsCamelCase, Argv } from 'yargs';
import { defineCommand } from '../command.js';
import { write, type CommandIo } from '../command-io.js';
import type { Settings } from '../config/settings.js';
import { exitCodes } from '../exit-codes.js';
import { openCopier } from '../input/open-copier.js';
import { outputOptions } from '../input/output-options.js';
import { registryOptions } from '../input/registry-options.js';
import { formatBytes } from '../output/format-bytes.js';
import { toJson } from '../output/json.js';
import { createProgress } from '../output/progress.js';

type InspectCliOptions = ArgumentsCamelCase<
  ReturnType<typeof builder> extends Argv<infer Options> ? Options : never
>;

function builder(yargs: Argv) {
  const own = yargs
    .positional('reference', {
      type: 'string',
      demandOption: true,
      describe: '[REGISTRY/]REPOSITORY[:TAG][@DIGEST], or oci:PATH[:TAG]',
    })
    .example('$0 inspect alpine:3.20', 'platforms, sizes and dates');
  return outputOptions(registryOptions(own));
}

function manifestLines(manifest: InspectedManifest): readonly string[] {
  const what = manifest.attestation
    ? 'attestation'
    : (manifest.platform ?? manifest.artifactType ?? manifest.config?.mediaType ?? 'no platform');
  const created = manifest.created === undefined ? '' : `, created ${manifest.created.toISOString()}`;
  return [
    `${printable(what)}  ${manifest.digest}`,
    `  ${formatBytes(manifest.sizeBytes)} in ${manifest.layers.length} layer${manifest.layers.length === 1 ? '' : 's'}${created}`,
    ...manifest.layers.map(
      (layer) => `  ${layer.digest}  ${formatBytes(layer.size)}  ${printable(layer.mediaType)}`,
    ),
  ];
}

function imageLines(name: string, image: InspectedImage): readonly string[] {
  return [
    name,
    `${image.digest}  ${image.mediaType}`,
    `${formatBytes(image.sizeBytes)} in all`,
    ...Object.entries(image.annotations).map(([key, value]) => `${printable(key)}: ${printable(value)}`),
    '',
    ...image.manifests.flatMap((manifest) => manifestLines(manifest)),
  ];
}

async function run(options: InspectCliOptions, io: CommandIo, settings: Settings): Promise<number> {
  const reference = withDefaultTag(parseReference(options.reference));
  const progress = await createProgress(io, options);
  const copier = await openCopier(options, settings, io, progress, { cache: false });
  try {
    const source = await copier.open(reference, { signal: io.signal });
    const image = await inspectImage(source, reference.digest ?? reference.tag ?? 'latest', {
      signal: io.signal,
    });
    const name = formatReference(reference);
    const text =
      options.output === 'json'
        ? toJson({ reference: name, ...image })
        : imageLines(name, image)
            .map((line) => `${line}\n`)
            .join('');
    await write(io.stdout, text);
    return exitCodes.done;
  } finally {
    await copier.close();
  }
}

/** `oci-sync inspect` */
export const inspectCommand = defineCommand({
  positionals: '<reference>',
  builder,
  settings: 'connections',
  run,
});
