import { compareStrings } from '../../go/byte-string.js';
import { formatFloat64 } from '../../go/float-format.js';
import { GoError } from '../../go/go-error.js';
import { isGoObject } from '../../go/kind.js';
import { NamedGoInt } from '../../go/named-int.js';
import { NilGoMap, NilGoSlice } from '../../go/nil-collections.js';
import { GoInt, type GoValue } from '../../go/value.js';
import { asItems, asMap } from '../define.js';
import { formatInstant } from '../time/format-instant.js';
import { GoTime } from '../time/go-time.js';

const INDENT = '  ';

/**
 * Prints a value as TOML, as BurntSushi's encoder does: keys sorted, plain values before tables, tables indented
 * below their parent, nil values left out.
 *
 * @throws GoError for a list with nil in it, and for a list of tables at the top.
 */
export function writeToml(value: GoValue): string {
  const writer = new TomlWriter();
  writer.encode([], value);
  return writer.output;
}

class TomlWriter {
  output = '';

  encode(key: readonly string[], value: GoValue): void {
    const entries = tableEntries(value);
    if (entries !== undefined) {
      this.#table(key, entries);
      return;
    }
    if (isTableArray(value)) {
      this.#tableArray(key, value);
      return;
    }
    if (key.length === 0) {
      this.output += inline(value);
      return;
    }
    this.output += `${indentOf(key)}${quoteKey(key.at(-1) ?? '')} = ${inline(value)}`;
    this.#newline();
  }

  #table(key: readonly string[], entries: Entries): void {
    // Top-level tables are set off by an empty line.
    if (key.length === 1) this.#newline();
    if (key.length > 0) {
      this.output += `${indentOf(key)}[${key.map(quoteKey).join('.')}]`;
      this.#newline();
    }
    this.#entries(key, entries);
  }

  #tableArray(key: readonly string[], value: GoValue): void {
    if (key.length === 0) throw new GoError('toml: top-level values must be Go maps or structs');
    for (const item of asItems(value) ?? []) {
      this.#newline();
      this.output += `${indentOf(key)}[[${key.map(quoteKey).join('.')}]]`;
      this.#newline();
      this.#entries(key, tableEntries(item) ?? []);
    }
  }

  #entries(key: readonly string[], entries: Entries): void {
    for (const [name, value] of plainFirst(entries).flat()) {
      if (!isNil(value)) this.encode([...key, name], value);
    }
  }

  #newline(): void {
    if (this.output !== '') this.output += '\n';
  }
}

type Entries = readonly (readonly [name: string, value: GoValue])[];

function tableEntries(value: GoValue): Entries | undefined {
  if (value === null || isTextual(value)) return undefined;
  const map = asMap(value);
  if (map !== undefined) return [...map.entries].sort(([left], [right]) => compareStrings(left, right));
  return isGoObject(value) && value.elements === undefined ? [...value.fields] : undefined;
}

/** Values with a text form of their own: times, versions. */
function isTextual(value: GoValue): boolean {
  return isGoObject(value) && value.methods.has('MarshalText');
}

function isNil(value: GoValue): boolean {
  return value === null || value instanceof NilGoMap || value instanceof NilGoSlice;
}

/** The entries that are plain values, and those that are tables of their own. */
function plainFirst(entries: Entries): readonly [plain: Entries, tables: Entries] {
  const isTable = ([, value]: readonly [string, GoValue]): boolean =>
    !isNil(value) && (tableEntries(value) !== undefined || isTableArray(value));
  return [entries.filter((entry) => !isTable(entry)), entries.filter(isTable)];
}

/** Whether a list has tables only. Looking at it finds nil elements, which TOML has no form for. */
function isTableArray(value: GoValue): boolean {
  const items = asItems(value);
  if (items === undefined || items.length === 0) return false;
  let onlyTables = true;
  for (const item of items) {
    if (isNil(item)) throw new GoError('toml: cannot encode array with nil element');
    if (asItems(item) !== undefined) isTableArray(item);
    if (tableEntries(item) === undefined) onlyTables = false;
  }
  return onlyTables;
}

function inline(value: GoValue): string {
  if (typeof value === 'string') return quoteText(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return formatTomlFloat(value);
  if (value instanceof NamedGoInt && value.typeName === 'time.Duration') return quoteText(value.toGoString());
  if (value instanceof GoInt) return String(value.value);
  if (value instanceof GoTime) return formatInstant(value.instant, '2006-01-02T15:04:05.999999999Z07:00');
  const items = asItems(value);
  if (items !== undefined) return `[${items.map(inline).join(', ')}]`;
  const entries = tableEntries(value);
  if (entries !== undefined) return inlineTable(entries);
  if (isGoObject(value) && value.toGoString !== undefined) return quoteText(value.toGoString());
  throw new GoError('reflect: call of reflect.Value.Interface on zero Value');
}

/** A comma follows every entry but the last one of its group, whether or not a nil is left out there. */
function inlineTable(entries: Entries): string {
  const [plain, tables] = plainFirst(entries);
  const write = (group: Entries, isFollowed: boolean): string =>
    group
      .map(([name, value], index) => {
        if (isNil(value)) return '';
        const comma = isFollowed || index < group.length - 1 ? ', ' : '';
        return `${quoteKey(name)} = ${inline(value)}${comma}`;
      })
      .join('');
  return `{${write(plain, tables.length > 0)}${write(tables, false)}}`;
}

function formatTomlFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const text = formatFloat64(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function indentOf(key: readonly string[]): string {
  return INDENT.repeat(Math.max(0, key.length - 1));
}

function quoteKey(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : quoteText(name);
}

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\f', '\\f'],
  ['\r', '\\r'],
]);

function quoteText(text: string): string {
  const escaped = text.replace(/["\\\u0000-\u001f\u007f]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return SHORT_ESCAPES.get(character) ?? `\\u${code}`;
  });
  return `"${escaped}"`;
}
