import { posix } from 'node:path';

import type { ChartMetadata } from '../chart/chart.js';
import { type GoObject, GoMap, GoSlice, type GoValue } from '../go/value.js';
import type { EnabledChart } from '../values/dependencies.js';
import { createFilesObject } from './files-object.js';

/** One template file of a chart in the tree, with what it is run on. */
export interface TemplateFile {
  /** `root/charts/sub/templates/x.yaml` */
  readonly name: string;
  readonly chartPath: string;
  readonly basePath: string;
  readonly data: Uint8Array;
  /** Shared by all templates of a chart: what one of them changes, later ones see. */
  readonly top: GoMap;
}

/** What is the same for all charts of a render. */
export interface RenderScope {
  readonly release: GoMap;
  readonly capabilities: GoObject;
}

/** A chart of the tree with its path and its values: what is shown to callers. */
export interface PlacedChart {
  readonly path: string;
  readonly enabled: EnabledChart;
  readonly values: GoMap;
  readonly subcharts: readonly PlacedChart[];
}

/** Gives every chart its path and its part of the values. */
export function placeCharts(enabled: EnabledChart, values: GoMap, parentPath = ''): PlacedChart {
  const path = parentPath === '' ? enabled.name : `${parentPath}/charts/${enabled.name}`;
  const subcharts = enabled.dependencies.map((dependency) => {
    const table = values.entries.get(dependency.name);
    return placeCharts(dependency, table instanceof GoMap ? table : new GoMap(), path);
  });
  return { path, enabled, values, subcharts };
}

/** The template files of a chart and its subcharts, each with the data of its chart. */
export function collectTemplates(root: PlacedChart, scope: RenderScope): TemplateFile[] {
  const files: TemplateFile[] = [];
  collect(root, scope, true, files);
  return files;
}

/** Adds the chart's templates and returns its data as its parent sees it in `.Subcharts`. */
function collect(placed: PlacedChart, scope: RenderScope, isRoot: boolean, files: TemplateFile[]): GoMap {
  const { enabled, path } = placed;
  const subcharts = new GoMap();
  const entries = new Map<string, GoValue>([
    ['Chart', chartMetadata(enabled, isRoot)],
    ['Files', createFilesObject(enabled.chart.files)],
    ['Release', scope.release],
    ['Capabilities', scope.capabilities],
    ['Values', new GoMap(placed.values.entries, 'common.Values')],
    ['Subcharts', subcharts],
  ]);
  for (const subchart of placed.subcharts) {
    subcharts.entries.set(subchart.enabled.name, collect(subchart, scope, false, files));
  }
  const top = new GoMap(entries, 'common.Values');
  const isLibrary = enabled.chart.metadata.type.toLowerCase() === 'library';
  for (const { name, data } of enabled.chart.templates) {
    if (isLibrary && !posix.basename(name).startsWith('_')) continue;
    files.push({
      name: posix.join(path, name),
      chartPath: path,
      basePath: `${path}/templates`,
      data,
      top,
    });
  }
  return new GoMap(entries);
}

/** `.Chart`: Helm 4 makes a map of its struct, with Go's field names. */
function chartMetadata(enabled: EnabledChart, isRoot: boolean): GoMap {
  const { metadata } = enabled.chart;
  return table([
    ['Name', enabled.name],
    ['Home', metadata.home],
    ['Sources', new GoSlice([...metadata.sources])],
    ['Version', metadata.version],
    ['Description', metadata.description],
    ['Keywords', new GoSlice([...metadata.keywords])],
    ['Maintainers', new GoSlice(metadata.maintainers.map(maintainer))],
    ['Icon', metadata.icon],
    ['APIVersion', metadata.apiVersion],
    ['Condition', metadata.condition],
    ['Tags', metadata.tags],
    ['AppVersion', metadata.appVersion],
    ['Deprecated', metadata.deprecated],
    ['Annotations', new GoMap(new Map<string, GoValue>(metadata.annotations), 'map[string]string')],
    ['KubeVersion', metadata.kubeVersion],
    ['Dependencies', new GoSlice(enabled.declared.map(dependency))],
    ['Type', metadata.type],
    ['IsRoot', isRoot],
  ]);
}

function maintainer({ name, email, url }: ChartMetadata['maintainers'][number]): GoMap {
  return table([
    ['Name', name],
    ['Email', email],
    ['URL', url],
  ]);
}

function dependency(declared: EnabledChart['declared'][number]): GoMap {
  const imports = declared.importValues.map((entry) => {
    const { child, parent } = typeof entry === 'string' ? { child: `exports.${entry}`, parent: '.' } : entry;
    return new GoMap(
      new Map([
        ['child', child],
        ['parent', parent],
      ]),
      'map[string]string',
    );
  });
  return table([
    ['Name', declared.name],
    ['Version', declared.version],
    ['Repository', declared.repository],
    ['Condition', declared.condition],
    ['Tags', new GoSlice([...declared.tags])],
    ['Enabled', true],
    ['ImportValues', new GoSlice(imports)],
    ['Alias', declared.alias],
  ]);
}

function table(entries: Iterable<readonly [string, GoValue]>): GoMap {
  return new GoMap(new Map(entries));
}
