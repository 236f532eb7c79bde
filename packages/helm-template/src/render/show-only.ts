import { HelmTemplateError } from '../errors.js';
import { BadPatternError, compilePathPattern } from '../glob/path-match.js';
import { splitManifests } from './manifests.js';
import type { RenderedChart, RenderedDocument } from './rendered-chart.js';

/**
 * As `--show-only`: what is left of a render when only some templates count, pattern by pattern.
 *
 * @param patterns - paths below the chart, such as `templates/*.yaml`
 * @throws HelmTemplateError `HELM_OPTION_INVALID` for a pattern that no document matches
 */
export function showOnly(rendered: RenderedChart, patterns: readonly string[]): RenderedChart {
  const texts = splitManifests(rendered.text).map((text) => ({
    text,
    path: /# Source: [^/]+\/(.+)/.exec(text)?.[1],
  }));
  const shown: string[] = [];
  const documents: RenderedDocument[] = [];
  for (const pattern of patterns) {
    const matches = compile(pattern);
    const found = texts.filter(({ path }) => path !== undefined && matches(path));
    if (found.length === 0) {
      throw new HelmTemplateError('HELM_OPTION_INVALID', `could not find template ${pattern} in chart`);
    }
    shown.push(...found.map(({ text }) => `---\n${text}\n`));
    documents.push(
      ...rendered.documents.filter(({ template }) => matches(template.slice(template.indexOf('/') + 1))),
    );
  }
  return { ...rendered, documents, text: shown.join('') };
}

function compile(pattern: string): (path: string) => boolean {
  try {
    return compilePathPattern(pattern);
  } catch (error) {
    if (!(error instanceof BadPatternError)) throw error;
    return () => false;
  }
}
