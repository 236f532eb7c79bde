import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import type { Chart } from '../chart/chart.js';
import { createFunctions, type FunctionEnvironment } from '../functions/create-functions.js';
import { compareStrings, fromBytes } from '../go/byte-string.js';
import { GoInt, GoMap, type GoValue } from '../go/value.js';
import { builtins } from '../template/builtins.js';
import { ExecutionBudget } from '../template/execution-budget.js';
import type { TemplateTree } from '../template/node.js';
import { parseTemplate } from '../template/parser.js';
import { TemplateSet } from '../template/template-set.js';
import { createCapabilities, parseKubeVersion } from './capabilities.js';
import { collectTemplates, type TemplateFile } from './chart-data.js';
import { type RenderedFile, toRenderedChart } from './documents.js';
import { KnownHeads } from './known-heads.js';
import type { PreparedChart } from './prepared-chart.js';
import type { RenderedChart } from './rendered-chart.js';
import type { PrepareOptions, RenderLimits, RenderOptions, ResolveOptions } from './render-options.js';
import { checkKubeVersion, placeChart, toResolvedChart } from './resolve-chart.js';
import { toHelmError } from './template-failure.js';

const DEFAULT_LIMITS: RenderLimits = {
  maxSteps: 50_000_000,
  maxOutputBytes: 512 * 1024 * 1024,
  timeBudgetMs: 120_000,
};
/** Other work gets its turn when a render has run this long. */
const TURN_MS = 20;

type ParsedFile = ReadonlyMap<string, TemplateTree>;

/**
 * Makes a chart ready to be rendered many times: templates are parsed at their first use and kept.
 */
export function prepareChart(chart: Chart, options: PrepareOptions = {}): PreparedChart {
  return new PreparedTemplates(chart, options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
}

/**
 * Renders a chart once. See {@link PreparedChart} for rendering it again and again.
 *
 * @throws HelmTemplateError; `signal.reason` once the signal aborts
 */
export async function renderChart(
  chart: Chart,
  options: RenderOptions & PrepareOptions = {},
): Promise<RenderedChart> {
  return prepareChart(chart, options).render(options);
}

class PreparedTemplates implements PreparedChart {
  readonly chart: Chart;
  readonly #functions;
  readonly #emptySet: TemplateSet;
  readonly #parsed = new Map<string, { readonly data: Uint8Array; readonly trees: ParsedFile }>();
  readonly #heads = new KnownHeads();
  /** Of the render whose file is running: files run synchronously, so renders that overlap don't mix them up. */
  #current: Pick<FunctionEnvironment, 'clock' | 'randomBytes'> = { clock: Date.now, randomBytes };

  constructor(chart: Chart, timeZone: string) {
    this.chart = chart;
    this.#functions = createFunctions({
      timeZone,
      clock: () => this.#current.clock(),
      randomBytes: (sizeBytes) => this.#current.randomBytes(sizeBytes),
    });
    this.#emptySet = new TemplateSet({ functions: this.#functions });
  }

  resolve(options: ResolveOptions = {}): ReturnType<PreparedChart['resolve']> {
    return toResolvedChart(placeChart(this.chart, options));
  }

  async render(options: RenderOptions = {}): Promise<RenderedChart> {
    const { signal } = options;
    signal?.throwIfAborted();
    const kubeVersion = parseKubeVersion(options.kubeVersion);
    const placed = placeChart(this.chart, options);
    const root = toResolvedChart(placed);
    checkKubeVersion(this.chart, kubeVersion);
    const scope = {
      release: createRelease(options),
      capabilities: createCapabilities(kubeVersion, options.apiVersions ?? []),
    };
    const files = collectTemplates(placed, scope).sort(deepestFirst);
    const outputs = await this.#execute(files, options);
    return toRenderedChart(root, outputs, options, this.#heads);
  }

  async #execute(files: readonly TemplateFile[], options: RenderOptions): Promise<RenderedFile[]> {
    const { signal } = options;
    const environment = { clock: options.clock ?? Date.now, randomBytes: options.randomBytes ?? randomBytes };
    const budget = new ExecutionBudget({ ...DEFAULT_LIMITS, ...options.limits });
    const set = this.#emptySet.clone();
    for (const file of files) set.addTrees(this.#parse(file));
    const outputs: RenderedFile[] = [];
    let turnStartMs = performance.now();
    for (const file of files) {
      if (posix.basename(file.name).startsWith('_')) continue;
      if (performance.now() - turnStartMs > TURN_MS) {
        await setImmediate();
        turnStartMs = performance.now();
      }
      signal?.throwIfAborted();
      file.top.entries.set('Template', templateTable(file));
      this.#current = environment;
      outputs.push({ name: file.name, chartPath: file.chartPath, text: runFile(set, file, budget) });
    }
    return outputs;
  }

  #parse(file: TemplateFile): ParsedFile {
    const known = this.#parsed.get(file.name);
    if (known?.data === file.data) return known.trees;
    try {
      const isFunction = (word: string): boolean => this.#functions.has(word) || builtins.has(word);
      const trees = parseTemplate(file.name, fromBytes(file.data), isFunction);
      this.#parsed.set(file.name, { data: file.data, trees });
      return trees;
    } catch (error) {
      throw toHelmError(error, file);
    }
  }
}

function runFile(set: TemplateSet, file: TemplateFile, budget: ExecutionBudget): string {
  try {
    return set.execute(file.name, file.top, budget).replaceAll('<no value>', '');
  } catch (error) {
    throw toHelmError(error, file);
  }
}

function createRelease(options: ResolveOptions): GoMap {
  const isUpgrade = options.isUpgrade ?? false;
  return new GoMap(
    new Map<string, GoValue>([
      ['Name', options.releaseName ?? 'release-name'],
      ['Namespace', options.namespace ?? 'default'],
      ['IsUpgrade', isUpgrade],
      ['IsInstall', !isUpgrade],
      ['Revision', new GoInt('int', 1n)],
      ['Service', 'Helm'],
    ]),
  );
}

function templateTable({ name, basePath }: TemplateFile): GoMap {
  const entries = new Map<string, GoValue>([
    ['Name', name],
    ['BasePath', basePath],
  ]);
  return new GoMap(entries, 'common.Values');
}

/** Helm's order of parsing and running: subcharts first, so that the root's definitions count. */
function deepestFirst(a: TemplateFile, b: TemplateFile): number {
  return b.name.split('/').length - a.name.split('/').length || compareStrings(b.name, a.name);
}
