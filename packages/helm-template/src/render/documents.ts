import { posix } from 'node:path';

import { fromBytes } from '../go/byte-string.js';
import { toJsonValue } from '../yaml/json-convert.js';
import type { JsonValue } from '../yaml/json-value.js';
import { readYaml } from '../yaml/read.js';
import { HelmTemplateError } from '../errors.js';
import type { KnownHeads } from './known-heads.js';
import { type Manifest, readHead, sortManifests, splitManifests } from './manifests.js';
import type { RenderedChart, RenderedDocument, ResolvedChart } from './rendered-chart.js';
import type { RenderOptions } from './render-options.js';

/** What one template file wrote. */
export interface RenderedFile {
  readonly name: string;
  readonly chartPath: string;
  readonly text: string;
}

interface CrdFile {
  readonly name: string;
  readonly chartPath: string;
  readonly text: string;
}

const NOTES = 'NOTES.txt';

/**
 * Sorts what the templates wrote into documents and notes.
 *
 * @throws HelmTemplateError `HELM_MANIFEST_INVALID`
 */
export function toRenderedChart(
  root: ResolvedChart,
  files: readonly RenderedFile[],
  options: RenderOptions,
  heads: KnownHeads,
): RenderedChart {
  const sources = new Map(
    files.filter(({ name }) => !name.endsWith(NOTES)).map(({ name, text }) => [name, text]),
  );
  const chartPaths = new Map(files.map(({ name, chartPath }) => [name, chartPath]));
  heads.next();
  const sorted = sortManifests(sources, (text, template) => heads.read(text, template));
  const hooks = ((options.includeHooks ?? true) ? sorted.hooks : []).filter(
    ({ hookEvents }) => (options.includeTests ?? true) || !hookEvents.includes('test'),
  );
  const crds = (options.includeCrds ?? true) ? findCrds(root) : [];
  const toDocument = (manifest: Manifest): RenderedDocument =>
    createDocument(manifest, {
      chartPath: chartPaths.get(manifest.template) ?? root.path,
      role: manifest.hookEvents.length > 0 ? 'hook' : 'manifest',
    });
  return {
    documents: [
      ...crds.flatMap(toCrdDocuments),
      ...sorted.manifests.map(toDocument),
      ...hooks.map(toDocument),
    ],
    notes: files.find(({ name }) => name === `${root.path}/templates/${NOTES}`)?.text ?? '',
    text: print(crds, sorted.manifests, hooks),
    root,
  };
}

function print(crds: readonly CrdFile[], manifests: readonly Manifest[], hooks: readonly Manifest[]): string {
  const main = [
    ...crds.map(({ name, text }) => source(name, text)),
    ...manifests.map(({ template, text }) => source(template, text)),
  ];
  const after = hooks.map(({ template, text }) => source(template, text));
  return `${main.join('').trim()}\n${after.join('')}`;
}

function source(name: string, text: string): string {
  return `---\n# Source: ${name}\n${text}\n`;
}

/** The chart's own CRDs, then those of its subcharts. */
function findCrds(chart: ResolvedChart): CrdFile[] {
  const own = chart.chart.files
    .filter(({ name }) => name.startsWith('crds/') && /\.(?:ya?ml|json)$/i.test(posix.extname(name)))
    .map(({ name, data }) => ({
      name: posix.join(chart.path, name),
      chartPath: chart.path,
      text: fromBytes(data),
    }));
  return [...own, ...chart.subcharts.flatMap(findCrds)];
}

function toCrdDocuments({ name, chartPath, text }: CrdFile): RenderedDocument[] {
  return splitManifests(text).map((document) =>
    createDocument(
      { template: name, text: document, head: readCrdHead(document, name), hookEvents: [] },
      {
        chartPath,
        role: 'crd',
      },
    ),
  );
}

/** Helm prints CRDs without reading them, so one that is no YAML is no failure. */
function readCrdHead(text: string, name: string): Manifest['head'] {
  try {
    return readHead(text, name);
  } catch (error) {
    if (!(error instanceof HelmTemplateError)) throw error;
    return { apiVersion: '', kind: '', name: '', annotations: new Map() };
  }
}

function createDocument(
  { template, text, head, hookEvents }: Manifest,
  { chartPath, role }: Pick<RenderedDocument, 'chartPath' | 'role'>,
): RenderedDocument {
  let parsed: { readonly value: JsonValue } | undefined;
  return {
    chartPath,
    template,
    role,
    hookEvents,
    isTest: hookEvents.includes('test'),
    apiVersion: head.apiVersion,
    kind: head.kind,
    name: head.name,
    text,
    get object() {
      parsed ??= { value: toJsonValue(readYaml(text)) };
      return parsed.value;
    },
  };
}
