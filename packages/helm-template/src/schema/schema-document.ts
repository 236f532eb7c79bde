import { GoMap, GoSlice, type GoValue } from '../go/value.js';
import { SchemaError } from './schema-error.js';

/** Drafts by the year or number that orders them. */
export type Draft = 4 | 6 | 7 | 2019 | 2020;

/** A schema: an object or, from draft 6 on, a boolean. */
export type Schema = GoMap | boolean;

/** A schema with the URI that relative references in it start from. */
export interface LocatedSchema {
  readonly schema: Schema;
  readonly base: string;
}

const ROOT = 'file:///values.schema.json';
const DRAFTS: ReadonlyMap<string, Draft> = new Map([
  ['json-schema.org/schema', 2020],
  ['json-schema.org/draft/2020-12/schema', 2020],
  ['json-schema.org/draft/2019-09/schema', 2019],
  ['json-schema.org/draft-07/schema', 7],
  ['json-schema.org/draft-06/schema', 6],
  ['json-schema.org/draft-04/schema', 4],
]);

/** Keywords whose value is a schema, a list of schemas, or a map of schemas. */
export const SUBSCHEMAS: ReadonlyMap<string, 'schema' | 'list' | 'map' | 'schema-or-list' | 'map-or-names'> =
  new Map([
    ['not', 'schema'],
    ['if', 'schema'],
    ['then', 'schema'],
    ['else', 'schema'],
    ['additionalProperties', 'schema'],
    ['additionalItems', 'schema'],
    ['propertyNames', 'schema'],
    ['contains', 'schema'],
    ['unevaluatedItems', 'schema'],
    ['unevaluatedProperties', 'schema'],
    ['items', 'schema-or-list'],
    ['allOf', 'list'],
    ['anyOf', 'list'],
    ['oneOf', 'list'],
    ['prefixItems', 'list'],
    ['properties', 'map'],
    ['patternProperties', 'map'],
    ['dependentSchemas', 'map'],
    ['definitions', 'map'],
    ['$defs', 'map'],
    ['dependencies', 'map-or-names'],
  ]);

/** One schema document: its draft, and where references lead. References out of the document are errors. */
export class SchemaDocument {
  readonly draft: Draft;
  readonly root: LocatedSchema;
  readonly #resources = new Map<string, LocatedSchema>();
  readonly #anchors = new Map<string, LocatedSchema>();

  /** @throws SchemaError */
  constructor(root: GoValue) {
    if (!(root instanceof GoMap) && typeof root !== 'boolean')
      throw new SchemaError('a schema is an object or a boolean');
    this.draft = draftOf(root);
    this.root = { schema: root, base: this.#baseOf(root, ROOT) };
    this.#resources.set(ROOT, this.root);
    this.#index(this.root);
  }

  /** The keyword that names a schema. */
  get idKeyword(): 'id' | '$id' {
    return this.draft === 4 ? 'id' : '$id';
  }

  /**
   * The schema that a reference leads to.
   *
   * @throws SchemaError where it leads out of the document or nowhere
   */
  resolve(reference: string, base: string): LocatedSchema {
    const target = parseUri(reference, base);
    const fragment = decodeFragment(target.hash.slice(1));
    target.hash = '';
    const resource = this.#resources.get(target.href);
    if (resource === undefined) {
      throw new SchemaError(`the reference ${reference} leads to another document, which is not fetched`);
    }
    if (fragment === '') return resource;
    if (!fragment.startsWith('/')) {
      const anchor = this.#anchors.get(`${target.href}#${fragment}`);
      if (anchor === undefined) throw new SchemaError(`the reference ${reference} leads nowhere`);
      return anchor;
    }
    return this.#follow(resource, fragment, reference);
  }

  /** The schemas right below one, by the keyword they stand under. */
  children({ schema, base }: LocatedSchema): { readonly keyword: string; readonly child: LocatedSchema }[] {
    if (!(schema instanceof GoMap)) return [];
    const found: { keyword: string; child: LocatedSchema }[] = [];
    for (const [keyword, shape] of SUBSCHEMAS) {
      const value = schema.entries.get(keyword);
      if (value === undefined) continue;
      const add = (item: GoValue): void => {
        if (item instanceof GoMap || typeof item === 'boolean') {
          found.push({ keyword, child: { schema: item, base: this.#baseOf(item, base) } });
        }
      };
      if (value instanceof GoSlice && shape !== 'schema') value.items.forEach(add);
      else if (value instanceof GoMap && shape.startsWith('map')) [...value.entries.values()].forEach(add);
      else add(value);
    }
    return found;
  }

  /** A part of a schema, with the base that holds inside it. */
  locate(schema: Schema, parentBase: string): LocatedSchema {
    return { schema, base: this.#baseOf(schema, parentBase) };
  }

  #index(located: LocatedSchema): void {
    const { schema, base } = located;
    if (schema instanceof GoMap) {
      if (!this.#resources.has(base)) this.#resources.set(base, located);
      for (const keyword of ['$anchor', '$dynamicAnchor']) {
        const anchor = schema.entries.get(keyword);
        if (typeof anchor === 'string') this.#anchors.set(`${base}#${anchor}`, located);
      }
      const id = schema.entries.get(this.idKeyword);
      if (this.draft <= 7 && typeof id === 'string' && id.startsWith('#')) {
        this.#anchors.set(`${base}${id}`, located);
      }
    }
    for (const { child } of this.children(located)) this.#index(child);
  }

  #baseOf(schema: GoValue, parent: string): string {
    if (!(schema instanceof GoMap)) return parent;
    const id = schema.entries.get(this.idKeyword);
    // Before 2019 a reference hides what stands beside it.
    const hidden = this.draft <= 7 && schema.entries.has('$ref');
    if (typeof id !== 'string' || id.startsWith('#') || hidden) return parent;
    const uri = parseUri(id, parent);
    uri.hash = '';
    return uri.href;
  }

  #follow(resource: LocatedSchema, pointer: string, reference: string): LocatedSchema {
    let value: GoValue | undefined = resource.schema;
    let { base } = resource;
    for (const token of pointer.slice(1).split('/')) {
      const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
      if (value instanceof GoMap) value = value.entries.get(key);
      else if (value instanceof GoSlice && /^(?:0|[1-9][0-9]*)$/.test(key)) value = value.items[Number(key)];
      else value = undefined;
      base = this.#baseOf(value ?? null, base);
    }
    if (value instanceof GoMap || typeof value === 'boolean') return { schema: value, base };
    throw new SchemaError(`the reference ${reference} leads nowhere`);
  }
}

function draftOf(root: Schema): Draft {
  const uri = root instanceof GoMap ? root.entries.get('$schema') : undefined;
  if (uri === undefined) return 2020;
  if (typeof uri !== 'string') throw new SchemaError('$schema is no text');
  const draft = DRAFTS.get(uri.replace(/^https?:\/\//, '').replace(/#$/, ''));
  if (draft === undefined) throw new SchemaError(`the schema's own meta-schema ${uri} is not supported`);
  return draft;
}

function parseUri(reference: string, base: string): URL {
  const uri = URL.parse(reference, base);
  if (uri === null) throw new SchemaError(`${reference} is no URI`);
  return uri;
}

function decodeFragment(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    throw new SchemaError(`#${fragment} is no URI fragment`);
  }
}
