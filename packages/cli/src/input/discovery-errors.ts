import { UsageError } from '../usage-error.js';

/** Codes of what the command line, or a file it names, got wrong. */
const usageCodes = new Set([
  'DISCOVERY_INPUT_INVALID',
  'DISCOVERY_OPTION_INVALID',
  'DISCOVERY_CHART_NOT_FOUND',
  'PLAN_INVALID',
  'PLAN_COLLISION',
  'PLAN_NAME_INVALID',
  'HELM_CHART_NOT_FOUND',
  'HELM_VALUES_NOT_FOUND',
  'HELM_VALUES_INVALID',
  'HELM_OPTION_INVALID',
]);

/** An error of discovery or planning as what the command throws: a UsageError where the input is to blame. */
export function asCommandError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !usageCodes.has(String(error.code))) return error;
  const hint = 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined;
  return new UsageError(error.message, { hint, cause: error });
}
