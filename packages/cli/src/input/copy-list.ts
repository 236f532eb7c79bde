import type { CopyRequest } from '@oci-sync/oci-client';
import { parse } from 'yaml';
import { UsageError } from '../usage-error.js';

function parseLine(line: string, where: string): readonly CopyRequest[] {
  const words = line
    .replace(/(^|\s)#.*$/, '')
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return [];
  const [source, destination, ...rest] = words;
  if (source === undefined || destination === undefined || rest.length > 0) {
    throw new UsageError(`${where}: a line is SOURCE DESTINATION, not "${line.trim()}"`);
  }
  return [{ source, destination }];
}

function parseEntry(entry: unknown, where: string): CopyRequest {
  const fail = (what: string): never => {
    throw new UsageError(`${where}: ${what}`, { hint: 'an entry is {source, destination, platforms?}' });
  };
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return fail('not an object');
  const { source, destination, platforms, ...unknown }: Record<string, unknown> = { ...entry };
  const [stray] = Object.keys(unknown);
  if (stray !== undefined) return fail(`unknown field "${stray}"`);
  if (typeof source !== 'string' || source === '') return fail('no source');
  if (typeof destination !== 'string' || destination === '') return fail('no destination');
  if (platforms === undefined || platforms === 'all') return { source, destination };
  if (!Array.isArray(platforms) || !platforms.every((platform) => typeof platform === 'string')) {
    return fail('platforms is not a list of text');
  }
  return { source, destination, platforms };
}

/** Whether text is a JSON or YAML list rather than lines. */
function isStructured(text: string): boolean {
  const first = text
    .split('\n')
    .find((line) => line.trim() !== '' && !line.trim().startsWith('#') && line.trim() !== '---');
  return first !== undefined && /^\s*(\[|-(\s|$))/.test(first);
}

/**
 * What `copy --from-file` copies: lines `SOURCE DESTINATION` with `#` comments, or a JSON or YAML list of
 * `{source, destination, platforms?}`.
 * @param name of the file, for errors
 * @throws UsageError with the line or entry that is wrong
 */
export function parseCopyList(text: string, name: string): readonly CopyRequest[] {
  if (!isStructured(text)) {
    return text.split(/\r?\n/).flatMap((line, at) => parseLine(line, `${name}:${at + 1}`));
  }
  let entries: unknown;
  try {
    entries = parse(text);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new UsageError(`${name}: ${reason}`, { cause: error });
  }
  if (!Array.isArray(entries)) throw new UsageError(`${name}: not a list`);
  return entries.map((entry, at) => parseEntry(entry, `${name}: entry ${at + 1}`));
}
