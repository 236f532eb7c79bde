import { GoError } from '../go/go-error.js';
import { quote } from '../go/quote.js';
import { tokenize } from './lexer.js';
import { parseNumber, unquote } from './literal.js';
import {
  isEmptyTree,
  nodeText,
  type BranchNode,
  type CommandNode,
  type ListNode,
  type OperandNode,
  type PipeNode,
  type StatementNode,
  type TemplateTree,
  type VariableNode,
} from './node.js';
import { TokenStream } from './token-stream.js';
import type { Token, TokenType } from './token.js';
import { VariableScope } from './variable-scope.js';

/** Deeper nesting of actions and parentheses is refused, long before the stack would run out. */
const maxNesting = 800;

/** What ended a list of statements. */
type ListEnd = 'end' | 'else';

/** The variables and loops around the place that is being parsed: one per template body. */
interface Scope {
  readonly variables: VariableScope;
  rangeDepth: number;
}

const operandStarts: ReadonlySet<TokenType> = new Set<TokenType>([
  'bool',
  'char',
  'complex',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'rawString',
  'string',
  'variable',
  'leftParen',
]);

const literalTypes: ReadonlySet<string> = new Set(['bool', 'dot', 'nil', 'number', 'string']);

/**
 * Parses one file: its own body and every `define` and `block` in it, by name.
 *
 * @param hasFunction - whether a function of this name exists; others are a parse error.
 * @throws TemplateParseError with Go's text and the line. Nothing else is thrown, whatever the text is.
 */
export function parseTemplate(
  name: string,
  text: string,
  hasFunction: (name: string) => boolean,
): ReadonlyMap<string, TemplateTree> {
  return new Parser(name, text, hasFunction).run();
}

class Parser {
  readonly #name: string;
  readonly #text: string;
  readonly #hasFunction: (name: string) => boolean;
  readonly #stream: TokenStream;
  readonly #trees = new Map<string, TemplateTree>();
  #scope: Scope = { variables: new VariableScope(), rangeDepth: 0 };
  #nesting = 0;

  constructor(name: string, text: string, hasFunction: (name: string) => boolean) {
    this.#name = name;
    this.#text = text;
    this.#hasFunction = hasFunction;
    const tokens = tokenize(text).map((token) => this.#asFunctionName(token));
    this.#stream = new TokenStream(name, tokens);
  }

  /** `break` and `continue` are words of the language only where no function has that name. */
  #asFunctionName(token: Token): Token {
    if (token.type !== 'break' && token.type !== 'continue') return token;
    return this.#hasFunction(token.type) ? { ...token, type: 'identifier' } : token;
  }

  run(): ReadonlyMap<string, TemplateTree> {
    const nodes: StatementNode[] = [];
    while (this.#stream.peek().type !== 'eof') {
      if (this.#atDefine()) {
        this.#definition();
        continue;
      }
      const node = this.#textOrAction();
      if (typeof node === 'string') return this.#stream.fail(`unexpected {{${node}}}`);
      nodes.push(node);
    }
    this.#add({ name: this.#name, list: { type: 'list', position: 0, nodes } });
    return this.#trees;
  }

  #add({ name, list }: { readonly name: string; readonly list: ListNode }): void {
    const known = this.#trees.get(name);
    if (known === undefined || isEmptyTree(known.root)) {
      this.#trees.set(name, { name, parseName: this.#name, text: this.#text, root: list });
    } else if (!isEmptyTree(list)) {
      this.#stream.fail(`template: multiple definition of template ${quote(name)}`);
    }
  }

  #atDefine(): boolean {
    if (this.#stream.peek().type !== 'leftDelim') return false;
    const mark = this.#stream.mark();
    this.#stream.next();
    if (this.#stream.nextNonSpace().type === 'define') return true;
    this.#stream.reset(mark);
    return false;
  }

  #definition(): void {
    const context = 'define clause';
    const name = this.#templateName(this.#stream.nextNonSpace(), context);
    this.#stream.expect('rightDelim', context);
    const [list, end] = this.#body();
    if (end !== 'end') this.#stream.fail(`unexpected {{${end}}} in ${context}`);
    this.#add({ name, list });
  }

  /** A list with variables of its own. */
  #body(): readonly [ListNode, ListEnd] {
    const outer = this.#scope;
    this.#scope = { variables: new VariableScope(), rangeDepth: 0 };
    const body = this.#itemList();
    this.#scope = outer;
    return body;
  }

  #nested<T>(parse: () => T): T {
    this.#nesting += 1;
    if (this.#nesting > maxNesting) this.#stream.fail(`nested more than ${maxNesting} levels deep`);
    const result = parse();
    this.#nesting -= 1;
    return result;
  }

  #itemList(): readonly [ListNode, ListEnd] {
    const position = this.#stream.peekNonSpace().position;
    const nodes: StatementNode[] = [];
    while (this.#stream.peekNonSpace().type !== 'eof') {
      const node = this.#textOrAction();
      if (typeof node === 'string') return [{ type: 'list', position, nodes }, node];
      nodes.push(node);
    }
    return this.#stream.fail('unexpected EOF');
  }

  #textOrAction(): StatementNode | ListEnd {
    const token = this.#stream.nextNonSpace();
    if (token.type === 'text') return { type: 'text', position: token.position, text: token.value };
    if (token.type !== 'leftDelim') return this.#stream.unexpected(token, 'input');
    this.#stream.actionLine = token.line;
    const node = this.#nested(() => this.#action());
    this.#stream.actionLine = 0;
    return node;
  }

  #action(): StatementNode | ListEnd {
    const token = this.#stream.nextNonSpace();
    switch (token.type) {
      case 'block':
        return this.#block();
      case 'break':
      case 'continue':
        return this.#jump(token.type, token.position);
      case 'else':
        return this.#else();
      case 'end':
        this.#stream.expect('rightDelim', 'end');
        return 'end';
      case 'if':
      case 'range':
      case 'with':
        return this.#branch(token.type);
      case 'template':
        return this.#template();
      default: {
        this.#stream.backup();
        const { position } = this.#stream.peek();
        return { type: 'action', position, pipe: this.#pipeline('command', 'rightDelim') };
      }
    }
  }

  #jump(type: 'break' | 'continue', position: number): StatementNode {
    const token = this.#stream.nextNonSpace();
    if (token.type !== 'rightDelim') this.#stream.unexpected(token, `{{${type}}}`);
    if (this.#scope.rangeDepth === 0) this.#stream.fail(`{{${type}}} outside {{range}}`);
    return { type, position };
  }

  /** `else` is done; `else if` and `else with` leave their second word for the branch to find. */
  #else(): ListEnd {
    const { type } = this.#stream.peekNonSpace();
    if (type !== 'if' && type !== 'with') this.#stream.expect('rightDelim', 'else');
    return 'else';
  }

  #branch(type: BranchNode['type']): BranchNode {
    return this.#scope.variables.nested(() => {
      const pipe = this.#pipeline(type, 'rightDelim');
      if (type === 'range') this.#scope.rangeDepth += 1;
      const [list, end] = this.#itemList();
      if (type === 'range') this.#scope.rangeDepth -= 1;
      const elseList = end === 'else' ? this.#elseList(type) : undefined;
      return { type, position: pipe.position, pipe, list, elseList };
    });
  }

  #elseList(type: BranchNode['type']): ListNode {
    const token = this.#stream.peek();
    if (type !== 'range' && token.type === type) {
      // "{{else if}}" is "{{else}}{{if}}" with one {{end}} for both.
      this.#stream.next();
      const node = this.#nested(() => this.#branch(type));
      return { type: 'list', position: token.position, nodes: [node] };
    }
    const [list, end] = this.#itemList();
    if (end !== 'end') this.#stream.fail(`expected end; found {{${end}}}`);
    return list;
  }

  #block(): StatementNode {
    const context = 'block clause';
    const token = this.#stream.nextNonSpace();
    const name = this.#templateName(token, context);
    const pipe = this.#pipeline(context, 'rightDelim');
    const [list, end] = this.#body();
    if (end !== 'end') this.#stream.fail(`unexpected {{${end}}} in ${context}`);
    this.#add({ name, list });
    return { type: 'template', position: token.position, name, pipe };
  }

  #template(): StatementNode {
    const context = 'template clause';
    const token = this.#stream.nextNonSpace();
    const name = this.#templateName(token, context);
    let pipe: PipeNode | undefined;
    if (this.#stream.nextNonSpace().type !== 'rightDelim') {
      this.#stream.backup();
      pipe = this.#pipeline(context, 'rightDelim');
    }
    return { type: 'template', position: token.position, name, pipe };
  }

  #templateName(token: Token, context: string): string {
    if (token.type !== 'string' && token.type !== 'rawString') return this.#stream.unexpected(token, context);
    return this.#attempt(() => unquote(token.value));
  }

  /** Runs what may throw a GoError about a literal. */
  #attempt<T>(parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      if (error instanceof GoError) return this.#stream.fail(error.message);
      throw error;
    }
  }

  #pipeline(context: string, end: TokenType): PipeNode {
    const { position } = this.#stream.peekNonSpace();
    const { declarations, isAssignment } = this.#declarations(context);
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.#stream.nextNonSpace();
      if (token.type === end) break;
      if (!operandStarts.has(token.type)) this.#stream.unexpected(token, context);
      this.#stream.backup();
      commands.push(this.#command());
    }
    if (commands.length === 0) this.#stream.fail(`missing value for ${context}`);
    const stage = commands.findIndex(
      (command, index) => index > 0 && literalTypes.has(command.args[0]?.type ?? ''),
    );
    if (stage > 0) this.#stream.fail(`non executable command in pipeline stage ${stage + 1}`);
    return { type: 'pipe', position, declarations, isAssignment, commands };
  }

  #declarations(context: string): { readonly declarations: VariableNode[]; readonly isAssignment: boolean } {
    const declarations: VariableNode[] = [];
    for (;;) {
      const token = this.#stream.peekNonSpace();
      if (token.type !== 'variable') return { declarations, isAssignment: false };
      const mark = this.#stream.mark();
      this.#stream.next();
      const next = this.#stream.peekNonSpace();
      const isComma = next.type === 'punctuation' && next.value === ',';
      if (next.type !== 'assign' && next.type !== 'declare' && !isComma) {
        this.#stream.reset(mark);
        return { declarations, isAssignment: false };
      }
      this.#stream.nextNonSpace();
      declarations.push({ type: 'variable', position: token.position, names: [token.value] });
      this.#scope.variables.declare(token.value);
      if (!isComma) return { declarations, isAssignment: next.type === 'assign' };
      if (context !== 'range' || declarations.length > 1)
        this.#stream.fail(`too many declarations in ${context}`);
      const following = this.#stream.peekNonSpace().type;
      if (following !== 'variable' && following !== 'rightDelim' && following !== 'rightParen') {
        this.#stream.fail('range can only initialize variables');
      }
    }
  }

  #command(): CommandNode {
    const { position } = this.#stream.peekNonSpace();
    const args: OperandNode[] = [];
    for (;;) {
      this.#stream.peekNonSpace();
      const operand = this.#operand();
      if (operand !== undefined) args.push(operand);
      const token = this.#stream.next();
      if (token.type === 'space') continue;
      if (token.type === 'rightDelim' || token.type === 'rightParen') this.#stream.backup();
      else if (token.type !== 'pipe') this.#stream.unexpected(token, 'operand');
      break;
    }
    if (args.length === 0) this.#stream.fail('empty command');
    return { type: 'command', position, args };
  }

  #operand(): OperandNode | undefined {
    const node = this.#term();
    if (node === undefined) return undefined;
    const first = this.#stream.peek();
    if (first.type !== 'field') return node;
    const names: string[] = [];
    while (this.#stream.peek().type === 'field') names.push(this.#stream.next().value.slice(1));
    if (node.type === 'field' || node.type === 'variable') {
      return { type: node.type, position: first.position, names: [...node.names, ...names] };
    }
    if (literalTypes.has(node.type)) this.#stream.fail(`unexpected . after term ${quote(nodeText(node))}`);
    return { type: 'chain', position: first.position, node, names };
  }

  #term(): OperandNode | undefined {
    const token = this.#stream.nextNonSpace();
    const { position, value } = token;
    switch (token.type) {
      case 'error':
        return this.#stream.unexpected(token, 'operand');
      case 'identifier':
        if (!this.#hasFunction(value)) this.#stream.fail(`function ${quote(value)} not defined`);
        return { type: 'identifier', position, name: value };
      case 'dot':
      case 'nil':
        return { type: token.type, position };
      case 'variable':
        if (this.#scope.variables.find(value) === undefined)
          this.#stream.fail(`undefined variable ${quote(value)}`);
        return { type: 'variable', position, names: [value] };
      case 'field':
        return { type: 'field', position, names: [value.slice(1)] };
      case 'bool':
        return { type: 'bool', position, value: value === 'true' };
      case 'char':
      case 'complex':
      case 'number':
        return this.#attempt(() => parseNumber(value, position, token.type === 'char'));
      case 'leftParen':
        return this.#nested(() => this.#pipeline('parenthesized pipeline', 'rightParen'));
      case 'string':
      case 'rawString':
        return { type: 'string', position, quoted: value, text: this.#attempt(() => unquote(value)) };
      default:
        this.#stream.backup();
        return undefined;
    }
  }
}
