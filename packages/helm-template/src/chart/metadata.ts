import { GoError } from '../go/go-error.js';
import { GoInt, GoMap, GoSlice, type GoValue } from '../go/value.js';
import { formatFloat32 } from '../yaml/construct.js';
import { readYamlTyped } from '../yaml/read.js';
import type { ChartDependency, ChartMaintainer, ChartMetadata } from './chart.js';

const EMPTY: ChartMetadata = {
  apiVersion: '',
  name: '',
  version: '',
  kubeVersion: '',
  description: '',
  type: '',
  keywords: [],
  home: '',
  sources: [],
  icon: '',
  appVersion: '',
  deprecated: false,
  condition: '',
  tags: '',
  annotations: new Map(),
  maintainers: [],
  dependencies: [],
  declaresDependencies: false,
};

/**
 * Reads `Chart.yaml`, or `requirements.yaml` over it, as sigs.k8s.io/yaml fills Helm's struct: field names in any
 * case, numbers and booleans become text where text is wanted.
 *
 * @throws GoError | YamlError where a field has a type that cannot be converted
 */
export function parseMetadata(data: Uint8Array, base: ChartMetadata = EMPTY): ChartMetadata {
  const fields = new Fields(readYamlTyped(data), 'Metadata');
  const dependencies = fields.get('dependencies');
  return {
    apiVersion: fields.text('apiVersion', base.apiVersion),
    name: sanitize(fields.text('name', base.name)),
    version: fields.text('version', base.version),
    kubeVersion: sanitize(fields.text('kubeVersion', base.kubeVersion)),
    description: sanitize(fields.text('description', base.description)),
    type: fields.text('type', base.type),
    keywords: fields.texts('keywords', base.keywords).map(sanitize),
    home: sanitize(fields.text('home', base.home)),
    sources: fields.texts('sources', base.sources).map(sanitize),
    icon: sanitize(fields.text('icon', base.icon)),
    appVersion: sanitize(fields.text('appVersion', base.appVersion)),
    deprecated: fields.flag('deprecated', base.deprecated),
    condition: sanitize(fields.text('condition', base.condition)),
    tags: sanitize(fields.text('tags', base.tags)),
    annotations: fields.textMap('annotations', base.annotations),
    maintainers: fields.items('maintainers', base.maintainers, parseMaintainer),
    dependencies: fields.items('dependencies', base.dependencies, parseDependency),
    declaresDependencies: dependencies === undefined ? base.declaresDependencies : dependencies !== null,
  };
}

function parseMaintainer(value: GoValue): ChartMaintainer {
  const fields = new Fields(value, 'Maintainer');
  return { name: fields.text('name', ''), email: fields.text('email', ''), url: fields.text('url', '') };
}

function parseDependency(value: GoValue): ChartDependency {
  const fields = new Fields(value, 'Dependency');
  return {
    name: sanitize(fields.text('name', '')),
    version: sanitize(fields.text('version', '')),
    repository: sanitize(fields.text('repository', '')),
    condition: sanitize(fields.text('condition', '')),
    tags: fields.texts('tags', []).map(sanitize),
    alias: fields.text('alias', ''),
    importValues: fields.items('import-values', [], parseImport).flatMap((entry) => entry ?? []),
  };
}

/** Entries of other types are skipped, as Helm does. */
function parseImport(value: GoValue): ChartDependency['importValues'][number] | undefined {
  if (typeof value === 'string') return value;
  if (!(value instanceof GoMap)) return undefined;
  return { child: printed(value.entries.get('child')), parent: printed(value.entries.get('parent')) };
}

/** Go's `%v` of a name; what isn't there prints `<nil>`. */
function printed(value: GoValue | undefined): string {
  if (value === undefined || value === null) return '<nil>';
  if (value instanceof GoInt) return String(value.value);
  return typeof value === 'object' ? '' : String(value);
}

/** White space becomes a space, and what cannot be printed is dropped. */
function sanitize(text: string): string {
  return text.replace(/[\s\u0085]/gu, ' ').replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '');
}

/** A YAML map as encoding/json would fill a struct from it: exact names first, then in any case. */
class Fields {
  readonly #values = new Map<string, GoValue>();
  readonly #struct: string;

  constructor(value: GoValue, struct: string) {
    this.#struct = struct;
    if (value === null) return;
    if (!(value instanceof GoMap))
      throw new GoError(`json: cannot unmarshal into Go value of type ${struct}`);
    for (const [key, item] of value.entries) {
      const folded = key.toLowerCase();
      if (!this.#values.has(folded) || !value.entries.has(folded)) this.#values.set(folded, item);
    }
  }

  get(name: string): GoValue | undefined {
    return this.#values.get(name.toLowerCase());
  }

  text(name: string, fallback: string): string {
    const value = this.get(name);
    return value === undefined || value === null ? fallback : this.#toText(name, value);
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.get(name);
    if (value === undefined || value === null) return fallback;
    if (typeof value !== 'boolean') throw this.#mismatch(name);
    return value;
  }

  texts(name: string, fallback: readonly string[]): readonly string[] {
    return this.items(name, fallback, (item) => (item === null ? '' : this.#toText(name, item)));
  }

  textMap(name: string, fallback: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
    const value = this.get(name);
    if (value === undefined || value === null) return fallback;
    if (!(value instanceof GoMap)) throw this.#mismatch(name);
    return new Map(
      [...value.entries].map(([key, item]) => [key, item === null ? '' : this.#toText(name, item)]),
    );
  }

  items<T>(name: string, fallback: readonly T[], convert: (item: GoValue) => T): readonly T[] {
    const value = this.get(name);
    if (value === undefined || value === null) return fallback;
    if (!(value instanceof GoSlice)) throw this.#mismatch(name);
    return value.items.map(convert);
  }

  #toText(name: string, value: GoValue): string {
    if (typeof value === 'string') return value;
    if (typeof value === 'boolean') return String(value);
    if (typeof value === 'number') return formatFloat32(value);
    if (value instanceof GoInt) return String(value.value);
    throw this.#mismatch(name);
  }

  #mismatch(name: string): GoError {
    return new GoError(`json: cannot unmarshal into Go struct field ${this.#struct}.${name}`);
  }
}
