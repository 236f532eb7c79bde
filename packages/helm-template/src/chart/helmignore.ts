import { HelmTemplateError } from '../errors.js';
import { BadPatternError, compilePathPattern } from '../glob/path-match.js';

interface Rule {
  readonly negated: boolean;
  readonly directoriesOnly: boolean;
  readonly matches: (path: string) => boolean;
}

/**
 * Reads `.helmignore` and adds Helm's own rule, `templates/.?*`.
 *
 * @returns whether a path (relative to the chart, with `/`) is left out
 * @throws HelmTemplateError `HELM_CHART_INVALID` for `**` and broken patterns
 */
export function parseHelmIgnore(text: string): (path: string, isDirectory: boolean) => boolean {
  const rules = [...text.replace(/^\ufeff/, '').split('\n'), 'templates/.?*']
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(parseRule);
  return (path, isDirectory) => isIgnored(rules, path, isDirectory);
}

/** The first rule that matches decides. A negated rule leaves out whatever it does not match: so does Helm's. */
function isIgnored(rules: readonly Rule[], path: string, isDirectory: boolean): boolean {
  for (const { negated, directoriesOnly, matches } of rules) {
    const skips = directoriesOnly && !isDirectory;
    if (negated) {
      if (skips || !matches(path)) return true;
    } else if (!skips && matches(path)) {
      return true;
    }
  }
  return false;
}

function parseRule(line: string): Rule {
  if (line.includes('**')) throw invalid(line, 'double-star (**) syntax is not supported');
  const negated = line.startsWith('!');
  const unsigned = negated ? line.slice(1) : line;
  const directoriesOnly = unsigned.endsWith('/');
  const pattern = directoriesOnly ? unsigned.slice(0, -1) : unsigned;
  try {
    const matches = compilePathPattern(pattern.startsWith('/') ? pattern.slice(1) : pattern);
    const wholePath = pattern.includes('/');
    return {
      negated,
      directoriesOnly,
      matches: wholePath ? matches : (path) => matches(path.slice(path.lastIndexOf('/') + 1)),
    };
  } catch (error) {
    if (error instanceof BadPatternError) throw invalid(line, error.message);
    throw error;
  }
}

function invalid(line: string, problem: string): HelmTemplateError {
  return new HelmTemplateError('HELM_CHART_INVALID', `.helmignore: ${line}: ${problem}`);
}
