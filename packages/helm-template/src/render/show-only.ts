import { HelmTemplateError } from '../errors.js';
import { BadPatternError, compilePathPattern } from '../glob/path-match.js';
import { splitManifests } from './manifests.js';

/**
 * As `--show-only`: the documents of a rendered text whose template file matches, pattern by pattern.
 *
 * @param patterns - paths below the chart, such as `templates/*.yaml`
 * @throws HelmTemplateError `HELM_OPTION_INVALID` for a pattern that no document matches
 */
export function showOnly(text: string, patterns: readonly string[]): string {
  const documents = splitManifests(text).map((document) => ({
    document,
    path: /# Source: [^/]+\/(.+)/.exec(document)?.[1],
  }));
  return patterns
    .flatMap((pattern) => {
      const matches = compile(pattern);
      const found = documents.filter(({ path }) => path !== undefined && matches(path));
      if (found.length === 0) {
        throw new HelmTemplateError('HELM_OPTION_INVALID', `could not find template ${pattern} in chart`);
      }
      return found;
    })
    .map(({ document }) => `---\n${document}\n`)
    .join('');
}

function compile(pattern: string): (path: string) => boolean {
  try {
    return compilePathPattern(pattern);
  } catch (error) {
    if (!(error instanceof BadPatternError)) throw error;
    return () => false;
  }
}
