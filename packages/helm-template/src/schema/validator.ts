import { RE2JS } from 're2js';

import { HelmTemplateError } from '../errors.js';
import { toRunes } from '../go/byte-string.js';
import { GoInt, GoMap, GoSlice, type GoValue } from '../go/value.js';
import { FORMATS } from './formats.js';
import { hasDuplicates, isSame, toNumber } from './json-equality.js';
import type { Draft, LocatedSchema, SchemaDocument } from './schema-document.js';

/** What of an object or list some schema has looked at, for the `unevaluated` keywords. */
interface Evaluated {
  readonly names: Set<string>;
  readonly items: Set<number>;
}

const DEPENDENCY_KEYWORDS: readonly string[] = ['dependencies', 'dependentRequired', 'dependentSchemas'];
const MAX_STEPS = 5_000_000;
const MAX_DEPTH = 500;

/** Checks values against one schema document that `checkSchema` has found good. */
export class Validator {
  readonly #document: SchemaDocument;
  readonly #patterns = new Map<string, RE2JS>();
  #steps = 0;

  constructor(document: SchemaDocument) {
    this.#document = document;
  }

  /**
   * @returns the first problem, as `at '/image/tag': want string`, or `undefined`
   * @throws HelmTemplateError `HELM_LIMIT_EXCEEDED` for schemas that need too much work or loop
   */
  validate(value: GoValue): string | undefined {
    return this.#check(this.#document.root, value, '', noneEvaluated(), 0);
  }

  #check(
    located: LocatedSchema,
    value: GoValue,
    path: string,
    seen: Evaluated,
    depth: number,
  ): string | undefined {
    this.#steps += 1;
    if (this.#steps > MAX_STEPS || depth > MAX_DEPTH) {
      throw new HelmTemplateError(
        'HELM_LIMIT_EXCEEDED',
        'values.schema.json needs too much work, or refers to itself in a loop',
      );
    }
    const { schema } = located;
    if (schema === true) return undefined;
    if (schema === false) return `at '${path}': not allowed`;
    const evaluated = noneEvaluated();
    const scope: Scope = { located, schema, value, path, evaluated, depth };
    const reference = this.#checkReferences(scope);
    if (reference !== undefined) return reference;
    const hidesSiblings = this.#document.draft <= 7 && schema.entries.has('$ref');
    if (!hidesSiblings) {
      const problem =
        checkAnyType(schema, value, path, this.#document.draft) ??
        this.#checkScalar(scope) ??
        this.#checkCombinations(scope) ??
        (value instanceof GoMap ? this.#checkObject(scope, value) : undefined) ??
        (value instanceof GoSlice ? this.#checkList(scope, value) : undefined);
      if (problem !== undefined) return problem;
    }
    addEvaluated(seen, evaluated);
    return undefined;
  }

  #checkReferences(scope: Scope): string | undefined {
    for (const keyword of ['$ref', '$dynamicRef', '$recursiveRef']) {
      const reference = scope.schema.entries.get(keyword);
      if (typeof reference !== 'string') continue;
      const target = this.#document.resolve(reference, scope.located.base);
      const problem = this.#check(target, scope.value, scope.path, scope.evaluated, scope.depth + 1);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  /** Whether the value meets the schema under a keyword; what it looked at counts only then. */
  #meets(scope: Scope, schema: GoValue, seen: Evaluated = scope.evaluated): string | undefined {
    return this.#checkAt(scope, schema, scope.value, scope.path, seen);
  }

  #checkAt(
    scope: Scope,
    schema: GoValue,
    value: GoValue,
    path: string,
    seen: Evaluated = noneEvaluated(),
  ): string | undefined {
    if (!(schema instanceof GoMap) && typeof schema !== 'boolean') return undefined;
    return this.#check(this.#document.locate(schema, scope.located.base), value, path, seen, scope.depth + 1);
  }

  #checkCombinations(scope: Scope): string | undefined {
    const { schema, path } = scope;
    const list = (keyword: string): readonly GoValue[] => {
      const value = schema.entries.get(keyword);
      return value instanceof GoSlice ? value.items : [];
    };
    for (const item of list('allOf')) {
      const problem = this.#meets(scope, item);
      if (problem !== undefined) return problem;
    }
    const anyOf = list('anyOf');
    // All are tried: each that holds may evaluate properties.
    if (anyOf.length > 0 && anyOf.filter((item) => this.#meets(scope, item) === undefined).length === 0) {
      return `at '${path}': anyOf failed`;
    }
    const oneOf = list('oneOf');
    if (oneOf.length > 0 && oneOf.filter((item) => this.#meets(scope, item) === undefined).length !== 1) {
      return `at '${path}': oneOf failed`;
    }
    const not = schema.entries.get('not');
    if (not !== undefined && this.#meets(scope, not, noneEvaluated()) === undefined)
      return `at '${path}': not failed`;
    const condition = schema.entries.get('if');
    if (condition === undefined || this.#document.draft < 7) return undefined;
    const branch = this.#meets(scope, condition) === undefined ? 'then' : 'else';
    return this.#meets(scope, schema.entries.get(branch) ?? true);
  }

  #checkScalar({ schema, value, path }: Scope): string | undefined {
    const numberOf = (keyword: string): number | undefined => {
      const bound = schema.entries.get(keyword);
      return bound === undefined ? undefined : toNumber(bound);
    };
    if (typeof value === 'number' || value instanceof GoInt)
      return this.#checkNumber(schema, toNumber(value), path, numberOf);
    if (typeof value !== 'string') return undefined;
    const length = toRunes(value).length;
    if (length < (numberOf('minLength') ?? 0)) return `at '${path}': shorter than minLength`;
    if (length > (numberOf('maxLength') ?? Number.POSITIVE_INFINITY))
      return `at '${path}': longer than maxLength`;
    const pattern = schema.entries.get('pattern');
    if (typeof pattern === 'string' && !this.#matches(pattern, value))
      return `at '${path}': does not match pattern ${pattern}`;
    const format = schema.entries.get('format');
    if (this.#document.draft > 7 || typeof format !== 'string') return undefined;
    return FORMATS.get(format)?.(value) === false ? `at '${path}': is no ${format}` : undefined;
  }

  #checkNumber(
    schema: GoMap,
    value: number,
    path: string,
    bound: (keyword: string) => number | undefined,
  ): string | undefined {
    const isDraft4 = this.#document.draft === 4;
    const minimum = bound('minimum') ?? Number.NEGATIVE_INFINITY;
    const maximum = bound('maximum') ?? Number.POSITIVE_INFINITY;
    const above =
      isDraft4 && schema.entries.get('exclusiveMinimum') === true ? minimum : bound('exclusiveMinimum');
    const below =
      isDraft4 && schema.entries.get('exclusiveMaximum') === true ? maximum : bound('exclusiveMaximum');
    if (value < minimum || value <= (above ?? Number.NEGATIVE_INFINITY)) return `at '${path}': too small`;
    if (value > maximum || value >= (below ?? Number.POSITIVE_INFINITY)) return `at '${path}': too large`;
    const step = bound('multipleOf');
    return step !== undefined && !isMultiple(value, step)
      ? `at '${path}': no multiple of ${step}`
      : undefined;
  }

  #checkObject(scope: Scope, object: GoMap): string | undefined {
    const { schema, path, evaluated } = scope;
    const { draft } = this.#document;
    const size = object.entries.size;
    if (isBelow(schema, 'minProperties', size)) return `at '${path}': too few properties`;
    if (isAbove(schema, 'maxProperties', size)) return `at '${path}': too many properties`;
    const missing = names(schema.entries.get('required')).find((name) => !object.entries.has(name));
    if (missing !== undefined) return `at '${path}': missing property '${missing}'`;

    const properties = schema.entries.get('properties');
    const patterns = schema.entries.get('patternProperties');
    const rest = schema.entries.get('additionalProperties');
    const keys = draft === 4 ? undefined : schema.entries.get('propertyNames');
    for (const [name, value] of object.entries) {
      const place = `${path}/${name}`;
      const own = properties instanceof GoMap ? properties.entries.get(name) : undefined;
      const applied = own === undefined ? [] : [own];
      if (patterns instanceof GoMap) {
        for (const [pattern, each] of patterns.entries) if (this.#matches(pattern, name)) applied.push(each);
      }
      if (applied.length === 0 && rest !== undefined) applied.push(rest);
      if (applied.length > 0) evaluated.names.add(name);
      for (const each of applied) {
        const problem = this.#checkAt(scope, each, value, place);
        if (problem !== undefined)
          return each === false ? `at '${path}': additional property '${name}' not allowed` : problem;
      }
      const problem = keys === undefined ? undefined : this.#checkAt(scope, keys, name, place);
      if (problem !== undefined) return problem;
    }
    return this.#checkDependencies(scope, object) ?? this.#checkUnevaluatedNames(scope, object);
  }

  #checkDependencies(scope: Scope, object: GoMap): string | undefined {
    // Later drafts split it in two; the old keyword keeps working.
    const keywords = this.#document.draft <= 7 ? ['dependencies'] : DEPENDENCY_KEYWORDS;
    for (const keyword of keywords) {
      const dependencies = scope.schema.entries.get(keyword);
      if (!(dependencies instanceof GoMap)) continue;
      for (const [name, needed] of dependencies.entries) {
        if (!object.entries.has(name)) continue;
        const missing = names(needed).find((each) => !object.entries.has(each));
        if (missing !== undefined) return `at '${scope.path}': property '${name}' needs '${missing}'`;
        const problem = this.#meets(scope, needed);
        if (problem !== undefined) return problem;
      }
    }
    return undefined;
  }

  #checkUnevaluatedNames(scope: Scope, object: GoMap): string | undefined {
    const schema = this.#document.draft <= 7 ? undefined : scope.schema.entries.get('unevaluatedProperties');
    if (schema === undefined) return undefined;
    for (const [name, value] of object.entries) {
      if (scope.evaluated.names.has(name)) continue;
      const problem = this.#checkAt(scope, schema, value, `${scope.path}/${name}`);
      if (problem !== undefined) return problem;
      scope.evaluated.names.add(name);
    }
    return undefined;
  }

  #checkList(scope: Scope, { items }: GoSlice): string | undefined {
    const { schema, path, evaluated } = scope;
    const { draft } = this.#document;
    if (isBelow(schema, 'minItems', items.length)) return `at '${path}': too few items`;
    if (isAbove(schema, 'maxItems', items.length)) return `at '${path}': too many items`;
    if (schema.entries.get('uniqueItems') === true && hasDuplicates(items))
      return `at '${path}': items are not unique`;

    const itemsKeyword = schema.entries.get('items');
    const isTuple = itemsKeyword instanceof GoSlice;
    const first = draft === 2020 ? schema.entries.get('prefixItems') : itemsKeyword;
    const leading = first instanceof GoSlice ? first.items : [];
    const others = isTuple ? schema.entries.get('additionalItems') : itemsKeyword;
    const contains = draft === 4 ? undefined : schema.entries.get('contains');
    const unevaluated = draft <= 7 ? undefined : schema.entries.get('unevaluatedItems');
    let contained = 0;
    for (const [index, item] of items.entries()) {
      const place = `${path}/${index}`;
      const applied = leading[index] ?? others;
      if (applied !== undefined) {
        const problem = this.#checkAt(scope, applied, item, place);
        if (problem !== undefined) return problem;
        evaluated.items.add(index);
      }
      if (contains !== undefined && this.#checkAt(scope, contains, item, place) === undefined) {
        contained += 1;
        if (draft === 2020) evaluated.items.add(index);
      }
      if (unevaluated !== undefined && !evaluated.items.has(index)) {
        const problem = this.#checkAt(scope, unevaluated, item, place);
        if (problem !== undefined) return problem;
        evaluated.items.add(index);
      }
    }
    if (contains === undefined) return undefined;
    const isNew = draft > 7;
    const enough =
      isNew && schema.entries.has('minContains') ? !isBelow(schema, 'minContains', contained) : contained > 0;
    if (!enough || (isNew && isAbove(schema, 'maxContains', contained)))
      return `at '${path}': contains failed`;
    return undefined;
  }

  #matches(pattern: string, text: string): boolean {
    let compiled = this.#patterns.get(pattern);
    if (compiled === undefined) {
      compiled = RE2JS.compile(pattern);
      this.#patterns.set(pattern, compiled);
    }
    return compiled.matcher(text).find();
  }
}

/** One schema at work on one value. */
interface Scope {
  readonly located: LocatedSchema;
  readonly schema: GoMap;
  readonly value: GoValue;
  readonly path: string;
  readonly evaluated: Evaluated;
  readonly depth: number;
}

function checkAnyType(schema: GoMap, value: GoValue, path: string, draft: Draft): string | undefined {
  const type = schema.entries.get('type');
  const types = typeof type === 'string' ? [type] : names(type);
  if (types.length > 0 && !types.some((each) => isOfType(value, each))) {
    return `at '${path}': want ${types.join(' or ')}`;
  }
  const allowed = schema.entries.get('enum');
  if (allowed instanceof GoSlice && !allowed.items.some((item) => isSame(item, value))) {
    return `at '${path}': not one of the values in enum`;
  }
  const only = draft === 4 ? undefined : schema.entries.get('const');
  return only !== undefined && !isSame(only, value) ? `at '${path}': not the value in const` : undefined;
}

function isOfType(value: GoValue, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return value instanceof GoSlice;
    case 'object':
      return value instanceof GoMap;
    case 'number':
      return typeof value === 'number' || value instanceof GoInt;
    case 'integer':
      return value instanceof GoInt || Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function isBelow(schema: GoMap, keyword: string, size: number): boolean {
  const bound = schema.entries.get(keyword);
  return bound !== undefined && size < toNumber(bound);
}

function isAbove(schema: GoMap, keyword: string, size: number): boolean {
  const bound = schema.entries.get(keyword);
  return bound !== undefined && size > toNumber(bound);
}

function names(value: GoValue | undefined): readonly string[] {
  return value instanceof GoSlice ? value.items.filter((item) => typeof item === 'string') : [];
}

/** Exact in decimal, as Helm's rational numbers are: 0.3 is a multiple of 0.1. */
function isMultiple(value: number, step: number): boolean {
  const scale = Math.max(decimals(value), decimals(step));
  const scaled = (number: number): bigint => BigInt(number.toFixed(Math.min(scale, 100)).replace('.', ''));
  const divisor = scaled(step);
  return divisor === 0n ? value === 0 : scaled(value) % divisor === 0n;
}

function decimals(value: number): number {
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  return Math.max(0, (mantissa.split('.')[1] ?? '').length - Number(exponent));
}

function noneEvaluated(): Evaluated {
  return { names: new Set(), items: new Set() };
}

function addEvaluated(target: Evaluated, source: Evaluated): void {
  for (const name of source.names) target.names.add(name);
  for (const index of source.items) target.items.add(index);
}
