import { formatFloat } from '../go/float-format.js';
import { sprintf } from '../go/format.js';
import { typeOf } from '../go/kind.js';
import { GoInt, GoMap, GoSlice, type GoValue } from '../go/value.js';
import type { YamlNode } from './parser.js';
import { resolvePlain, resolveTagged } from './resolve.js';
import { YamlConversionError, YamlError } from './yaml-error.js';

const MERGE_TAG = 'tag:yaml.org,2002:merge';
/** goyaml.v2's guard: how large a share of the work aliases may cause, falling as the document grows. */
const ALIAS_RATIO_LOW = 400_000;
const ALIAS_RATIO_HIGH = 4_000_000;

/**
 * Nodes to values. Aliases are expanded, merge keys applied where they stand, the last of duplicate keys wins, and
 * keys that are no strings become the text that sigs.k8s.io/yaml makes of them.
 *
 * @param typedNumbers - keep integers as GoInt; otherwise every number is a float64, as after JSON
 * @throws YamlError
 */
export function construct(node: YamlNode, typedNumbers: boolean): GoValue {
  return new Constructor(typedNumbers).value(node);
}

class Constructor {
  readonly #typedNumbers: boolean;
  readonly #open = new Set<YamlNode>();
  #decoded = 0;
  #viaAliases = 0;
  #aliasDepth = 0;

  constructor(typedNumbers: boolean) {
    this.#typedNumbers = typedNumbers;
  }

  value(node: YamlNode): GoValue {
    this.#count();
    switch (node.kind) {
      case 'scalar':
        return this.#scalar(node);
      case 'alias':
        return this.#throughAlias(node, (target) => this.value(target));
      case 'sequence':
        return new GoSlice(node.children.map((child) => this.value(child)));
      default: {
        const map = new GoMap();
        this.#fill(map, node.children);
        return map;
      }
    }
  }

  #scalar(node: Extract<YamlNode, { kind: 'scalar' }>): GoValue {
    if (node.tag === '' && !node.implicit) return node.value;
    const { value } = node.tag === '' ? resolvePlain(node.value) : resolveTagged(node.tag, node.value);
    if (value instanceof GoInt && !this.#typedNumbers) return Number(value.value);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new YamlConversionError(`json: unsupported value: ${formatInfinity(value)}`);
    }
    return value;
  }

  #fill(map: GoMap, children: readonly YamlNode[]): void {
    for (let index = 0; index + 1 < children.length; index += 2) {
      const key = children[index];
      const value = children[index + 1];
      if (key === undefined || value === undefined) return;
      if (isMergeKey(key)) this.#merge(map, value);
      else map.entries.set(this.#key(key, value), this.value(value));
    }
  }

  #merge(map: GoMap, node: YamlNode): void {
    if (node.kind === 'sequence') {
      // Earlier ones take precedence.
      for (const child of node.children.toReversed()) this.#mergeOne(map, child);
    } else {
      this.#mergeOne(map, node);
    }
  }

  #mergeOne(map: GoMap, node: YamlNode): void {
    if (node.kind === 'alias') {
      this.#count();
      this.#throughAlias(node, (target) => this.#mergeMapping(map, target));
    } else {
      this.#mergeMapping(map, node);
    }
  }

  #mergeMapping(map: GoMap, node: YamlNode): void {
    if (node.kind !== 'mapping')
      throw new YamlError('map merge requires map or sequence of maps as the value');
    this.#count();
    this.#fill(map, node.children);
  }

  #throughAlias<T>(node: Extract<YamlNode, { kind: 'alias' }>, use: (target: YamlNode) => T): T {
    if (this.#open.has(node)) throw new YamlError(`anchor '${node.name}' value contains itself`);
    this.#open.add(node);
    this.#aliasDepth += 1;
    const result = use(node.target);
    this.#aliasDepth -= 1;
    this.#open.delete(node);
    return result;
  }

  #count(): void {
    this.#decoded += 1;
    if (this.#aliasDepth > 0) this.#viaAliases += 1;
    const suspicious = this.#viaAliases > 100 && this.#decoded > 1_000;
    if (suspicious && this.#viaAliases / this.#decoded > allowedAliasRatio(this.#decoded)) {
      throw new YamlError('document contains excessive aliasing');
    }
  }

  /** @param item - the value under the key, for the error's text */
  #key(node: YamlNode, item: YamlNode): string {
    const target = node.kind === 'alias' ? node.target : node;
    if (target.kind !== 'scalar') {
      throw new YamlError(`invalid map key: ${sprintf('%#v', [this.value(target)])}`);
    }
    this.#count();
    if (target.tag === '' && !target.implicit) return target.value;
    const { value } =
      target.tag === '' ? resolvePlain(target.value) : resolveTagged(target.tag, target.value);
    if (typeof value === 'string') return value;
    if (typeof value === 'boolean') return String(value);
    if (value instanceof GoInt && value.kind === 'int') return String(value.value);
    if (typeof value === 'number') return formatFloat32(value);
    const type = value === null ? '%!s(<nil>)' : typeOf(value);
    const shown = sprintf('key: %+#v, value: %+#v', [value, this.value(item)]);
    throw new YamlConversionError(`unsupported map key of type: ${type}, ${shown}`);
  }
}

function isMergeKey(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === '<<' && (node.implicit || node.tag === MERGE_TAG);
}

function allowedAliasRatio(decoded: number): number {
  if (decoded <= ALIAS_RATIO_LOW) return 0.99;
  if (decoded >= ALIAS_RATIO_HIGH) return 0.1;
  return 0.99 - (0.89 * (decoded - ALIAS_RATIO_LOW)) / (ALIAS_RATIO_HIGH - ALIAS_RATIO_LOW);
}

function formatInfinity(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/**
 * A float where sigs.k8s.io/yaml needs text (map keys, string fields of Chart.yaml): it formats a float32, so
 * `1.10` gives `1.1`.
 */
export function formatFloat32(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(Math.fround(value))) return value > 0 ? '.inf' : '-.inf';
  return formatFloat(value, 'g', -1, 32);
}
