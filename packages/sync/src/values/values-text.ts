import type { JsonValue } from '@oci-sync/helm-template';
import { Document, Scalar, visit } from 'yaml';

const separators = /([\s"'=,]+)/;

/** A value as lines of YAML, each indented by `column`, without a line break at the end. */
export function blockText(value: JsonValue, column: number): string {
  const document = new Document(value, { version: '1.1' });
  visit(document, {
    Scalar(position, scalar) {
      if (position !== 'key' && needsQuotes(scalar.value)) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  const indentation = ' '.repeat(column);
  return document
    .toString({ lineWidth: 0 })
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? line : indentation + line))
    .join('\n');
}

/** A value on one line: tables and lists in braces, texts in double quotes. */
export function flowText(value: JsonValue): string {
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(flowText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([key, item]) => `${/^[A-Za-z][\w-]*$/.test(key) ? key : JSON.stringify(key)}: ${flowText(item)}`,
  );
  return `{${entries.join(', ')}}`;
}

/** A text or boolean, in the quotes that `source`, what stood there, has. */
export function scalarText(value: JsonValue, source: string): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  if (source.startsWith("'") && !/[\n\t]/.test(value)) return `'${value.replaceAll("'", "''")}'`;
  return source.startsWith('"') || needsQuotes(value) ? JSON.stringify(value) : value;
}

/**
 * The source of a longer text with only those words exchanged that differ; `undefined` where it is no longer text,
 * or more than words differ.
 */
export function replaceWords(source: string, before: string, after: string): string | undefined {
  const [old, now] = [before.split(separators), after.split(separators)];
  if (old.length === 1 || old.length !== now.length) return undefined;
  const exchange = new Map<string, string>();
  for (const [index, word] of old.entries()) {
    const next = now[index] ?? '';
    if ((exchange.get(word) ?? next) !== next) return undefined;
    exchange.set(word, next);
  }
  return source
    .split(separators)
    .map((word) => exchange.get(word) ?? word)
    .join('');
}

/** Whether some reader of YAML 1.1 could take the plain text for something else than a string. */
function needsQuotes(value: unknown): boolean {
  if (typeof value !== 'string' || value.includes('\n')) return false;
  const isPlain = /^[A-Za-z][\w./@-]*(?::[\w./@-]+)*$/.test(value);
  return !isPlain || /^(?:y|n|yes|no|on|off|true|false|null)$/i.test(value);
}
