import { RE2JS } from 're2js';

import { GoInt, GoMap, GoSlice, type GoValue } from '../go/value.js';
import { hasDuplicates, toNumber } from './json-equality.js';
import {
  type Draft,
  type LocatedSchema,
  type Schema,
  type SchemaDocument,
  SUBSCHEMAS,
} from './schema-document.js';
import { SchemaError } from './schema-error.js';

const TYPES: ReadonlySet<string> = new Set([
  'array',
  'boolean',
  'integer',
  'null',
  'number',
  'object',
  'string',
]);
const COUNTS: readonly string[] = [
  'maxLength',
  'minLength',
  'maxItems',
  'minItems',
  'maxProperties',
  'minProperties',
  'maxContains',
  'minContains',
];
const TEXTS: readonly string[] = ['$ref', '$comment', 'title', 'description', 'format', 'pattern'];
/** Deeper schemas are refused: no chart's is, and the walk is recursive. */
const MAX_DEPTH = 500;

/**
 * Checks a schema as the meta-schemas do, and that references and patterns of all schemas that can be reached are
 * good. Helm refuses a chart otherwise, whatever its values are.
 *
 * @throws SchemaError
 */
export function checkSchema(document: SchemaDocument): void {
  new SchemaChecker(document).check(document.root, true, 0);
}

class SchemaChecker {
  readonly #document: SchemaDocument;
  readonly #shaped = new Set<Schema>();
  readonly #reached = new Set<Schema>();

  constructor(document: SchemaDocument) {
    this.#document = document;
  }

  /** @param reachable - false below `definitions`, where a reference may lead nowhere until it is used */
  check(located: LocatedSchema, reachable: boolean, depth: number): void {
    const { schema, base } = located;
    if (depth > MAX_DEPTH) throw new SchemaError('the schema is nested too deeply');
    if (!(schema instanceof GoMap)) return;
    const visited = reachable ? this.#reached : this.#shaped;
    if (visited.has(schema)) return;
    visited.add(schema);
    this.#checkShape(schema);
    for (const { keyword, child } of this.#document.children(located)) {
      this.check(child, reachable && keyword !== 'definitions' && keyword !== '$defs', depth + 1);
    }
    if (!reachable) return;
    for (const keyword of ['$ref', '$dynamicRef', '$recursiveRef']) {
      const reference = schema.entries.get(keyword);
      if (typeof reference === 'string') this.check(this.#document.resolve(reference, base), true, depth + 1);
    }
  }

  #checkShape(schema: GoMap): void {
    const { draft } = this.#document;
    const get = (keyword: string): GoValue | undefined => schema.entries.get(keyword);
    const require = (keyword: string, isGood: (value: GoValue) => boolean): void => {
      const value = get(keyword);
      if (value !== undefined && !isGood(value)) throw new SchemaError(`${keyword} has a wrong value`);
    };
    require('type', isTypeList);
    require('enum', (value) => value instanceof GoSlice && isEnum(value, draft));
    require('examples', (value) => draft === 4 || value instanceof GoSlice);
    for (const keyword of ['readOnly', 'writeOnly'])
      require(keyword, (value) => draft < 7 || isBoolean(value));
    require('deprecated', (value) => draft < 2019 || isBoolean(value));
    require('required', (value) => isNameList(value) && !(draft === 4 && isEmptyList(value)));
    for (const keyword of COUNTS) require(keyword, isCount);
    for (const keyword of TEXTS) require(keyword, (value) => typeof value === 'string');
    for (const keyword of ['maximum', 'minimum']) require(keyword, isNumber);
    for (const keyword of ['exclusiveMaximum', 'exclusiveMinimum']) {
      require(keyword, draft === 4 ? isBoolean : isNumber);
    }
    require('multipleOf', (value) => isNumber(value) && toNumber(value) > 0);
    require('uniqueItems', isBoolean);
    require('pattern', (value) => typeof value === 'string' && isPattern(value));
    for (const [keyword, shape] of SUBSCHEMAS) require(keyword, (value) => this.#hasShape(value, shape));
    const patterns = get('patternProperties');
    if (patterns instanceof GoMap && ![...patterns.entries.keys()].every(isPattern)) {
      throw new SchemaError('patternProperties has a key that is no regular expression');
    }
  }

  #hasShape(value: GoValue, shape: string): boolean {
    const isSchema = (item: GoValue): boolean =>
      item instanceof GoMap || (typeof item === 'boolean' && this.#document.draft > 4);
    switch (shape) {
      case 'list':
        return value instanceof GoSlice && value.items.length > 0 && value.items.every(isSchema);
      case 'map':
        return value instanceof GoMap && [...value.entries.values()].every(isSchema);
      case 'map-or-names':
        return (
          value instanceof GoMap &&
          [...value.entries.values()].every((item) => isSchema(item) || isNameList(item))
        );
      case 'schema-or-list': {
        if (value instanceof GoSlice) return this.#document.draft < 2020 && value.items.every(isSchema);
        return isSchema(value);
      }
      default:
        // additionalItems and additionalProperties may be a boolean in draft 4 already.
        return isSchema(value) || typeof value === 'boolean';
    }
  }
}

/** Drafts 4 and 6 want at least one value; all up to 7 want them to differ. */
function isEnum(values: GoSlice, draft: Draft): boolean {
  if (draft <= 6 && isEmptyList(values)) return false;
  return draft > 7 || !hasDuplicates(values.items);
}

function isTypeList(value: GoValue): boolean {
  if (typeof value === 'string') return TYPES.has(value);
  return (
    isNameList(value) && !isEmptyList(value) && value instanceof GoSlice && value.items.every(isTypeList)
  );
}

function isNameList(value: GoValue): boolean {
  if (!(value instanceof GoSlice)) return false;
  return (
    value.items.every((item) => typeof item === 'string') && new Set(value.items).size === value.items.length
  );
}

function isEmptyList(value: GoValue): boolean {
  return value instanceof GoSlice && value.items.length === 0;
}

function isBoolean(value: GoValue): boolean {
  return typeof value === 'boolean';
}

function isNumber(value: GoValue): boolean {
  return typeof value === 'number' || value instanceof GoInt;
}

function isCount(value: GoValue): boolean {
  return isNumber(value) && Number.isInteger(toNumber(value)) && toNumber(value) >= 0;
}

function isPattern(pattern: string): boolean {
  try {
    RE2JS.compile(pattern);
    return true;
  } catch {
    return false;
  }
}
