import {
  toJsonValue,
  type Chart,
  type JsonValue,
  type RenderedChart,
  type RenderedDocument,
  type ResolvedChart,
} from '@oci-sync/helm-template';
import type { DiscoveredImage, UnresolvedImage } from '../image/discovered-image.js';
import type { ChartProvenance, Confidence } from '../image/provenance.js';
import { declaredImages } from './declared-images.js';
import { extractFromDocument } from './extract-document.js';
import type { Finding } from './finding.js';
import { valuesImages } from './values-images.js';

/** What a chart asks for. Not merged: one entry for each place. */
export interface ExtractedImages {
  readonly images: readonly DiscoveredImage[];
  readonly unresolved: readonly UnresolvedImage[];
}

/** The images that the rendered documents of a chart name. */
export function extractFromRendering(chart: string, rendered: RenderedChart): ExtractedImages {
  return collect(
    chart,
    rendered.documents.flatMap((document) =>
      findingsOf(document).map((finding) => ({
        chartPath: document.chartPath,
        template: document.template,
        finding,
      })),
    ),
  );
}

/**
 * The images that the authors of a chart and of its subcharts declare. Those of a subchart that is not enabled
 * are `potential`.
 */
export function extractDeclared(chart: string, rendered: RenderedChart): ExtractedImages {
  const sites: Site[] = [];
  const declare = (owner: Chart, path: string, values: JsonValue, confidence?: Confidence): void => {
    for (const { file, finding } of declaredImages(owner, values)) {
      const place = confidence === undefined ? finding.place : { ...finding.place, confidence };
      sites.push({ chartPath: path, template: `${path}/${file}`, finding: { ...finding, place } });
    }
  };
  const declareDisabled = (owner: Chart, path: string): void => {
    declare(owner, path, {}, 'potential');
    for (const child of owner.dependencies) declareDisabled(child, `${path}/charts/${child.metadata.name}`);
  };
  forEachChart(rendered.root, (owner) => {
    declare(owner.chart, owner.path, toJsonValue(owner.values));
    const enabled = new Set(owner.subcharts.map(({ chart: child }) => child.metadata.name));
    for (const child of owner.chart.dependencies) {
      if (!enabled.has(child.metadata.name)) {
        declareDisabled(child, `${owner.path}/charts/${child.metadata.name}`);
      }
    }
  });
  return collect(chart, sites);
}

/** The images that values spell, whether rendered or not: `potential`. */
export function extractFromValues(chart: string, rendered: RenderedChart): ExtractedImages {
  const sites: Site[] = [];
  forEachChart(rendered.root, (owner) => {
    const findings = valuesImages(toJsonValue(owner.values), {
      appVersion: owner.chart.metadata.appVersion,
      subchartKeys: new Set([
        ...owner.subcharts.map(({ name }) => name),
        ...owner.chart.dependencies.map(({ metadata }) => metadata.name),
      ]),
    });
    for (const finding of findings) {
      sites.push({ chartPath: owner.path, template: `${owner.path}/values.yaml`, finding });
    }
  });
  return collect(chart, sites);
}

interface Site {
  readonly chartPath: string;
  readonly template: string;
  readonly finding: Finding;
}

function findingsOf(document: RenderedDocument): readonly Finding[] {
  return document.role === 'crd' ? [] : extractFromDocument(document.object);
}

function forEachChart(chart: ResolvedChart, visit: (chart: ResolvedChart) => void): void {
  visit(chart);
  for (const child of chart.subcharts) forEachChart(child, visit);
}

function collect(chart: string, sites: readonly Site[]): ExtractedImages {
  const images: DiscoveredImage[] = [];
  const unresolved: UnresolvedImage[] = [];
  for (const { chartPath, template, finding } of sites) {
    if (finding.kind === 'unresolved') {
      unresolved.push({ ...finding.place, reason: finding.reason, origin: chart, template });
      continue;
    }
    const provenance: ChartProvenance = { kind: 'chart', chart, chartPath, template, ...finding.place };
    images.push({
      reference: finding.reference,
      wantedTag: { rule: finding.isDefaultTag ? 'default' : 'given' },
      group: 'chart',
      provenance: [provenance],
    });
  }
  return { images, unresolved };
}
