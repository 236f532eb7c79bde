import { writeFileSync } from 'node:fs';
import {
  createPlan,
  discoverImages,
  extractFromManifests,
  isDiscoveryError,
  loadPreset,
  type DiscoveredChart,
  type Discovery,
  type ImagePlan,
  type PlanOptions,
} from '@oci-sync/discovery';
import { formatReference, isDigest, type RegistryReference } from '@oci-sync/oci-client';
import type { ValuesSources } from '@oci-sync/helm-template';
import { rewriteValues, type MirroredImage, type RewrittenValues } from '@oci-sync/sync';
import { runHelm } from '../helm/real-helm.js';

/** Where everything is mirrored to. */
export const mirrorHost = 'mirror.example.com:5000';
/** First part of every repository there. */
const mirrorPrefix = 'team/mirror';

const release = { releaseName: 'rel', namespace: 'ns' };

/** A chart with its values pointed at the mirror, and what the real helm makes of it. */
export interface RewrittenChart {
  readonly chart: DiscoveredChart;
  readonly mirrored: readonly MirroredImage[];
  readonly values: RewrittenValues;
  /** What helm renders with the new values. */
  readonly output: string;
}

/** What a chart is rewritten with. */
export interface RewriteChartOptions {
  readonly helm: string;
  /** The new values are written here for helm. */
  readonly valuesPath: string;
  readonly values?: ValuesSources | undefined;
  readonly dateTags?: boolean | undefined;
}

/**
 * Discovers the images of a chart, plans them into the mirror and rewrites the values; nothing is copied. One that
 * does not render, or names no image, is `undefined`.
 * @throws Error when helm refuses the new values
 */
export async function rewriteChart(
  path: string,
  { helm, valuesPath, values, dateTags }: RewriteChartOptions,
): Promise<RewrittenChart | undefined> {
  const preset = await loadPreset('runwhen');
  const found = await discoverChart(path, values);
  const [chart] = found.charts;
  if (chart === undefined || found.images.length === 0) return undefined;
  const mirrored = mirroredImages(await planImages(found, { dateTags }));
  const rewritten = await rewriteValues({
    chart,
    images: mirrored,
    rules: preset.valuesRules,
    destination: { registry: mirrorHost, prefix: mirrorPrefix },
  });
  writeFileSync(valuesPath, rewritten.text);
  const rendered = await runHelm(helm, [
    'template',
    release.releaseName,
    path,
    '--namespace',
    release.namespace,
    '--values',
    valuesPath,
  ]);
  if (rendered.code !== 0) throw new Error(`helm refuses the values of ${path}: ${rendered.stderr.trim()}`);
  return { chart, mirrored, values: rewritten, output: rendered.stdout.toString() };
}

/** Images that helm's output names, as canonical references, each once. */
export function imagesOf(output: string): readonly RegistryReference[] {
  const { images } = extractFromManifests('helm', output);
  const byName = new Map(images.map(({ reference }) => [formatReference(reference), reference]));
  return [...byName.values()];
}

/** Whether an image is one of the mirror: the repository it was planned for, its tag or its digest. */
export function isMirrored(image: RegistryReference, mirrored: readonly MirroredImage[]): boolean {
  return mirrored.some(
    ({ mirror }) =>
      image.registry === mirror.registry &&
      image.repository === mirror.repository &&
      (image.digest === undefined ? image.tag === mirror.tag : image.digest === mirror.digest),
  );
}

async function discoverChart(chart: string, values: ValuesSources | undefined): Promise<Discovery> {
  return discoverImages({
    open: refuse,
    fetchBytes: () => Promise.reject(new Error('these charts need no network')),
    preset: await loadPreset('none'),
    charts: [{ chart, values, render: release }],
  });
}

function refuse(): never {
  throw new Error('these charts need no network');
}

/** As `sync` does; with the whole path where last segments collide. */
async function planImages({ images }: Discovery, options: Pick<PlanOptions, 'dateTags'>): Promise<ImagePlan> {
  const plan = async (nameTemplate?: string): Promise<ImagePlan> =>
    (await createPlan(images, { ...options, open: refuse, prefix: mirrorPrefix, nameTemplate })).plan;
  try {
    return await plan();
  } catch (error) {
    if (!isDiscoveryError(error, 'PLAN_COLLISION')) throw error;
    return plan('{prefix}/{host}/{path}');
  }
}

function mirroredImages({ images }: ImagePlan): readonly MirroredImage[] {
  return images.map(({ source, destination }) => {
    const digest = source.pinned && isDigest(source.digest) ? source.digest : undefined;
    const { registry, repository, tag } = source;
    return {
      source: { kind: 'registry', registry, repository, tag, digest },
      mirror: { registry: mirrorHost, ...destination, digest },
    };
  });
}
