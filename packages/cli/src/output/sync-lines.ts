import type { ChartValues, DiscoverySummary, ReportedError, SyncedImage, SyncReport } from '@oci-sync/sync';
import { planLines, reportLines } from './copy-lines.js';
import { formatBytes, formatDuration } from './format-bytes.js';

function imageLines(synced: SyncedImage): readonly string[] {
  const why = `  tag: ${synced.image.tagOrigin.detail}`;
  switch (synced.outcome) {
    case 'copied':
    case 'unchanged':
      return [...reportLines(synced.report), why];
    case 'planned':
      return [...planLines(synced.plan), why];
    case 'failed': {
      const { hint, message } = synced.error;
      return [
        `${synced.source} -> ${synced.destination}`,
        `  failed: ${message}${hint === undefined ? '' : ` (${hint})`}`,
      ];
    }
    default:
      return [`${synced.source} -> ${synced.destination}`, '  not started'];
  }
}

function valuesLines({ chart, values }: ChartValues): readonly string[] {
  const { changes, proof } = values;
  const unproven = changes.filter(({ by }) => by === 'rule' || by === 'helm-key');
  return [
    `values${chart === undefined ? '' : ` of ${chart}`}: ${changes.length} set`,
    ...changes.map(
      ({ key, after, by }) =>
        `  ${key}: ${after}${by === 'rendering' || by === 'permission' ? '' : ` (set by ${by === 'rule' ? 'rule' : 'the list'}, not proven by rendering)`}`,
    ),
    ...(proof === undefined
      ? unproven.length === 0
        ? []
        : ['  no chart was rendered: nothing is proven']
      : [
          `  rendered again: ${proof.atMirror} image${proof.atMirror === 1 ? '' : 's'} at the mirror, ${proof.remaining.length} elsewhere`,
        ]),
    ...(proof?.remaining ?? []).map(
      ({ text, template, document, explanation }) =>
        `  not at the mirror: ${text} in ${template} (${document}): ${explanation}`,
    ),
    ...(proof?.changes ?? [])
      .filter(({ cause }) => cause === 'unrelated')
      .map(({ template, document, path }) => `  changed besides: ${path} in ${template} (${document})`),
  ];
}

/** Whether everything of the charts is at the mirror and nothing else changed. */
export function valuesAreWhole(report: SyncReport): boolean {
  return report.charts.every(({ values }) => values.proof?.isWhole !== false);
}

function failureLine(what: string, { message, hint }: ReportedError): string {
  return `failed ${what}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
}

/** What failed before there were images to copy or verify: whole sources, and images that could not be planned. */
export function discoveryFailureLines({ failures, planFailures }: DiscoverySummary): readonly string[] {
  return [
    ...failures.map(({ source, error }) => failureLine(source, error)),
    ...planFailures.map(({ image, error }) => failureLine(image, error)),
  ];
}

function failureLines({ images, discovery }: SyncReport): readonly string[] {
  const failed = images.flatMap((image) =>
    image.outcome === 'failed' ? [failureLine(image.source, image.error)] : [],
  );
  return [...failed, ...discoveryFailureLines(discovery)];
}

/** What a run came to, as lines for people: each image, the values, and the summary with every failure at its end. */
export function syncLines(report: SyncReport): readonly string[] {
  const { counts, requests, outcome, discovery } = report;
  const all = report.images.length;
  const unplanned = discovery.planFailures.length;
  const parts = [
    `${counts.copied} copied`,
    `${counts.unchanged} unchanged`,
    `${counts.failed} failed`,
    ...(counts.planned > 0 ? [`${counts.planned} planned`] : []),
    ...(counts.notStarted > 0 ? [`${counts.notStarted} not started`] : []),
    ...(unplanned > 0 ? [`${unplanned} more could not be planned`] : []),
  ];
  return [
    ...report.images.flatMap((image) => imageLines(image)),
    ...report.charts.flatMap((chart) => valuesLines(chart)),
    '---',
    ...failureLines(report),
    `${all} image${all === 1 ? '' : 's'} to ${report.registry}: ${parts.join(', ')}`,
    `${formatBytes(report.bytesCopied)} sent, ${requests.source} requests to sources, ${requests.destination} to the destination, ${formatDuration(report.durationMs)}`,
    ...(outcome === 'interrupted' ? ['stopped before the end'] : []),
  ];
}
