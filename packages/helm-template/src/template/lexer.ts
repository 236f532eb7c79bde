import { fromRune } from '../go/byte-string.js';
import { isPrintRune, quote } from '../go/quote.js';
import { keywords, type Token, type TokenType } from './token.js';

const leftDelim = '{{';
const rightDelim = '}}';
const word = /[\p{L}\p{Nd}_]+/uy;
const spaces = /[ \t\r\n]+/y;
const number =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;

/**
 * Splits a template into tokens, as the lexer of text/template/parse does. A problem becomes a token of type
 * `error`, the last one; otherwise the last is `eof`.
 */
export function tokenize(text: string): Token[] {
  return new Lexer(text).run();
}

class Lexer {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  #position = 0;
  #line = 1;
  #failed = false;
  #parens = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): Token[] {
    while (!this.#failed && this.#position < this.#text.length) this.#lexText();
    if (!this.#failed) this.#push('eof', this.#position, '');
    return this.#tokens;
  }

  #push(type: TokenType, start: number, value: string): void {
    this.#tokens.push({ type, value, position: start, line: this.#line });
    this.#countLines(value);
  }

  #emit(type: TokenType, end: number): void {
    this.#push(type, this.#position, this.#text.slice(this.#position, end));
    this.#position = end;
  }

  /** Moves on without a token. */
  #skip(end: number): void {
    this.#countLines(this.#text.slice(this.#position, end));
    this.#position = end;
  }

  #countLines(passed: string): void {
    for (let at = passed.indexOf('\n'); at >= 0; at = passed.indexOf('\n', at + 1)) this.#line += 1;
  }

  #fail(problem: string): void {
    this.#tokens.push({ type: 'error', value: problem, position: this.#position, line: this.#line });
    this.#failed = true;
  }

  #lexText(): void {
    const text = this.#text;
    const found = text.indexOf(leftDelim, this.#position);
    const end = found < 0 ? text.length : found;
    if (end > this.#position) {
      const kept = found >= 0 && hasLeftTrim(text, end + 2) ? trimRight(text, this.#position, end) : end;
      if (kept > this.#position) this.#emit('text', kept);
      this.#skip(end);
    }
    if (found >= 0) this.#lexLeftDelim();
  }

  #lexLeftDelim(): void {
    const afterDelim = this.#position + leftDelim.length;
    const afterMarker = afterDelim + (hasLeftTrim(this.#text, afterDelim) ? 2 : 0);
    if (this.#text.startsWith('/*', afterMarker)) {
      this.#skip(afterMarker);
      this.#lexComment();
      return;
    }
    this.#emit('leftDelim', afterDelim);
    this.#skip(afterMarker);
    this.#parens = 0;
    while (!this.#failed && !this.#lexInsideAction());
  }

  #lexComment(): void {
    const close = this.#text.indexOf('*/', this.#position + 2);
    if (close < 0) {
      this.#fail('unclosed comment');
      return;
    }
    const end = close + 2;
    const trims = hasRightTrim(this.#text, end);
    const delim = trims ? end + 2 : end;
    if (!this.#text.startsWith(rightDelim, delim)) {
      this.#fail('comment ends before closing delimiter');
      return;
    }
    this.#skip(delim + 2);
    if (trims) this.#skip(trimLeft(this.#text, this.#position));
  }

  /** One token of an action; true at its end. */
  #lexInsideAction(): boolean {
    const text = this.#text;
    const at = this.#position;
    if (text.startsWith(rightDelim, at) || hasRightTrim(text, at)) {
      if (this.#parens > 0) {
        this.#fail('unclosed left paren');
        return false;
      }
      const trims = hasRightTrim(text, at);
      if (trims) this.#skip(at + 2);
      this.#emit('rightDelim', this.#position + 2);
      if (trims) this.#skip(trimLeft(text, this.#position));
      return true;
    }
    this.#lexToken(text[at], at);
    return false;
  }

  #lexToken(character: string | undefined, at: number): void {
    switch (character) {
      case undefined:
        return this.#fail('unclosed action');
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        return this.#lexSpaces();
      case '=':
        return this.#emit('assign', at + 1);
      case ':':
        return this.#text[at + 1] === '=' ? this.#emit('declare', at + 2) : this.#fail('expected :=');
      case '|':
        return this.#emit('pipe', at + 1);
      case '"':
        return this.#lexQuoted('"', 'string', 'unterminated quoted string');
      case "'":
        return this.#lexQuoted("'", 'char', 'unterminated character constant');
      case '`':
        return this.#lexRawString();
      case '$':
        return this.#lexFieldOrVariable('variable');
      case '(':
        this.#parens += 1;
        return this.#emit('leftParen', at + 1);
      case ')':
        this.#parens -= 1;
        return this.#parens < 0 ? this.#fail('unexpected right paren') : this.#emit('rightParen', at + 1);
      case '.':
        return isDigit(this.#text[at + 1]) ? this.#lexNumber() : this.#lexFieldOrVariable('field');
      default:
        return this.#lexOther(character, at);
    }
  }

  #lexOther(character: string, at: number): void {
    if (character === '+' || character === '-' || isDigit(character)) return this.#lexNumber();
    if (this.#wordEnd(at) > at) return this.#lexIdentifier();
    const code = this.#text.codePointAt(at) ?? 0;
    if (code < 0x80 && isPrintRune(code)) return this.#emit('punctuation', at + 1);
    return this.#fail(`unrecognized character in action: ${describeRune(code)}`);
  }

  /** A run of spaces, but the last one belongs to ` -}}`. */
  #lexSpaces(): void {
    spaces.lastIndex = this.#position;
    spaces.test(this.#text);
    let end = spaces.lastIndex;
    if (hasRightTrim(this.#text, end - 1)) end -= 1;
    this.#emit('space', end);
  }

  #lexQuoted(mark: string, type: TokenType, problem: string): void {
    const text = this.#text;
    for (let index = this.#position + 1; index < text.length; index++) {
      const character = text[index];
      if (character === '\n') break;
      if (character === mark) return this.#emit(type, index + 1);
      if (character === '\\') {
        if (text[index + 1] === '\n') break;
        index += 1;
      }
    }
    return this.#fail(problem);
  }

  #lexRawString(): void {
    const close = this.#text.indexOf('`', this.#position + 1);
    if (close < 0) this.#fail('unterminated raw quoted string');
    else this.#emit('rawString', close + 1);
  }

  #lexFieldOrVariable(type: 'field' | 'variable'): void {
    const start = this.#position + 1;
    const end = this.#wordEnd(start);
    if (end === start && this.#atTerminator(start)) {
      this.#emit(type === 'variable' ? 'variable' : 'dot', start);
      return;
    }
    if (this.#atTerminator(end)) this.#emit(type, end);
    else this.#failCharacter(end);
  }

  #lexIdentifier(): void {
    const end = this.#wordEnd(this.#position);
    if (!this.#atTerminator(end)) return this.#failCharacter(end);
    const value = this.#text.slice(this.#position, end);
    return this.#emit(keywords.get(value) ?? 'identifier', end);
  }

  #failCharacter(at: number): void {
    this.#fail(`bad character ${describeRune(this.#text.codePointAt(at) ?? 0)}`);
  }

  #lexNumber(): void {
    const end = this.#numberEnd(this.#position);
    if (this.#wordEnd(end) > end) return this.#failNumber(end + 1);
    const next = this.#text[end];
    if (next !== '+' && next !== '-') return this.#emit('number', end);
    const imaginary = this.#numberEnd(end);
    if (this.#wordEnd(imaginary) > imaginary || this.#text[imaginary - 1] !== 'i')
      return this.#failNumber(imaginary);
    return this.#emit('complex', imaginary);
  }

  #failNumber(end: number): void {
    this.#fail(`bad number syntax: ${quote(this.#text.slice(this.#position, end))}`);
  }

  #numberEnd(start: number): number {
    number.lastIndex = start;
    return number.test(this.#text) ? number.lastIndex : start;
  }

  #wordEnd(start: number): number {
    word.lastIndex = start;
    return word.test(this.#text) ? word.lastIndex : start;
  }

  /** Whether what comes next can follow a word. */
  #atTerminator(at: number): boolean {
    const next = this.#text[at];
    return next === undefined || ' \t\r\n.,|:)('.includes(next) || this.#text.startsWith(rightDelim, at);
  }
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\r' || character === '\n';
}

/** `- ` after `{{`. */
function hasLeftTrim(text: string, at: number): boolean {
  return text[at] === '-' && isSpace(text[at + 1]);
}

/** ` -}}`. */
function hasRightTrim(text: string, at: number): boolean {
  return text[at + 1] === '-' && isSpace(text[at]) && text.startsWith(rightDelim, at + 2);
}

function trimRight(text: string, start: number, end: number): number {
  let kept = end;
  while (kept > start && isSpace(text[kept - 1])) kept -= 1;
  return kept;
}

function trimLeft(text: string, start: number): number {
  let at = start;
  while (isSpace(text[at])) at += 1;
  return at;
}

function describeRune(code: number): string {
  const escaped = code >= 0xdc80 && code <= 0xdcff ? 0xfffd : code;
  const shown = isPrintRune(escaped) ? ` '${fromRune(escaped)}'` : '';
  return `U+${escaped.toString(16).toUpperCase().padStart(4, '0')}${shown}`;
}
