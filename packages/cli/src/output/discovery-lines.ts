import type {
  ChangedImage,
  Discovery,
  DiscoveryEvent,
  Note,
  PlanDiff,
  PlanEvent,
  PlannedImage,
  Provenance,
  UnresolvedImage,
} from '@oci-sync/discovery';
import { printable } from '@oci-sync/oci-client';

/** A note as one line. */
export function noteLine({ message, hint }: Note): string {
  return hint === undefined ? message : `${message} (${hint})`;
}

const reasons: Readonly<Record<UnresolvedImage['reason'], string>> = {
  placeholder: 'it has placeholders',
  'no-tag': 'it has no tag',
  'version-range': 'it is a range of versions',
  malformed: 'it is no image reference',
  'nested-chart': 'a chart that another controller renders; sync it on its own',
};

/** A place whose image cannot be told, as one line. */
export function unresolvedLine({ template, documentKind, path, text, reason }: UnresolvedImage): string {
  const document = documentKind === undefined ? '' : ` ${documentKind}`;
  return `cannot tell the image in ${template}${document} ${path}: "${text}": ${reasons[reason]}`;
}

function imagesOf(count: number): string {
  return count === 1 ? '1 image' : `${count} images`;
}

/** A step of discovery or planning as one line. */
export function stepLine(event: DiscoveryEvent | PlanEvent): string {
  switch (event.type) {
    case 'chart-loading':
      return `chart ${event.chart}`;
    case 'chart-rendered':
      return `chart ${event.name} ${event.version}: ${imagesOf(event.images)}`;
    case 'catalog-reading':
      return `catalog ${event.catalog}`;
    case 'catalog-read':
      return `catalog ${event.catalog}: ${imagesOf(event.images)}`;
    case 'list-read':
      return `list ${event.list}: ${imagesOf(event.images)}`;
    case 'manifests-read':
      return `manifests ${event.file}: ${imagesOf(event.images)}`;
    case 'fallback':
      return `static list of the ${event.list}: ${event.reason}`;
    case 'tags-listing':
      return `looking for the newest tag of ${event.repository}`;
    default:
      return `${event.repository}: ${event.tag} (${event.detail})`;
  }
}

/** What of a discovery is data: charts as rendered are left out. */
export function discoveryJson(discovery: Discovery): object {
  const { charts, failures, ...rest } = discovery;
  return {
    ...rest,
    failures: failures.map(({ source, error }) => ({ source, message: error.message })),
    charts: charts.map(({ input, name, version, location }) => ({
      chart: input.chart,
      name,
      version,
      location,
    })),
  };
}

function placeOf(place: Provenance): string {
  switch (place.kind) {
    case 'chart':
      return `${place.template} ${place.path}`;
    case 'manifest':
      return `${place.file} ${place.path}`;
    case 'catalog':
      return `CodeCollection ${place.entry}`;
    case 'list':
      return `${place.list}:${place.line}`;
    case 'option':
      return '--image';
    default:
      return `static list of preset ${place.preset}`;
  }
}

function whyOf({ provenance: [first, ...others] }: PlannedImage): string {
  const place = first === undefined ? '' : placeOf(first);
  return others.length === 0 ? place : `${place} and ${others.length} more`;
}

/** The source of a planned image, as a reference. */
export function sourceOf({ source }: PlannedImage): string {
  const { registry, repository, tag, digest, pinned } = source;
  const named = `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}`;
  return pinned && digest !== undefined ? `${named}@${digest}` : named;
}

function destinationOf({ destination }: PlannedImage): string {
  return `${destination.repository}:${destination.tag}`;
}

/** A plan as a table. */
export function planTable(images: readonly PlannedImage[]): readonly string[] {
  const rows = [
    ['SOURCE', 'DESTINATION', 'TAG', 'WHY'],
    ...images.map((image) => [sourceOf(image), destinationOf(image), image.tagOrigin.detail, whyOf(image)]),
  ].map((row) => row.map(printable));
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function changeLine({ before, after, changes }: ChangedImage): string {
  const was =
    changes.includes('digest') && !changes.includes('tag') ? before.source.digest : sourceOf(before);
  const is = changes.includes('digest') && !changes.includes('tag') ? after.source.digest : sourceOf(after);
  const moved = changes.includes('tag') || changes.includes('digest') ? `: ${was ?? ''} -> ${is ?? ''}` : '';
  return `~ ${sourceOf(after)} -> ${destinationOf(after)} (${changes.join(', ')}${moved})`;
}

/** What makes a plan different from an older one. */
export function diffLines({ added, removed, changed, unchanged }: PlanDiff): readonly string[] {
  return [
    ...added.map((image) => `+ ${sourceOf(image)} -> ${destinationOf(image)}`),
    ...removed.map((image) => `- ${sourceOf(image)} -> ${destinationOf(image)}`),
    ...changed.map(changeLine),
    `${added.length} added, ${removed.length} removed, ${changed.length} changed, ${unchanged} unchanged`,
  ].map(printable);
}
