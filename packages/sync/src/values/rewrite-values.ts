import { readFile } from 'node:fs/promises';
import {
  type GoMap,
  HelmTemplateError,
  mergeValues,
  type RenderedChart,
  type ValuesText,
} from '@oci-sync/helm-template';
import { ChartProbe, type Setting } from './chart-probe.js';
import { compareOutput } from './compare-output.js';
import { editValues } from './edit-values.js';
import { explainRemaining } from './explain-remaining.js';
import { findSettings, type FoundSettings } from './find-settings.js';
import { helmKeySettings } from './helm-key-settings.js';
import { imageKey, imagePlaces } from './image-places.js';
import { mirrorMap } from './mirror-map.js';
import { missingPermissions } from './permissions.js';
import { applyRules, readBack, type AppliedRule } from './preset-rules.js';
import type {
  RewritableChart,
  RewriteValuesOptions,
  RewrittenValues,
  ValuesChange,
  ValuesPath,
} from './rewritten-values.js';
import { settingsOf } from './slot.js';
import { formatKey, valueAtPath } from './values-path.js';

export type {
  MirroredImage,
  MirrorReference,
  OutputChange,
  RemainingImage,
  RenderedPlace,
  RewritableChart,
  RewriteValuesOptions,
  RewrittenValues,
  ValuesChange,
  ValuesPath,
  ValuesProof,
} from './rewritten-values.js';

/**
 * Points a chart's values at the mirror, and proves it by rendering the chart with them.
 *
 * Which value makes which image is found out by effect: values are changed, the chart is rendered, and the images
 * that change tell. Values of single images go before chart-wide ones. A value that also makes an image which is
 * not in the mirror stays as it is.
 *
 * @throws HelmTemplateError when the chart does not render with the user's own values; `HELM_VALUES_INVALID`,
 * `HELM_VALUES_NOT_FOUND` for a values file that cannot be read; the signal's reason.
 */
export async function rewriteValues(options: RewriteValuesOptions): Promise<RewrittenValues> {
  options.signal?.throwIfAborted();
  return options.chart === undefined ? withoutChart(options) : withChart(options, options.chart);
}

async function withoutChart(options: RewriteValuesOptions): Promise<RewrittenValues> {
  const file = await readValuesFile(options.valuesFile, options.signal);
  const values = await mergeValues({ valuesFiles: [file] }, { signal: options.signal });
  const { settings, notes } = helmKeySettings(options.images);
  const rules = applyRules(options.rules ?? [], undefined, options.destination);
  const changes = [
    ...settings.map(({ setting, images }) => changeOf(values, setting, 'helm-key', images)),
    ...rules.map(({ setting }) => changeOf(values, setting, 'rule')),
  ];
  return {
    text: editValues(
      file.text,
      [...settings, ...rules].map(({ setting }) => setting),
      values,
    ),
    base: file.text === '' ? 'fresh' : 'user-file',
    changes: sortByKey(changes),
    notes,
    renders: 0,
  };
}

async function withChart(options: RewriteValuesOptions, chart: RewritableChart): Promise<RewrittenValues> {
  const { signal } = options;
  const valuesFiles = chart.values.valuesFiles ?? [];
  const file = await readValuesFile(valuesFiles.at(-1), signal);
  const probe = new ChartProbe(chart, signal);
  const before = await probe.base();
  const permissions = missingPermissions(before);
  probe.permit(permissions);
  const mirrors = mirrorMap(options.images);
  const found = await findSettings(probe, mirrors);
  const rules = applyRules(options.rules ?? [], chart.name, options.destination);
  const settings = [...settingsOf(found.texts), ...rules.map(({ setting }) => setting)];

  const coalesced = before.root.values;
  const attempt = async (tried: readonly Setting[]): Promise<Attempt> => {
    const text = editValues(file.text, tried, coalesced);
    const sources = {
      ...chart.values,
      valuesFiles: [...valuesFiles.slice(0, -1), { name: file.name, text }],
    };
    return { settings: tried, text, ...(await tryRender(() => probe.renderSources(sources))) };
  };
  let last = await attempt(settings);
  if (last.rendered === undefined && permissions.length > 0)
    last = await attempt([...settings, ...permissions]);
  const { rendered, failure } = last;
  // Values that the chart refuses help no one.
  const text = rendered === undefined ? file.text : last.text;

  const places = { before: imagePlaces(before), after: rendered && imagePlaces(rendered) };
  const { atMirror, remaining } = explainRemaining({ ...places, mirrors, found, failure });
  const granted = last.settings.filter(({ value }) => typeof value === 'boolean');
  const changes =
    rendered === undefined
      ? []
      : [
          ...renderedChanges(coalesced, found),
          ...granted.map((setting) => changeOf(coalesced, setting, 'permission')),
          ...rules.map((applied) => ruleChange(coalesced, applied, rendered)),
        ];
  const output = rendered === undefined ? [] : compareOutput(before, rendered, changes.map(asChangedText));
  return {
    text,
    base: file.text === '' ? 'fresh' : 'user-file',
    changes: sortByKey(changes),
    notes: [],
    proof: {
      isWhole: remaining.length === 0 && output.every(({ cause }) => cause !== 'unrelated'),
      atMirror,
      remaining,
      changes: output,
    },
    renders: probe.renders,
  };
}

interface Attempt {
  readonly settings: readonly Setting[];
  readonly text: string;
  readonly rendered: RenderedChart | undefined;
  readonly failure: string | undefined;
}

async function tryRender(
  render: () => Promise<RenderedChart>,
): Promise<Pick<Attempt, 'rendered' | 'failure'>> {
  try {
    return { rendered: await render(), failure: undefined };
  } catch (error) {
    if (error instanceof HelmTemplateError) return { rendered: undefined, failure: error.message };
    throw error;
  }
}

function renderedChanges(coalesced: GoMap, { texts, imagesOf }: FoundSettings): readonly ValuesChange[] {
  const images = new Map<string, Set<string>>();
  for (const [{ path }, places] of imagesOf) {
    const key = formatKey(path);
    images.set(
      key,
      new Set([...(images.get(key) ?? []), ...places.map(({ reference }) => imageKey(reference))]),
    );
  }
  return settingsOf(texts).map((setting) =>
    changeOf(coalesced, setting, 'rendering', [...(images.get(formatKey(setting.path)) ?? [])].sort()),
  );
}

function ruleChange(coalesced: GoMap, applied: AppliedRule, rendered: RenderedChart): ValuesChange {
  const change = changeOf(coalesced, applied.setting, 'rule');
  const found = readBack(applied, rendered);
  return found === undefined ? change : { ...change, readBack: found };
}

function changeOf(
  values: GoMap,
  { path, value }: Setting,
  by: ValuesChange['by'],
  images: readonly string[] = [],
): ValuesChange {
  return { path, key: formatKey(path), before: textAt(values, path), after: String(value), by, images };
}

function textAt(values: GoMap, path: ValuesPath): string | undefined {
  const value = valueAtPath(values, path);
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? undefined : String(value);
}

function asChangedText({ before, after }: ValuesChange): { readonly before: string; readonly after: string } {
  return { before: before ?? '', after };
}

function sortByKey(changes: readonly ValuesChange[]): readonly ValuesChange[] {
  return [...changes].sort((a, b) => (a.key < b.key ? -1 : 1));
}

async function readValuesFile(
  file: string | ValuesText | undefined,
  signal: AbortSignal | undefined,
): Promise<ValuesText> {
  if (file === undefined) return { name: 'updated values', text: '' };
  if (typeof file !== 'string') return file;
  try {
    return { name: file, text: await readFile(file, { encoding: 'utf8', signal }) };
  } catch (error) {
    signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    throw new HelmTemplateError('HELM_VALUES_NOT_FOUND', `cannot read values from ${file}: ${reason}`, {
      cause: error,
    });
  }
}
