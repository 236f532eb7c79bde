import { quote } from '../go/quote.js';
import type { Token, TokenType } from './token.js';
import { TemplateParseError } from './template-error.js';

/** Types whose text is shown in angle brackets in a message: words of the language. */
const keywordTypes: ReadonlySet<TokenType> = new Set<TokenType>([
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'range',
  'template',
  'with',
  'dot',
  'nil',
]);

/** The tokens of one file with a place in them, and the parser's way to complain. */
export class TokenStream {
  readonly parseName: string;
  readonly #tokens: readonly Token[];
  #index = 0;
  #last: Token;
  /** Line of the action that is being parsed; 0 outside of one. */
  actionLine = 0;

  constructor(parseName: string, tokens: readonly Token[]) {
    this.parseName = parseName;
    this.#tokens = tokens;
    this.#last = this.#at(0);
  }

  #at(index: number): Token {
    const token = this.#tokens[Math.min(index, this.#tokens.length - 1)];
    return token ?? { type: 'eof', value: '', position: 0, line: 1 };
  }

  /** Takes the next token; the last one (`eof` or `error`) again and again. */
  next(): Token {
    this.#last = this.#at(this.#index);
    this.#index += 1;
    return this.#last;
  }

  /** Puts the last taken token back. */
  backup(): void {
    this.#index -= 1;
  }

  peek(): Token {
    this.#last = this.#at(this.#index);
    return this.#last;
  }

  nextNonSpace(): Token {
    while (this.#at(this.#index).type === 'space') this.#index += 1;
    return this.next();
  }

  peekNonSpace(): Token {
    while (this.#at(this.#index).type === 'space') this.#index += 1;
    return this.peek();
  }

  /** The place in the tokens, for {@link TokenStream.reset}. */
  mark(): number {
    return this.#index;
  }

  reset(mark: number): void {
    this.#index = mark;
  }

  expect(type: TokenType, context: string): Token {
    const token = this.nextNonSpace();
    if (token.type !== type) this.unexpected(token, context);
    return token;
  }

  fail(problem: string): never {
    throw new TemplateParseError(this.parseName, this.#last.line, problem);
  }

  unexpected(token: Token, context: string): never {
    if (token.type !== 'error') return this.fail(`unexpected ${describe(token)} in ${context}`);
    if (this.actionLine === 0 || this.actionLine === token.line) return this.fail(token.value);
    const started = `started at ${this.parseName}:${this.actionLine}`;
    return this.fail(`${token.value}${token.value.endsWith(' action') ? ' ' : ' in action '}${started}`);
  }
}

function describe(token: Token): string {
  if (token.type === 'eof') return 'EOF';
  if (keywordTypes.has(token.type)) return `<${token.value}>`;
  return token.value.length > 10 ? `${quote(token.value.slice(0, 10))}...` : quote(token.value);
}
