import type { JsonObject } from '@oci-sync/helm-template';
import { textOf, valueAt } from '../json/json-access.js';
import { scanEmbeddedText } from './embedded-text.js';
import { joinImageParts } from './image-parts.js';
import { markSeen, offer, reportUnresolved, type Scan } from './scan.js';
import { walkValue } from './walk-value.js';

/** Where a kind of custom resource names images in fields that say nothing of images. Dotted paths. */
type ResourceRule = {
  /** Group of `apiVersion`. */
  readonly group: string;
  readonly kinds: readonly string[];
} & (
  | { readonly form: 'reference'; readonly at: string }
  /** Name and version in fields of their own; the first of `tags` that is there counts. */
  | {
      readonly form: 'parts';
      readonly name: string;
      readonly tags: readonly string[];
      readonly digest: string;
    }
  /** `oci://` address with a reference beside it. */
  | {
      readonly form: 'artifact';
      readonly url: string;
      readonly tag: string;
      readonly digest: string;
      readonly range: string;
    }
  /** A chart that a controller in the cluster renders; `texts` hold its values as YAML. */
  | { readonly form: 'chart'; readonly charts: readonly string[]; readonly texts: readonly string[] }
);

const prometheusFamily = { group: 'monitoring.coreos.com' } as const;

function baseImage(kinds: readonly string[], base: string): ResourceRule {
  return {
    ...prometheusFamily,
    kinds,
    form: 'parts',
    name: `${base}.baseImage`,
    tags: [`${base}.tag`, `${base}.version`],
    digest: `${base}.sha`,
  };
}

/** Fields called `image` are found without a rule; here is what is not. */
const resourceRules: readonly ResourceRule[] = [
  baseImage(['Prometheus', 'PrometheusAgent', 'Alertmanager', 'ThanosRuler'], 'spec'),
  baseImage(['Prometheus'], 'spec.thanos'),
  { group: 'postgresql.cnpg.io', kinds: ['Cluster', 'Pooler'], form: 'reference', at: 'spec.imageName' },
  {
    group: 'pkg.crossplane.io',
    kinds: ['Provider', 'Configuration', 'Function'],
    form: 'reference',
    at: 'spec.package',
  },
  {
    group: 'source.toolkit.fluxcd.io',
    kinds: ['OCIRepository'],
    form: 'artifact',
    url: 'spec.url',
    tag: 'spec.ref.tag',
    digest: 'spec.ref.digest',
    range: 'spec.ref.semver',
  },
  {
    group: 'helm.cattle.io',
    kinds: ['HelmChart', 'HelmChartConfig'],
    form: 'chart',
    charts: ['spec.chart'],
    texts: ['spec.valuesContent'],
  },
  {
    group: 'helm.toolkit.fluxcd.io',
    kinds: ['HelmRelease'],
    form: 'chart',
    charts: ['spec.chart.spec.chart', 'spec.chartRef.name'],
    texts: [],
  },
  {
    group: 'argoproj.io',
    kinds: ['Application'],
    form: 'chart',
    charts: ['spec.source.chart', 'spec.source.path', 'spec.source.repoURL'],
    texts: ['spec.source.helm.values'],
  },
];

/** Applies the rules of known custom resources to a document. */
export function scanCustomResource(scan: Scan, object: JsonObject, path: string): void {
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return;
  const group = apiVersion.slice(0, Math.max(apiVersion.indexOf('/'), 0));
  for (const rule of resourceRules) {
    if (rule.group === group && rule.kinds.includes(kind)) applyRule(scan, object, path, rule);
  }
}

function applyRule(scan: Scan, object: JsonObject, path: string, rule: ResourceRule): void {
  const read = (at: string): string | undefined => textOf(valueAt(object, at.split('.')));
  const locate = (at: string): string => (path === '' ? at : `${path}.${at}`);
  const found = { rule: 'custom-resource', confidence: 'certain' } as const;
  const field = { ...found, untagged: 'path', isImageField: true } as const;
  switch (rule.form) {
    case 'reference': {
      const text = read(rule.at);
      if (text !== undefined) offer(scan, { ...field, text, path: locate(rule.at) });
      return;
    }
    case 'parts': {
      const name = read(rule.name);
      if (name === undefined) return;
      const tag = rule.tags.map(read).find((text) => text !== undefined);
      const digest = read(rule.digest);
      const text = joinImageParts({
        name,
        tag,
        digest: digest === undefined ? undefined : `sha256:${digest}`,
      });
      offer(scan, { ...field, text, path: locate(rule.name) });
      markSeen(scan, name, locate(rule.name));
      return;
    }
    case 'artifact': {
      const name = read(rule.url);
      if (name?.startsWith('oci://') !== true) return;
      const place = { ...found, text: name, path: locate(rule.url) };
      const [tag, digest, range] = [read(rule.tag), read(rule.digest), read(rule.range)];
      if (range !== undefined && tag === undefined && digest === undefined) {
        reportUnresolved(scan, 'version-range', { ...place, text: `${name} ${range}` });
        return;
      }
      const text = joinImageParts({ name: name.slice('oci://'.length), tag, digest });
      offer(scan, { ...field, text, path: place.path });
      return;
    }
    case 'chart':
      scanNestedChart(scan, object, path, rule);
  }
}

function scanNestedChart(
  scan: Scan,
  object: JsonObject,
  path: string,
  rule: Extract<ResourceRule, { form: 'chart' }>,
): void {
  for (const at of rule.texts) {
    const text = valueAt(object, at.split('.'));
    const place = path === '' ? at : `${path}.${at}`;
    if (typeof text === 'string') scanEmbeddedText(scan, text, place, walkValue);
  }
  const at = rule.charts.find((field) => valueAt(object, field.split('.')) !== undefined);
  if (at === undefined) return;
  const chart = valueAt(object, at.split('.'));
  reportUnresolved(scan, 'nested-chart', {
    text: textOf(chart) ?? '',
    path: path === '' ? at : `${path}.${at}`,
    rule: 'custom-resource',
    confidence: 'certain',
  });
}
