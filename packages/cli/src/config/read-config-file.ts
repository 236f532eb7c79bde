import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { isNode, isPair, LineCounter, parseDocument, type Document } from 'yaml';
import { nearestName } from '../nearest-name.js';
import { UsageError } from '../usage-error.js';
import type { SettingsSchema } from './setting-kinds.js';

type Path = readonly (string | number)[];

/** A settings file that keeps to the schema. */
export interface ConfigFile {
  readonly values: Readonly<Record<string, unknown>>;
  /** `file:line:column` of a value, or of the key above it. */
  place(path: Path): string;
  /** An error at a place. */
  error(path: Path, message: string, hint?: string): UsageError;
}

/** Where a path's key, or the entry of a list, begins in the text. */
function offsetOf(document: Document, path: Path): number {
  const [last, parent] = [
    path.at(-1),
    path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents,
  ];
  if (parent !== null && typeof parent === 'object' && 'items' in parent && Array.isArray(parent.items)) {
    const items: readonly unknown[] = parent.items;
    const found =
      typeof last === 'number'
        ? items[last]
        : items.find((item) => isPair(item) && isNode(item.key) && item.key.toJSON() === last);
    const node = isPair(found) ? found.key : found;
    if (isNode(node) && node.range != null) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

/** `/charts/0/set~1x` -> `['charts', 0, 'set/x']`, following the data to tell indexes from names. */
function pathOf(pointer: string, data: unknown): Path {
  const path: (string | number)[] = [];
  let at = data;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    const key = Array.isArray(at) ? Number(name) : name;
    path.push(key);
    at = (at as Readonly<Record<string | number, unknown>>)[key];
  }
  return path;
}

interface Problem {
  readonly path: Path;
  readonly message: string;
  readonly hint?: string | undefined;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text (quote it)',
  boolean: 'true or false',
  integer: 'a whole number',
  array: 'a list',
  object: 'a mapping',
};

function describe(error: ErrorObject, data: unknown): Problem {
  const path = pathOf(error.instancePath, data);
  const name = path.length === 0 ? 'the file' : String(path.findLast((part) => typeof part === 'string'));
  const { params, parentSchema } = error;
  switch (error.keyword) {
    case 'additionalProperties': {
      const unknown = String(params['additionalProperty']);
      const known = Object.keys((parentSchema as { properties?: object }).properties ?? {});
      const nearest = nearestName(unknown, known);
      return {
        path: [...path, unknown],
        message: `unknown setting "${unknown}"`,
        hint: nearest === undefined ? `settings here: ${known.join(', ')}` : `did you mean ${nearest}?`,
      };
    }
    case 'type': {
      const types = [params['type'] as string | readonly string[]].flat();
      return {
        path,
        message: `${name} has to be ${types.map((type) => typeNames[type] ?? type).join(' or ')}`,
      };
    }
    case 'enum':
      return {
        path,
        message: `${name} has to be one of ${(params['allowedValues'] as readonly string[]).join(', ')}`,
      };
    case 'required':
      return { path, message: `${String(params['missingProperty'])} is missing` };
    case 'dependentRequired':
      return { path, message: `${String(params['property'])} needs ${String(params['missingProperty'])}` };
    case 'minLength':
      return { path, message: `${name} is empty` };
    default:
      return { path, message: `${name} ${error.message ?? 'cannot be used'}` };
  }
}

/**
 * Reads a settings file and checks it against the schema.
 * @throws UsageError with `file:line:column` of the first problem, and how many there are
 */
export function readConfigFile(name: string, text: string, schema: SettingsSchema): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const [invalid] = document.errors;
  if (invalid !== undefined)
    throw new UsageError(`${at(invalid.pos[0])}: ${invalid.message}`, { cause: invalid });
  const data: unknown = readData(name, document);
  const place = (path: Path): string => at(offsetOf(document, path));
  const error = (path: Path, message: string, hint?: string): UsageError =>
    new UsageError(`${place(path)}: ${message}`, { hint });

  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, verbose: true });
  const validate = ajv.compile<Readonly<Record<string, unknown>>>(schema);
  if (validate(data)) return { values: data, place, error };
  const problems = (validate.errors ?? [])
    .map((each) => describe(each, data))
    .map((problem) => ({ ...problem, offset: offsetOf(document, problem.path) }))
    .toSorted((one, other) => one.offset - other.offset);
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  throw error(first?.path ?? [], `${first?.message ?? 'cannot be used'}${more}`, first?.hint);
}

function readData(name: string, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (cause) {
    throw new UsageError(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
