import type { VerifiedImage } from '@oci-sync/sync';
import type { ArgumentsCamelCase, Argv } from 'yargs';
import { write, type CommandIo } from '../command-io.js';
import { defineCommand } from '../command.js';
import type { Settings } from '../config/settings.js';
import { exitCodes } from '../exit-codes.js';
import { asCommandError } from '../input/discovery-errors.js';
import { outputOptions } from '../input/output-options.js';
import { planOptions, readDestination } from '../input/plan-options.js';
import { readPlanFile } from '../input/read-plan-file.js';
import { registryOptions } from '../input/registry-options.js';
import { readConnection } from '../input/read-connection.js';
import { readSources, sourceOptions } from '../input/source-options.js';
import { sourceOf } from '../output/discovery-lines.js';
import { formatBytes } from '../output/format-bytes.js';
import { toJson } from '../output/json.js';
import { createProgress } from '../output/progress.js';
import { discoveryFailureLines } from '../output/sync-lines.js';
import { tellWarnings } from '../output/tell-warnings.js';

type VerifyCliOptions = ArgumentsCamelCase<
  ReturnType<typeof builder> extends Argv<infer Options> ? Options : never
>;

function builder(yargs: Argv) {
  const own = yargs
    .option('plan', {
      type: 'string',
      nargs: 1,
      describe: 'Check what the plan in this file says (- is stdin)',
    })
    .option('repair', { type: 'boolean', default: false, describe: 'Bring what is missing' })
    .example('$0 verify', 'everything that sync would copy')
    .example('$0 verify --plan plan.json --repair', 'what a stored plan says, and mend it');
  return outputOptions(registryOptions(planOptions(sourceOptions(own))));
}

function verifiedLines(verified: VerifiedImage): readonly string[] {
  const { image } = verified;
  const first = `${verified.outcome.padEnd(10)}  ${sourceOf(image)} -> ${image.destination.repository}:${image.destination.tag}`;
  if (verified.outcome === 'failed') return [first, `  ${verified.error.message}`];
  const { report } = verified;
  return [
    first,
    ...(report.outcome === 'different'
      ? [`  has ${report.digest ?? 'nothing'}, should have ${report.expectedDigest}`]
      : []),
    ...report.missing.map(
      ({ kind, digest, sizeBytes }) => `  missing ${kind} ${digest} (${formatBytes(sizeBytes)})`,
    ),
  ];
}

async function run(options: VerifyCliOptions, io: CommandIo, settings: Settings): Promise<number> {
  const progress = await createProgress(io, options);
  try {
    const [{ loadPreset }, { verifyImages }] = await Promise.all([
      import('@oci-sync/discovery'),
      import('@oci-sync/sync'),
    ]);
    const preset = await loadPreset(options.preset);
    const report = await verifyImages({
      ...(await readSources(options, settings, preset, io)),
      ...readDestination(options, preset),
      ...(await readConnection(options, settings, io, progress)),
      fallbackRegion: preset.region,
      registry: options.registry,
      plan: options.plan === undefined ? undefined : await readPlanFile(options.plan, io),
      repair: options.repair,
      signal: io.signal,
    });
    progress.stop();
    tellWarnings(report.discovery, progress);
    const unplanned = report.discovery.planFailures.length;
    const bad = report.images.filter(
      ({ outcome }) => outcome !== 'complete' && outcome !== 'repaired',
    ).length;
    const lines = [
      ...report.images.flatMap((image) => verifiedLines(image)),
      ...discoveryFailureLines(report.discovery),
      `${report.images.length} images, ${bad} not right${unplanned === 0 ? '' : `, ${unplanned} more could not be planned`}`,
    ];
    await write(
      io.stdout,
      options.output === 'json' ? toJson(report) : lines.map((line) => `${line}\n`).join(''),
    );
    return report.complete ? exitCodes.done : exitCodes.failed;
  } catch (error) {
    throw asCommandError(error);
  } finally {
    progress.stop();
  }
}

/** `oci-sync verify` */
export const verifyCommand = defineCommand({ positionals: '', builder, settings: 'all', run });
