import { fromJsonValue, GoMap, toJsonValue, type JsonValue } from '@oci-sync/helm-template';
import {
  Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  Scalar,
  visit,
  type DocumentOptions,
  type Node,
  type ParseOptions,
  type SchemaOptions,
  type ToStringOptions,
} from 'yaml';
import type { Setting } from './chart-probe.js';
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
 * Sets values in a values file. Comments, order, anchors and everything else stay as they are; an alias gives way
 * to what it stood for where only one use of its anchor changes. Of several documents the last one is changed, as
 * it wins.
 *
 * @param text the file; `''` makes a fresh one
 * @param coalesced what the chart is rendered with: lists that the file does not have are taken from it, whole
 */
export function editValues(text: string, settings: readonly Setting[], coalesced: GoMap): string {
  const parsed = parseAllDocuments(text, parseOptions);
  const documents: Document[] = 'empty' in parsed ? [] : [...parsed];
  const last = documents.pop() ?? new Document({}, parseOptions);
  if ('empty' in parsed) last.commentBefore = parsed.comment;
  if (!isMap(last.contents)) last.contents = last.createNode({});
  const wanted = withSettings(plainValue(last), settings, coalesced);
  for (let pass = 0; pass < mostPasses; pass += 1) {
    const now = plainValue(last);
    if (isSame(now, wanted)) break;
    reconcile(last, last.contents, now, wanted);
  }
  const style = styleOf(text);
  return [...documents, last].map((document) => document.toString(style)).join('');
}

function plainValue(document: Document): JsonValue {
  return document.toJS({ maxAliasCount }) as JsonValue;
}

function withSettings(values: JsonValue, settings: readonly Setting[], coalesced: GoMap): JsonValue {
  const table = fromJsonValue(values);
  let result = table instanceof GoMap ? table : new GoMap();
  for (const { path, value } of settings) result = withValueAt(result, coalesced, path, value);
  return toJsonValue(result);
}

/** Makes a node say what is wanted, by the smallest changes. */
function reconcile(document: Document, node: unknown, now: JsonValue, wanted: JsonValue): void {
  for (const [key, value] of entriesOf(wanted)) {
    const current = valueAt(now, key);
    if (current !== undefined && isSame(current, value)) continue;
    if (!isMap(node) && !isSeq(node)) return;
    const child: unknown = node.get(key, true);
    // Its anchor may have been changed already.
    if (isAlias(child) && isSame(child.toJS(document, { maxAliasCount }) as JsonValue, value)) continue;
    const canDescend =
      current !== undefined &&
      ((isMap(child) && isTable(value)) || (isSeq(child) && isSameList(current, value)));
    if (canDescend) reconcile(document, child, current, value);
    else if (isScalar(child) && isLeaf(value)) setScalar(child, value);
    else node.set(key, makeNode(document, value));
  }
}

function setScalar(scalar: Scalar, value: JsonValue): void {
  const { type } = scalar;
  scalar.value = value;
  delete scalar.source;
  delete scalar.format;
  delete scalar.tag;
  const isPlain = type === undefined || type === Scalar.PLAIN;
  if (isPlain) scalar.type = needsQuotes(value) ? Scalar.QUOTE_DOUBLE : Scalar.PLAIN;
}

function makeNode(document: Document, value: JsonValue): Node {
  const node = document.createNode(value) as Node;
  visit(node, {
    Scalar(position, scalar) {
      if (position !== 'key' && needsQuotes(scalar.value)) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return node;
}

/** Whether some reader of YAML 1.1 could take the plain text for something else than a string. */
function needsQuotes(value: unknown): boolean {
  if (typeof value !== 'string' || value.includes('\n')) return false;
  const isPlain = /^[A-Za-z][\w./@-]*(?::[\w./@-]+)*$/.test(value);
  return !isPlain || /^(?:y|n|yes|no|on|off|true|false|null)$/i.test(value);
}

function styleOf(text: string): ToStringOptions {
  const indent =
    /^[\w"'-]+:[ \t]*(?:#.*)?\r?\n(?:[ \t]*(?:#.*)?\r?\n)*( +)[\w"']/m.exec(text)?.[1]?.length ?? 2;
  return {
    lineWidth: 0,
    indent: Math.min(indent, 8),
    indentSeq: !/^( *)[\w"'.-]+:[ \t]*(?:#.*)?\r?\n\1- /m.test(text),
    flowCollectionPadding: !/[:-] [{[][^\s}\]]/.test(text),
  };
}

function entriesOf(value: JsonValue): readonly (readonly [string | number, JsonValue])[] {
  if (Array.isArray(value)) return [...(value as readonly JsonValue[]).entries()];
  return isTable(value) ? Object.entries(value) : [];
}

function valueAt(value: JsonValue, key: string | number): JsonValue | undefined {
  if (Array.isArray(value)) return (value as readonly JsonValue[])[Number(key)];
  return isTable(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isTable(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSameList(a: JsonValue, b: JsonValue): boolean {
  return Array.isArray(a) && Array.isArray(b) && a.length === b.length;
}

function isLeaf(value: JsonValue): boolean {
  return typeof value !== 'object';
}

function isSame(a: JsonValue, b: JsonValue): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
