import { DiscoveryError } from '../errors.js';
import type { ListEntry } from './image-list.js';
import { readEntry } from './read-entry.js';
import { parseYamlList } from './yaml-list.js';

/** Longest list that is read, in characters. */
const longestList = 16 * 1024 * 1024;

/**
 * Reads an image list. Three forms, told apart by the file's ending, else by the first line that says anything:
 *
 * - text: one reference a line; `#` starts a comment at the beginning of a line or after white space;
 * - YAML, JSON: a list (at the top or below `images`) of references or of objects with `repository_image` (or
 *   `image`), and optionally `tag`, `destination` and `helm_key`.
 *
 * A reference without tag and digest asks for the newest tag. An empty list is a list.
 *
 * @throws DiscoveryError `DISCOVERY_INPUT_INVALID` with every bad line in `problems`, as `name:line: what`.
 */
export function parseImageList(name: string, text: string): readonly ListEntry[] {
  if (text.length > longestList) {
    throw new DiscoveryError(`image list ${name} is longer than 16 MiB`, { code: 'DISCOVERY_INPUT_INVALID' });
  }
  const content = text.replace(/^\uFEFF/, '');
  const problems: string[] = [];
  const report = (line: number, what: string): void => void problems.push(`${name}:${line}: ${what}`);
  const entries = isYaml(name, content) ? parseYamlList(content, report) : parseTextList(content, report);
  if (problems.length > 0) throw invalidList(name, problems);
  return entries;
}

function parseTextList(text: string, report: (line: number, what: string) => void): readonly ListEntry[] {
  return text.split(/\r?\n/).flatMap((raw, index) => {
    const line = index + 1;
    const content = raw.replace(/(^|\s)#.*$/, '').trim();
    if (content === '') return [];
    const words = content.split(/\s+/);
    if (words.length > 1) {
      report(line, `one reference a line, found ${words.length} words`);
      return [];
    }
    const entry = readEntry({ image: content, line }, report);
    return entry === undefined ? [] : [entry];
  });
}

function isYaml(name: string, text: string): boolean {
  if (/\.(?:ya?ml|json)$/i.test(name)) return true;
  if (/\.(?:txt|list|lst)$/i.test(name)) return false;
  const first = text.split(/\r?\n/).find((line) => !/^\s*(?:#.*)?$/.test(line)) ?? '';
  return /^\s*(?:[[{]|---|-\s|[\w-]+:(?:\s|$))/.test(first);
}

function invalidList(name: string, problems: readonly string[]): DiscoveryError {
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new DiscoveryError(`image list ${name} cannot be used: ${problems[0] ?? ''}${more}`, {
    code: 'DISCOVERY_INPUT_INVALID',
    hint: 'write one reference a line, or a YAML or JSON list with repository_image, tag, destination, helm_key',
    problems,
  });
}
