import { HelmTemplateError } from '../errors.js';
import { compareStrings, fromBytes } from '../go/byte-string.js';
import { GoError } from '../go/go-error.js';
import { GoMap } from '../go/value.js';
import { parseValues } from '../values/merge-values.js';
import { readYaml } from '../yaml/read.js';
import { YamlError } from '../yaml/yaml-error.js';
import { readArchive } from './archive.js';
import type { Chart, ChartFile, ChartMetadata } from './chart.js';
import { parseMetadata } from './metadata.js';
import { validateMetadata } from './validate.js';

/** Charts within charts within charts: Helm has no bound, JavaScript's stack has. */
const MAX_CHART_DEPTH = 50;

/** What the parts of one chart share while it is loaded. */
export interface LoadContext {
  /** Bytes that files of nested archives may still have. */
  readonly budget: { bytes: number };
  readonly depth: number;
}

/**
 * Sorts a chart's files into metadata, values, templates, subcharts and the rest, as Helm's loader does.
 *
 * @throws HelmTemplateError `HELM_CHART_INVALID`, `HELM_VALUES_INVALID`, `HELM_LIMIT_EXCEEDED`
 */
export async function loadFiles(files: readonly ChartFile[], context: LoadContext): Promise<Chart> {
  if (context.depth > MAX_CHART_DEPTH) {
    throw new HelmTemplateError('HELM_LIMIT_EXCEEDED', `charts are nested deeper than ${MAX_CHART_DEPTH}`);
  }
  const metadata = readMetadata(files);
  validateMetadata(metadata);
  const templates: ChartFile[] = [];
  const others: ChartFile[] = [];
  const subcharts = new Map<string, ChartFile[]>();
  let values = new GoMap();
  let valuesText = '';
  let schema: Uint8Array | undefined;
  let lock: Uint8Array | undefined;
  for (const file of files) {
    const { name, data } = file;
    if (name === 'Chart.yaml') continue;
    if (name === 'Chart.lock' || name === 'requirements.lock') lock = checkLock(file);
    if (name === 'Chart.lock') continue;
    if (name === 'values.yaml') {
      valuesText = fromBytes(data);
      values = parseValues(valuesText, `values.yaml of chart ${metadata.name}`);
    } else if (name === 'values.schema.json') schema = data;
    else if (name === 'requirements.yaml' || name === 'requirements.lock') {
      if (metadata.apiVersion === 'v1') others.push(file);
    } else if (name.startsWith('templates/')) templates.push(file);
    else if (name.startsWith('charts/') && !name.endsWith('.prov')) addToSubchart(subcharts, file);
    else others.push(file);
  }
  return {
    metadata,
    values,
    valuesText,
    schema,
    lock,
    templates,
    files: others,
    dependencies: await loadSubcharts(subcharts, metadata.name, context),
  };
}

function readMetadata(files: readonly ChartFile[]): ChartMetadata {
  const chartFile = files.findLast(({ name }) => name === 'Chart.yaml');
  if (chartFile === undefined)
    throw new HelmTemplateError('HELM_CHART_INVALID', 'Chart.yaml file is missing');
  let metadata = parsing('Chart.yaml', () => parseMetadata(chartFile.data));
  if (metadata.apiVersion === '') metadata = { ...metadata, apiVersion: 'v1' };
  const requirements = files.findLast(({ name }) => name === 'requirements.yaml');
  if (requirements === undefined) return metadata;
  return parsing('requirements.yaml', () => parseMetadata(requirements.data, metadata));
}

function checkLock(file: ChartFile): Uint8Array {
  parsing(file.name, () => readYaml(file.data));
  return file.data;
}

function parsing<T>(name: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof YamlError) && !(error instanceof GoError)) throw error;
    throw new HelmTemplateError('HELM_CHART_INVALID', `cannot load ${name}: ${error.message}`, {
      cause: error,
    });
  }
}

function addToSubchart(subcharts: Map<string, ChartFile[]>, file: ChartFile): void {
  const path = file.name.slice('charts/'.length);
  const [name = ''] = path.split('/', 1);
  const files = subcharts.get(name) ?? [];
  files.push({ name: path, data: file.data });
  subcharts.set(name, files);
}

/** Helm goes through them in random order; by name here. */
async function loadSubcharts(
  subcharts: ReadonlyMap<string, readonly ChartFile[]>,
  parent: string,
  context: LoadContext,
): Promise<Chart[]> {
  const charts: Chart[] = [];
  const inner = { ...context, depth: context.depth + 1 };
  for (const [name, files] of [...subcharts].sort(([a], [b]) => compareStrings(a, b))) {
    if (name.startsWith('_') || name.startsWith('.')) continue;
    try {
      charts.push(await loadFiles(await unpack(name, files, parent, context), inner));
    } catch (error) {
      if (!(error instanceof HelmTemplateError)) throw error;
      throw new HelmTemplateError(
        error.code,
        `error unpacking subchart ${name} in ${parent}: ${error.message}`,
        {
          chart: parent,
          cause: error,
        },
      );
    }
  }
  return charts;
}

async function unpack(
  name: string,
  files: readonly ChartFile[],
  parent: string,
  context: LoadContext,
): Promise<readonly ChartFile[]> {
  if (!name.endsWith('.tgz')) {
    // A loose file in charts/ thus becomes a chart without files, which fails, as in Helm.
    return files
      .filter((file) => file.name.includes('/'))
      .map((file) => ({ name: file.name.slice(name.length + 1), data: file.data }));
  }
  const [archive] = files;
  if (archive === undefined || archive.name !== name) {
    throw new HelmTemplateError('HELM_CHART_INVALID', `${name} in ${parent} is a folder, not an archive`);
  }
  return readArchive(archive.data, context.budget);
}
