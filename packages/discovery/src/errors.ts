/**
 * What went wrong, for programs:
 *
 * - `DISCOVERY_INPUT_INVALID`: a list, catalog, manifest file, preset or repositories file cannot be read.
 * - `DISCOVERY_OPTION_INVALID`: an option cannot be used, or two contradict each other.
 * - `DISCOVERY_CHART_NOT_FOUND`: the text names no chart: no such path, repository, chart or version.
 * - `DISCOVERY_CHART_INVALID`: what was fetched is no chart, or does not have the digest the index states.
 * - `DISCOVERY_DEPENDENCY`: a dependency of a chart cannot be fetched, or Chart.lock does not fit Chart.yaml.
 * - `DISCOVERY_FETCH`: an https address (index, archive, catalog) cannot be fetched.
 * - `DISCOVERY_FALLBACK_REFUSED`: a source of images failed and falling back to a static list is off.
 * - `DISCOVERY_TAGS`: the tags of a repository cannot be read as a whole, so no newest one can be told.
 * - `DISCOVERY_BUDGET`: Docker Hub's remaining pulls do not suffice to find the newest tag.
 * - `PLAN_INVALID`: a stored plan is not one, or not of a version this package reads.
 * - `PLAN_COLLISION`: two different images have one destination tag.
 * - `PLAN_NAME_INVALID`: a destination repository or tag breaks the registry's naming rules.
 */
export type DiscoveryErrorCode =
  | 'DISCOVERY_INPUT_INVALID'
  | 'DISCOVERY_OPTION_INVALID'
  | 'DISCOVERY_CHART_NOT_FOUND'
  | 'DISCOVERY_CHART_INVALID'
  | 'DISCOVERY_DEPENDENCY'
  | 'DISCOVERY_FETCH'
  | 'DISCOVERY_FALLBACK_REFUSED'
  | 'DISCOVERY_TAGS'
  | 'DISCOVERY_BUDGET'
  | 'PLAN_INVALID'
  | 'PLAN_COLLISION'
  | 'PLAN_NAME_INVALID';

/** What a {@link DiscoveryError} carries beside its message. */
export interface DiscoveryErrorDetails {
  readonly code: DiscoveryErrorCode;
  /** What the user can do about it. One sentence. */
  readonly hint?: string | undefined;
  /** Every single problem, where the error is about several; the message then counts them. */
  readonly problems?: readonly string[] | undefined;
  readonly cause?: unknown;
}

/** The error class of this package. `message` is one line, without control characters and secrets. */
export class DiscoveryError extends Error {
  override readonly name = 'DiscoveryError';
  readonly code: DiscoveryErrorCode;
  readonly hint: string | undefined;
  readonly problems: readonly string[];

  constructor(message: string, details: DiscoveryErrorDetails) {
    super(oneLine(message), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.hint = details.hint;
    this.problems = (details.problems ?? []).map(oneLine);
  }
}

/** Whether a thrown value is a {@link DiscoveryError}, of that code if one is given. */
export function isDiscoveryError(error: unknown, code?: DiscoveryErrorCode): error is DiscoveryError {
  return error instanceof DiscoveryError && (code === undefined || error.code === code);
}

/** The message of any thrown value, on one line. */
export function messageOf(error: unknown): string {
  return oneLine(error instanceof Error ? error.message : String(error));
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
