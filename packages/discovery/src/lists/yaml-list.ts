import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml';
import type { ListEntry } from './image-list.js';
import { readEntry, type RawEntry } from './read-entry.js';

type Report = (line: number, what: string) => void;

const fields = {
  repository_image: 'image',
  image: 'image',
  tag: 'tag',
  destination: 'destination',
  helm_key: 'helmKey',
} as const satisfies Record<string, keyof RawEntry>;

/** Reads a list in YAML or JSON; problems go to `report`. */
export function parseYamlList(text: string, report: Report): readonly ListEntry[] {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, version: '1.2', prettyErrors: false });
  const lineOf = (node: { readonly range?: readonly number[] | null | undefined }): number =>
    lineCounter.linePos(node.range?.[0] ?? 0).line;
  for (const error of document.errors) report(lineCounter.linePos(error.pos[0]).line, error.message);
  if (document.errors.length > 0) return [];
  const top = document.contents;
  if (top === null || (isScalar(top) && top.value === null)) return [];
  const list = isMap(top) ? top.get('images', true) : top;
  if (!isSeq(list)) {
    report(lineOf(top), 'neither a list nor an object with a list "images"');
    return [];
  }
  return list.items.flatMap((item) => {
    const raw = readRaw(item, lineOf, report);
    const entry = raw === undefined ? undefined : readEntry(raw, report);
    return entry === undefined ? [] : [entry];
  });
}

function readRaw(item: Node, lineOf: (node: Node) => number, report: Report): RawEntry | undefined {
  const line = lineOf(item);
  if (isScalar(item) && typeof item.value === 'string') return { image: item.value, line };
  if (isMap(item)) return readMap(item, line, lineOf, report);
  report(line, 'neither a reference nor an object');
  return undefined;
}

function readMap(
  map: YAMLMap,
  line: number,
  lineOf: (node: Node) => number,
  report: Report,
): RawEntry | undefined {
  const raw: { -readonly [key in keyof RawEntry]?: RawEntry[key] } = {};
  let valid = true;
  const refuse = (at: number, what: string): void => {
    report(at, what);
    valid = false;
  };
  for (const { key, value } of map.items) {
    const name = isScalar(key) ? String(key.value) : '';
    const at = isScalar(key) ? lineOf(key) : line;
    const field = Object.hasOwn(fields, name) ? fields[name as keyof typeof fields] : undefined;
    if (field === undefined) {
      refuse(at, `unknown key "${name}"; known are ${Object.keys(fields).join(', ')}`);
    } else if (isScalar(value) && value.value === null) {
      continue;
    } else if (!isScalar(value) || typeof value.value === 'boolean') {
      refuse(at, `${name} is not text`);
    } else if (raw[field] !== undefined) {
      refuse(at, 'repository_image and image are both given');
    } else {
      // The text as written: a tag 1.10 is no number.
      raw[field] = typeof value.value === 'string' ? value.value : (value.source ?? String(value.value));
    }
  }
  const { image, ...rest } = raw;
  if (image === undefined && valid) refuse(line, 'repository_image is missing');
  return valid && image !== undefined ? { ...rest, image, line } : undefined;
}
