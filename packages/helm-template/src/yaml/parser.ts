import { Scanner, type Token } from './scanner.js';
import { YamlError } from './yaml-error.js';

/** A node of one document. Tags are in their long form, `tag:yaml.org,2002:int`. */
export type YamlNode =
  | {
      readonly kind: 'scalar';
      readonly value: string;
      readonly tag: string;
      /** Plain without a tag, or tagged `!`: resolution applies. */
      readonly implicit: boolean;
    }
  | { readonly kind: 'mapping'; /** Keys and values in turn. */ readonly children: YamlNode[] }
  | { readonly kind: 'sequence'; readonly children: YamlNode[] }
  | { readonly kind: 'alias'; readonly name: string; readonly target: YamlNode };

/**
 * Deepest nesting that is read. libyaml allows 10 000; JavaScript's stack allows less, and no chart comes near.
 */
const MAX_DEPTH = 1_000;
const EMPTY: YamlNode = { kind: 'scalar', value: '', tag: '', implicit: true };

/**
 * Parses the first document of a YAML text; what follows it is not looked at.
 *
 * @returns `undefined` for a text without a document
 * @throws YamlError
 */
export function parseYaml(text: string): YamlNode | undefined {
  return new Parser(new Scanner(text, MAX_DEPTH)).document();
}

class Parser {
  readonly #scanner: Scanner;
  readonly #anchors = new Map<string, YamlNode>();
  readonly #tagPrefixes = new Map([
    ['!', '!'],
    ['!!', 'tag:yaml.org,2002:'],
  ]);
  #depth = 0;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  document(): YamlNode | undefined {
    const scanner = this.#scanner;
    while (scanner.peek().type === 'document-end') scanner.next();
    if (scanner.peek().type === 'stream-end') return undefined;
    if (this.#directives() || scanner.peek().type === 'document-start') {
      this.#expect(['document-start'], 'did not find expected <document start>');
    }
    const isEmpty = this.#at(
      'version-directive',
      'tag-directive',
      'document-start',
      'document-end',
      'stream-end',
    );
    const root = isEmpty ? EMPTY : this.#node(true, false);
    // What stands after the root node must at least be a token.
    scanner.peek();
    return root;
  }

  #directives(): boolean {
    let found = false;
    for (let token = this.#scanner.peek(); ; token = this.#scanner.peek()) {
      if (token.type === 'tag-directive') this.#tagPrefixes.set(token.handle, token.prefix);
      else if (token.type !== 'version-directive') return found;
      this.#scanner.next();
      found = true;
    }
  }

  #at(...types: readonly Token['type'][]): boolean {
    return types.includes(this.#scanner.peek().type);
  }

  #expect(types: readonly Token['type'][], problem: string): Token {
    const token = this.#scanner.peek();
    if (!types.includes(token.type)) throw new YamlError(problem, token.line);
    return this.#scanner.next();
  }

  #node(block: boolean, indentlessSequence: boolean): YamlNode {
    const scanner = this.#scanner;
    let token = scanner.peek();
    if (token.type === 'alias') {
      scanner.next();
      const target = this.#anchors.get(token.name);
      if (target === undefined) throw new YamlError(`unknown anchor '${token.name}' referenced`);
      return { kind: 'alias', name: token.name, target };
    }
    let anchor: string | undefined;
    let tag: string | undefined;
    for (; ; token = scanner.peek()) {
      if (token.type === 'anchor' && anchor === undefined) anchor = token.name;
      else if (token.type === 'tag' && tag === undefined) tag = this.#longTag(token);
      else break;
      scanner.next();
    }
    if (this.#depth >= MAX_DEPTH) throw new YamlError(`exceeded max depth of ${MAX_DEPTH}`, token.line);
    this.#depth += 1;
    const node = this.#content(token, { block, indentlessSequence, anchor, tag });
    this.#depth -= 1;
    return node;
  }

  #content(
    token: Token,
    context: {
      readonly block: boolean;
      readonly indentlessSequence: boolean;
      readonly anchor: string | undefined;
      readonly tag: string | undefined;
    },
  ): YamlNode {
    const { block, indentlessSequence, anchor, tag } = context;
    const scanner = this.#scanner;
    if (indentlessSequence && token.type === 'block-entry') {
      return this.#collection('sequence', anchor, (children) => this.#indentlessSequence(children));
    }
    if (token.type === 'scalar') {
      scanner.next();
      const implicit = (tag === undefined && token.plain) || tag === '!';
      return this.#scalar(anchor, { kind: 'scalar', value: token.value, tag: tag ?? '', implicit });
    }
    if (token.type === 'flow-sequence-start') {
      scanner.next();
      return this.#collection('sequence', anchor, (children) => this.#flowSequence(children));
    }
    if (token.type === 'flow-mapping-start') {
      scanner.next();
      return this.#collection('mapping', anchor, (children) => this.#flowMapping(children));
    }
    if (block && token.type === 'block-sequence-start') {
      scanner.next();
      return this.#collection('sequence', anchor, (children) => this.#blockSequence(children));
    }
    if (block && token.type === 'block-mapping-start') {
      scanner.next();
      return this.#collection('mapping', anchor, (children) => this.#blockMapping(children));
    }
    if (anchor !== undefined || tag !== undefined) {
      return this.#scalar(anchor, { kind: 'scalar', value: '', tag: tag ?? '', implicit: tag === undefined });
    }
    throw new YamlError('did not find expected node content', token.line);
  }

  #scalar(anchor: string | undefined, node: YamlNode): YamlNode {
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    return node;
  }

  #collection(
    kind: 'mapping' | 'sequence',
    anchor: string | undefined,
    fill: (children: YamlNode[]) => void,
  ): YamlNode {
    const children: YamlNode[] = [];
    const node: YamlNode = { kind, children };
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    fill(children);
    return node;
  }

  #longTag({ handle, suffix, line }: Extract<Token, { type: 'tag' }>): string {
    if (handle === '') return suffix;
    const prefix = this.#tagPrefixes.get(handle);
    if (prefix === undefined) throw new YamlError('found undefined tag handle', line);
    return prefix + suffix;
  }

  #blockSequence(children: YamlNode[]): void {
    for (;;) {
      const token = this.#expect(['block-entry', 'block-end'], "did not find expected '-' indicator");
      if (token.type === 'block-end') return;
      children.push(this.#at('block-entry', 'block-end') ? EMPTY : this.#node(true, false));
    }
  }

  #indentlessSequence(children: YamlNode[]): void {
    while (this.#at('block-entry')) {
      this.#scanner.next();
      children.push(this.#at('block-entry', 'key', 'value', 'block-end') ? EMPTY : this.#node(true, false));
    }
  }

  #blockMapping(children: YamlNode[]): void {
    for (;;) {
      const token = this.#expect(['key', 'block-end'], 'did not find expected key');
      if (token.type === 'block-end') return;
      children.push(this.#at('key', 'value', 'block-end') ? EMPTY : this.#node(true, true));
      let value = EMPTY;
      if (this.#at('value')) {
        this.#scanner.next();
        if (!this.#at('key', 'value', 'block-end')) value = this.#node(true, true);
      }
      children.push(value);
    }
  }

  #flowSequence(children: YamlNode[]): void {
    for (let first = true; ; first = false) {
      if (!first && !this.#at('flow-sequence-end')) {
        this.#expect(['flow-entry'], "did not find expected ',' or ']'");
      }
      if (this.#at('flow-sequence-end')) break;
      if (this.#at('key')) {
        this.#scanner.next();
        const pair: YamlNode[] = [];
        pair.push(this.#at('value', 'flow-entry', 'flow-sequence-end') ? EMPTY : this.#node(false, false));
        pair.push(this.#flowValue('flow-sequence-end'));
        children.push({ kind: 'mapping', children: pair });
      } else {
        children.push(this.#node(false, false));
      }
    }
    this.#scanner.next();
  }

  #flowMapping(children: YamlNode[]): void {
    for (let first = true; ; first = false) {
      if (!first && !this.#at('flow-mapping-end')) {
        this.#expect(['flow-entry'], "did not find expected ',' or '}'");
      }
      if (this.#at('flow-mapping-end')) break;
      if (this.#at('key')) {
        this.#scanner.next();
        children.push(this.#at('value', 'flow-entry', 'flow-mapping-end') ? EMPTY : this.#node(false, false));
        children.push(this.#flowValue('flow-mapping-end'));
      } else {
        children.push(this.#node(false, false), EMPTY);
      }
    }
    this.#scanner.next();
  }

  #flowValue(end: 'flow-sequence-end' | 'flow-mapping-end'): YamlNode {
    if (!this.#at('value')) return EMPTY;
    this.#scanner.next();
    return this.#at('flow-entry', end) ? EMPTY : this.#node(false, false);
  }
}
