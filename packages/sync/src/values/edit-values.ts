import { fromJsonValue, GoMap, toJsonValue, type JsonValue } from '@oci-sync/helm-template';
import {
  Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  stringify,
  type DocumentOptions,
  type Node,
  type Pair,
  type ParseOptions,
  type SchemaOptions,
  type YAMLMap,
} from 'yaml';
import type { Setting } from './chart-probe.js';
import { applyEdits, endOfLine, type TextEdit } from './text-edits.js';
import { blockText, flowText, replaceWords, scalarText } from './values-text.js';
import { withValueAt } from './values-path.js';

/** YAML as Helm reads it. */
const parseOptions: ParseOptions & DocumentOptions & SchemaOptions = {
  version: '1.1',
  merge: true,
  uniqueKeys: false,
  stringKeys: true,
  logLevel: 'silent',
};

/** Aliases that are opened to see what a file says. */
const maxAliasCount = 10_000;

/** Passes until every use of a changed anchor is as it should be: aliases of aliases need more than one. */
const mostPasses = 8;

/**
 * Sets values in a values file by changing nothing but the places that say something else: every other byte stays.
 * An alias gives way to what it stood for where only one use of its anchor changes. Of several documents the last
 * one is changed, as it wins. A file that cannot be changed in place (a key that is there twice) is written anew.
 *
 * @param text the file; `''` makes a fresh one
 * @param coalesced what the chart is rendered with: lists that the file does not have are taken from it, whole
 */
export function editValues(text: string, settings: readonly Setting[], coalesced: GoMap): string {
  let current = text;
  let document = lastDocument(current);
  const wanted = withSettings(plainValue(document), settings, coalesced);
  for (let pass = 0; pass < mostPasses; pass += 1) {
    const now = plainValue(document);
    if (isSame(now, wanted)) return current;
    const editor: Editor = { text: current, document, isFirst: pass === 0, edits: [] };
    reconcile(editor, document.contents, now, wanted, 0);
    if (editor.edits.length === 0 && !editor.isFirst) break;
    current = applyEdits(current, editor.edits);
    document = lastDocument(current);
  }
  return isSame(plainValue(document), wanted) ? current : stringify(wanted, { version: '1.1', lineWidth: 0 });
}

interface Editor {
  readonly text: string;
  readonly document: Document;
  /**
   * In the first pass aliases are left alone, as their anchors may change as they should, and only words of longer
   * texts are exchanged, so that they keep their lines. The next pass sees what that did not do.
   */
  readonly isFirst: boolean;
  readonly edits: TextEdit[];
}

function lastDocument(text: string): Document {
  const parsed = parseAllDocuments(text, parseOptions);
  return ('empty' in parsed ? undefined : parsed.at(-1)) ?? new Document(null, parseOptions);
}

/** What a document says; nothing is an empty table. */
function plainValue(document: Document): JsonValue {
  return (document.toJS({ maxAliasCount }) as JsonValue | undefined) ?? {};
}

function withSettings(values: JsonValue, settings: readonly Setting[], coalesced: GoMap): JsonValue {
  const table = fromJsonValue(values);
  let result = table instanceof GoMap ? table : new GoMap();
  for (const { path, value } of settings) result = withValueAt(result, coalesced, path, value);
  return toJsonValue(result);
}

/** Collects what makes a node say what is wanted. */
function reconcile(editor: Editor, node: unknown, now: JsonValue, wanted: JsonValue, column: number): void {
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      replaceChild(editor, item, valueAt(now, index), valueAt(wanted, index), column);
    }
    return;
  }
  const missing: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(isTable(wanted) ? wanted : {})) {
    const current = valueAt(now, key);
    if (current !== undefined && isSame(current, value)) continue;
    const pair = isMap(node) ? pairOf(node, key) : undefined;
    if (pair === undefined) missing[key] = value;
    else if (isEmpty(pair.value)) fillIn(editor, pair, value);
    else replaceChild(editor, pair.value, current, value, columnOf(editor, pair));
  }
  if (Object.keys(missing).length > 0) insert(editor, isMap(node) ? node : undefined, missing);
}

function replaceChild(
  editor: Editor,
  child: unknown,
  now: JsonValue | undefined,
  wanted: JsonValue | undefined,
  column: number,
): void {
  if (wanted === undefined || (now !== undefined && isSame(now, wanted))) return;
  if (isAlias(child) && editor.isFirst) return;
  const canDescend = (isMap(child) && isTable(wanted)) || (isSeq(child) && Array.isArray(wanted));
  if (canDescend) {
    reconcile(editor, child, now ?? {}, wanted, column);
    return;
  }
  const range = rangeOf(child);
  if (range === undefined) return;
  const source = editor.text.slice(range.start, range.end);
  const isText = isScalar(child) && typeof child.value === 'string' && typeof wanted === 'string';
  const words = isText && editor.isFirst ? replaceWords(source, String(child.value), wanted) : undefined;
  const text = words ?? (typeof wanted === 'object' ? flowText(wanted) : scalarText(wanted, source));
  editor.edits.push({ ...range, text });
}

/** `key:` without a value. */
function fillIn(editor: Editor, pair: Pair, wanted: JsonValue): void {
  const key = rangeOf(pair.key);
  if (key === undefined) return;
  const colon = editor.text.indexOf(':', key.end) + 1;
  if (typeof wanted === 'object') {
    const at = endOfLine(editor.text, colon);
    const column = columnOf(editor, pair) + 2;
    editor.edits.push({ start: at, end: at, text: `\n${blockText(wanted, column)}` });
  } else {
    editor.edits.push({ start: colon, end: colon, text: ` ${scalarText(wanted, '')}` });
  }
}

/** New keys at the end of a table. */
function insert(
  editor: Editor,
  map: YAMLMap | undefined,
  missing: { readonly [key: string]: JsonValue },
): void {
  const { text, edits } = editor;
  const [first] = map?.items ?? [];
  if (map === undefined) {
    const gap = text === '' || text.endsWith('\n') ? '' : '\n';
    edits.push({ start: text.length, end: text.length, text: `${gap}${blockText(missing, 0)}\n` });
  } else if (map.flow === true) {
    const end = (rangeOf(map)?.end ?? 1) - 1;
    const inner = flowText(missing).slice(1, -1);
    edits.push({ start: end, end, text: first === undefined ? inner : `, ${inner}` });
  } else if (first !== undefined) {
    const at = endOfNode(text, map);
    const block = blockText(missing, columnOf(editor, first));
    const isLineStart = text[at - 1] === '\n';
    edits.push({ start: at, end: at, text: isLineStart ? `${block}\n` : `\n${block}` });
  }
}

/** The end of the line on which the last thing of a node stands. */
function endOfNode(text: string, node: unknown): number {
  if (isMap(node) && node.flow !== true) {
    const pair = node.items.at(-1);
    if (pair !== undefined) {
      return isEmpty(pair.value) ? endOfLine(text, rangeOf(pair.key)?.end ?? 0) : endOfNode(text, pair.value);
    }
  }
  if (isSeq(node) && node.flow !== true && node.items.length > 0) {
    const item = node.items.at(-1);
    if (!isEmpty(item)) return endOfNode(text, item);
  }
  const end = rangeOf(node)?.end ?? text.length;
  return text[end - 1] === '\n' ? end : endOfLine(text, end);
}

function columnOf({ text }: Editor, pair: Pair): number {
  const start = rangeOf(pair.key)?.start ?? 0;
  return start - (text.lastIndexOf('\n', start - 1) + 1);
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
}

function isEmpty(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null && (node.source ?? '') === '');
}

function rangeOf(node: unknown): { readonly start: number; readonly end: number } | undefined {
  const range = (node as Node | null)?.range;
  return range === null || range === undefined ? undefined : { start: range[0], end: range[1] };
}

function valueAt(value: JsonValue | undefined, key: string | number): JsonValue | undefined {
  if (Array.isArray(value)) return (value as readonly JsonValue[])[Number(key)];
  return isTable(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isTable(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The order of keys does not matter. */
function isSame(a: JsonValue, b: JsonValue): boolean {
  if (isTable(a) && isTable(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => {
        const [one, other] = [a[key], b[key]];
        return one !== undefined && other !== undefined && isSame(one, other);
      })
    );
  }
  return JSON.stringify(a) === JSON.stringify(b);
}
