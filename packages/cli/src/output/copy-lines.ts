import type { CopyOutcome, CopyPlan, CopyReport, CopyRequest, PlanOutcome } from '@oci-sync/oci-client';
import { printable } from '@oci-sync/oci-client';
import { describeError } from './describe-error.js';
import { formatBytes, formatDuration } from './format-bytes.js';

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

function noteLines(report: CopyReport): readonly string[] {
  const { attestationsLeftOut, blobs, missingPlatforms, referrers } = report;
  return [
    ...(missingPlatforms.length > 0 ? [`not in the source: ${missingPlatforms.join(', ')}`] : []),
    ...(attestationsLeftOut > 0 ? [`left out: ${plural(attestationsLeftOut, 'attestation')}`] : []),
    ...(blobs.foreign > 0
      ? [
          `left out: ${plural(blobs.foreign, 'foreign layer')}, fetched from elsewhere by whoever pulls the image`,
        ]
      : []),
    ...(referrers.looked
      ? [
          `referrers: ${referrers.copied} copied${referrers.leftOut > 0 ? `, ${referrers.leftOut} of other platforms left out` : ''}`,
          ...referrers.refused.map((refusal) => `referrer refused: ${printable(refusal)}`),
        ]
      : []),
  ];
}

/** What copying one image came to, as lines for people. */
export function reportLines(report: CopyReport): readonly string[] {
  const { blobs, requests } = report;
  const content =
    report.outcome === 'unchanged'
      ? 'unchanged'
      : `copied ${plural(blobs.copied, 'blob')} (${formatBytes(report.bytesCopied)}), mounted ${blobs.mounted}, already there ${blobs.existing}; ${plural(report.manifestsPushed, 'manifest')}`;
  return [
    `${report.source} -> ${report.destination}`,
    `  ${report.digest}${report.platforms === undefined || report.platforms.length === 0 ? '' : ` (${report.platforms.join(', ')})`}`,
    `  ${content}; ${plural(requests.source, 'request')} to the source, ${requests.destination} to the destination; ${formatDuration(report.durationMs)}`,
    ...noteLines(report).map((line) => `  ${line}`),
  ];
}

/** What copying one image of several would do, as lines for people. */
export function planOutcomeLines(outcome: PlanOutcome): readonly string[] {
  return 'plan' in outcome ? planLines(outcome.plan) : failureLines(outcome.request, outcome.error);
}

function failureLines({ source, destination }: CopyRequest, error: Error): readonly string[] {
  return [`${source} -> ${destination}`, `  failed: ${describeError(error).replace(/^error: /, '')}`];
}

/** How one image of several ended, as lines for people. */
export function outcomeLines(outcome: CopyOutcome): readonly string[] {
  const { source, destination } = outcome.request;
  if (outcome.outcome === 'failed') return failureLines(outcome.request, outcome.error);
  if (outcome.outcome === 'skipped') return [`${source} -> ${destination}`, '  not started'];
  return reportLines(outcome.report);
}

/** The last line after several images. */
export function summaryLine(outcomes: readonly CopyOutcome[]): string {
  const count = (...wanted: readonly CopyOutcome['outcome'][]): number =>
    outcomes.filter((each) => wanted.includes(each.outcome)).length;
  const bytes = outcomes.reduce((sum, each) => ('report' in each ? sum + each.report.bytesCopied : sum), 0);
  const skipped = count('skipped');
  return [
    `${plural(outcomes.length, 'image')}: ${count('copied')} copied, ${count('unchanged')} unchanged, ${count('failed')} failed`,
    ...(skipped > 0 ? [`${skipped} not started`] : []),
    `${formatBytes(bytes)} sent`,
  ].join(', ');
}

/** What copying would do, as lines for people. */
export function planLines(plan: CopyPlan): readonly string[] {
  const first = `${plan.source} -> ${plan.destination}`;
  if (plan.outcome === 'unchanged') return [first, `  ${plan.digest}`, '  unchanged'];
  const sum = (action: string): number =>
    plan.blobs.reduce((total, blob) => (blob.action === action ? total + blob.sizeBytes : total), 0);
  const part = (action: string, word: string): string =>
    `${word} ${plural(plan.blobs.filter((blob) => blob.action === action).length, 'blob')} (${formatBytes(sum(action))})`;
  return [
    first,
    `  ${plan.digest}${plan.platforms === undefined || plan.platforms.length === 0 ? '' : ` (${plan.platforms.join(', ')})`}`,
    `  would ${part('copy', 'copy')}, ${part('mount', 'mount')}; there: ${part('existing', '').trim()}; push ${plural(plan.manifests.length, 'manifest')}`,
    ...(plan.repositoryExists === false ? ['  the repository does not exist yet'] : []),
    ...(plan.replaces === undefined ? [] : [`  replaces ${plan.replaces}`]),
    ...(plan.missingPlatforms.length > 0 ? [`  not in the source: ${plan.missingPlatforms.join(', ')}`] : []),
  ];
}
