import { homedir } from 'node:os';
import type { PlanResult } from '@oci-sync/discovery';
import type { ArgumentsCamelCase, Argv } from 'yargs';
import { defineCommand } from '../command.js';
import { write, type CommandIo } from '../command-io.js';
import type { Settings } from '../config/settings.js';
import { exitCodes } from '../exit-codes.js';
import { asCommandError } from '../input/discovery-errors.js';
import { openCopier } from '../input/open-copier.js';
import { outputOptions } from '../input/output-options.js';
import { planOptions, readDestination } from '../input/plan-options.js';
import { readText } from '../input/read-text.js';
import { registryOptions } from '../input/registry-options.js';
import { runDiscovery, tellNotes } from '../input/run-discovery.js';
import { sourceOptions } from '../input/source-options.js';
import { diffLines, planTable, stepLine } from '../output/discovery-lines.js';
import { toJson } from '../output/json.js';
import { createProgress, type Progress } from '../output/progress.js';

type PlanCommandOptions = ArgumentsCamelCase<
  ReturnType<typeof builder> extends Argv<infer Options> ? Options : never
>;

function builder(yargs: Argv) {
  const own = yargs
    .option('diff', { type: 'string', nargs: 1, describe: 'Show what is new against the plan in this file' })
    .option('resolve', {
      type: 'boolean',
      default: true,
      describe:
        'Look up what each tag stands for, so that the plan can be applied exactly; --no-resolve does not',
    })
    .example('$0 plan --output json > plan.json', 'a plan to apply later with oci-sync sync --plan plan.json')
    .example('$0 plan --diff plan.json', 'what has changed since');
  return outputOptions(registryOptions(planOptions(sourceOptions(own))));
}

async function makePlan(
  options: PlanCommandOptions,
  settings: Settings,
  io: CommandIo,
  progress: Progress,
): Promise<{ readonly result: PlanResult; readonly isComplete: boolean }> {
  const { createPlan, loadPreset } = await import('@oci-sync/discovery');
  const { parseEcrHost } = await import('@oci-sync/ecr');
  const { defaultCacheDirectory, openContentCache } = await import('@oci-sync/oci-client');
  const copier = await openCopier(options, settings, io, progress);
  const { signal } = io;
  try {
    const preset = await loadPreset(options.preset);
    const discovery = await runDiscovery(options, settings, preset, copier, io, progress);
    const { registry } = options;
    const isEcr = registry === undefined || parseEcrHost(registry) !== undefined;
    const result = await createPlan(discovery.images, {
      ...readDestination(options, preset),
      registry,
      nameRules: isEcr ? 'ecr' : 'oci',
      resolveDigests: options.resolve,
      cache: openContentCache({
        directory: defaultCacheDirectory({
          env: io.environment,
          home: homedir(),
          platform: process.platform,
        }),
      }),
      open: async (reference) => copier.open(reference, { signal }),
      remainingPulls: (host) => copier.client.rateLimitOf(host)?.remaining,
      onEvent: (event) => progress.logger.info(stepLine(event), event),
      signal,
    });
    tellNotes(result.notes, progress);
    for (const { error } of result.failures) progress.note(error.message);
    return { result, isComplete: result.failures.length === 0 && discovery.failures.length === 0 };
  } finally {
    await copier.close();
  }
}

async function run(options: PlanCommandOptions, io: CommandIo, settings: Settings): Promise<number> {
  const progress = await createProgress(io, options);
  try {
    const { diffPlans, parsePlan } = await import('@oci-sync/discovery');
    const { diff: oldFile } = options;
    const before = oldFile === undefined ? undefined : await parsePlan(oldFile, await readText(oldFile, io));
    const { result, isComplete } = await makePlan(options, settings, io, progress);
    progress.stop();
    const diff = before === undefined ? undefined : diffPlans(before, result.plan);
    const lines = diff === undefined ? planTable(result.plan.images) : diffLines(diff);
    const text =
      options.output === 'json' ? toJson(diff ?? result.plan) : lines.map((line) => `${line}\n`).join('');
    await write(io.stdout, text);
    return isComplete ? exitCodes.done : exitCodes.failed;
  } catch (error) {
    throw asCommandError(error);
  } finally {
    progress.stop();
  }
}

/** `oci-sync plan` */
export const planCommand = defineCommand({ positionals: '', builder, settings: 'all', run });
