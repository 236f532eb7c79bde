import { Cursor, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, SPACE, TAB } from './cursor.js';
import { scanDirective, scanTag, scanWord, type TagToken } from './scan-property.js';
import { scanBlock, scanPlain, scanQuoted } from './scan-scalar.js';
import { scannerError, YamlError } from './yaml-error.js';

export type Token =
  | {
      readonly type:
        | 'stream-end'
        | 'document-start'
        | 'document-end'
        | 'block-sequence-start'
        | 'block-mapping-start'
        | 'block-end'
        | 'flow-sequence-start'
        | 'flow-sequence-end'
        | 'flow-mapping-start'
        | 'flow-mapping-end'
        | 'block-entry'
        | 'flow-entry'
        | 'key'
        | 'value'
        | 'version-directive';
      readonly line: number;
    }
  | {
      readonly type: 'tag-directive';
      readonly line: number;
      readonly handle: string;
      readonly prefix: string;
    }
  | { readonly type: 'anchor' | 'alias'; readonly line: number; readonly name: string }
  | TagToken
  | { readonly type: 'scalar'; readonly line: number; readonly value: string; readonly plain: boolean };

/** A place where a `key:` may have begun; one for each open flow collection and one for the block context. */
interface SimpleKey {
  readonly token: number;
  readonly required: boolean;
  readonly index: number;
  readonly line: number;
  readonly column: number;
}

const SPACES: ReadonlySet<number> = new Set([SPACE]);
const BLANKS: ReadonlySet<number> = new Set([SPACE, TAB]);
/** libyaml's bound on a key on one line, in characters. */
const MAX_SIMPLE_KEY_LENGTH = 1_024;

/**
 * YAML 1.1 text to tokens, with libyaml's rules for simple keys and indentation: what it refuses is refused here,
 * and what it lets through passes.
 */
export class Scanner {
  readonly #cursor: Cursor;
  readonly #maxDepth: number;
  #tokens: Token[] = [];
  #head = 0;
  #taken = 0;
  #indent = -1;
  readonly #indents: number[] = [];
  readonly #simpleKeys: (SimpleKey | undefined)[] = [undefined];
  readonly #simpleKeyTokens = new Map<number, SimpleKey>();
  #simpleKeyAllowed = true;
  #ended = false;

  /** @param maxDepth - open blocks or flow collections beyond this are an error */
  constructor(text: string, maxDepth: number) {
    this.#cursor = new Cursor(text);
    this.#maxDepth = maxDepth;
  }

  /** The next token, left where it is. At the end `stream-end` stays. */
  peek(): Token {
    while (this.#needsMore()) this.#fetch();
    const token = this.#tokens[this.#head];
    if (token === undefined) throw new YamlError('unexpected end of stream');
    return token;
  }

  /** Takes the token that `peek` showed. */
  next(): Token {
    const token = this.peek();
    if (token.type === 'stream-end') return token;
    this.#head += 1;
    this.#taken += 1;
    if (this.#head > 1_024) {
      this.#tokens = this.#tokens.slice(this.#head);
      this.#head = 0;
    }
    return token;
  }

  #needsMore(): boolean {
    if (this.#ended) return false;
    if (this.#head === this.#tokens.length) return true;
    // A key token may yet have to go in front of the head.
    const key = this.#simpleKeyTokens.get(this.#taken);
    return key !== undefined && this.#isValid(key);
  }

  #fetch(): void {
    const cursor = this.#cursor;
    this.#skipToToken();
    this.#unrollIndent(cursor.column);
    const code = cursor.peek();
    if (Number.isNaN(code)) return this.#fetchStreamEnd();
    if (cursor.column === 0 && code === 0x25) return this.#fetchDirective();
    if (cursor.isDocumentIndicator()) return this.#fetchDocumentIndicator(code);
    const inFlow = this.#simpleKeys.length > 1;
    const blankNext = isBlankOrEnd(cursor.peek(1));
    switch (code) {
      case 0x5b:
        return this.#fetchFlowStart('flow-sequence-start');
      case 0x7b:
        return this.#fetchFlowStart('flow-mapping-start');
      case 0x5d:
        return this.#fetchFlowEnd('flow-sequence-end');
      case 0x7d:
        return this.#fetchFlowEnd('flow-mapping-end');
      case 0x2c:
        this.#removeSimpleKey();
        this.#simpleKeyAllowed = true;
        return this.#pushIndicator('flow-entry');
      case 0x2a:
      case 0x26:
        return this.#fetchAnchor(code === 0x2a ? 'alias' : 'anchor');
      case 0x21:
        this.#saveSimpleKey();
        this.#simpleKeyAllowed = false;
        this.#tokens.push(scanTag(cursor, inFlow));
        return;
      case 0x27:
      case 0x22:
        return this.#fetchQuoted();
      default:
    }
    if (code === 0x2d && blankNext) return this.#fetchBlockEntry(inFlow);
    if (code === 0x3f && (inFlow || blankNext)) return this.#fetchKey(inFlow);
    if (code === 0x3a && (inFlow || blankNext)) return this.#fetchValue(inFlow);
    if ((code === 0x7c || code === 0x3e) && !inFlow) return this.#fetchBlockScalar();
    // `|` `>` `%` `@` backquote
    if (code === 0x7c || code === 0x3e || code === 0x25 || code === 0x40 || code === 0x60 || isBlank(code)) {
      throw scannerError('found character that cannot start any token', cursor.line);
    }
    this.#fetchPlain(inFlow);
  }

  #skipToToken(): void {
    const cursor = this.#cursor;
    for (;;) {
      if (cursor.column === 0 && cursor.peek() === 0xfeff) cursor.skip(1);
      const allowed = this.#simpleKeys.length > 1 || !this.#simpleKeyAllowed ? BLANKS : SPACES;
      while (allowed.has(cursor.peek())) cursor.skip(1);
      if (cursor.peek() === 0x23) while (!isBreakOrEnd(cursor.peek())) cursor.skip(1);
      if (!isBreak(cursor.peek())) return;
      cursor.readBreak();
      if (this.#simpleKeys.length === 1) this.#simpleKeyAllowed = true;
    }
  }

  #pushIndicator(type: 'flow-entry' | 'block-entry' | 'key' | 'value'): void {
    this.#tokens.push({ type, line: this.#cursor.line });
    this.#cursor.skip(1);
  }

  #fetchStreamEnd(): void {
    if (this.#cursor.column !== 0) this.#cursor.endLastLine();
    this.#unrollIndent(-1);
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = false;
    this.#tokens.push({ type: 'stream-end', line: this.#cursor.line });
    this.#ended = true;
  }

  #fetchDirective(): void {
    this.#unrollIndent(-1);
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = false;
    this.#tokens.push(scanDirective(this.#cursor));
  }

  #fetchDocumentIndicator(code: number): void {
    this.#unrollIndent(-1);
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = false;
    this.#tokens.push({ type: code === 0x2d ? 'document-start' : 'document-end', line: this.#cursor.line });
    this.#cursor.skip(3);
  }

  #fetchFlowStart(type: 'flow-sequence-start' | 'flow-mapping-start'): void {
    this.#saveSimpleKey();
    this.#simpleKeys.push(undefined);
    this.#checkDepth(this.#simpleKeys.length);
    this.#simpleKeyAllowed = true;
    this.#tokens.push({ type, line: this.#cursor.line });
    this.#cursor.skip(1);
  }

  #fetchFlowEnd(type: 'flow-sequence-end' | 'flow-mapping-end'): void {
    this.#removeSimpleKey();
    if (this.#simpleKeys.length > 1) this.#simpleKeys.pop();
    this.#simpleKeyAllowed = false;
    this.#tokens.push({ type, line: this.#cursor.line });
    this.#cursor.skip(1);
  }

  #fetchAnchor(type: 'anchor' | 'alias'): void {
    this.#saveSimpleKey();
    this.#simpleKeyAllowed = false;
    const { line } = this.#cursor;
    this.#tokens.push({ type, line, name: scanWord(this.#cursor) });
  }

  #fetchQuoted(): void {
    this.#saveSimpleKey();
    this.#simpleKeyAllowed = false;
    const { line } = this.#cursor;
    this.#tokens.push({ type: 'scalar', line, value: scanQuoted(this.#cursor), plain: false });
  }

  #fetchBlockScalar(): void {
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = true;
    const { line } = this.#cursor;
    this.#tokens.push({ type: 'scalar', line, value: scanBlock(this.#cursor, this.#indent), plain: false });
  }

  #fetchPlain(inFlow: boolean): void {
    this.#saveSimpleKey();
    this.#simpleKeyAllowed = false;
    const { line } = this.#cursor;
    const { value, endsLine } = scanPlain(this.#cursor, inFlow, this.#indent + 1);
    if (endsLine) this.#simpleKeyAllowed = true;
    this.#tokens.push({ type: 'scalar', line, value, plain: true });
  }

  #fetchBlockEntry(inFlow: boolean): void {
    if (!inFlow) {
      if (!this.#simpleKeyAllowed) {
        throw scannerError('block sequence entries are not allowed in this context', this.#cursor.line);
      }
      this.#rollIndent(this.#cursor.column, 'block-sequence-start');
    }
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = true;
    this.#pushIndicator('block-entry');
  }

  #fetchKey(inFlow: boolean): void {
    if (!inFlow) {
      if (!this.#simpleKeyAllowed) {
        throw scannerError('mapping keys are not allowed in this context', this.#cursor.line);
      }
      this.#rollIndent(this.#cursor.column, 'block-mapping-start');
    }
    this.#removeSimpleKey();
    this.#simpleKeyAllowed = !inFlow;
    this.#pushIndicator('key');
  }

  #fetchValue(inFlow: boolean): void {
    const key = this.#simpleKeys.at(-1);
    if (key !== undefined && this.#isValid(key)) {
      const position = this.#head + key.token - this.#taken;
      this.#tokens.splice(position, 0, { type: 'key', line: key.line });
      this.#rollIndent(key.column, 'block-mapping-start', position);
      this.#forgetSimpleKey();
      this.#simpleKeyAllowed = false;
    } else {
      if (!inFlow) {
        if (!this.#simpleKeyAllowed) {
          throw scannerError('mapping values are not allowed in this context', this.#cursor.line);
        }
        this.#rollIndent(this.#cursor.column, 'block-mapping-start');
      }
      this.#simpleKeyAllowed = !inFlow;
    }
    this.#pushIndicator('value');
  }

  #rollIndent(column: number, type: 'block-sequence-start' | 'block-mapping-start', position?: number): void {
    if (this.#simpleKeys.length > 1 || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    this.#indent = column;
    this.#checkDepth(this.#indents.length);
    this.#tokens.splice(position ?? this.#tokens.length, 0, { type, line: this.#cursor.line });
  }

  #unrollIndent(column: number): void {
    if (this.#simpleKeys.length > 1) return;
    while (this.#indent > column) {
      this.#tokens.push({ type: 'block-end', line: this.#cursor.line });
      this.#indent = this.#indents.pop() ?? -1;
    }
  }

  #isValid(key: SimpleKey): boolean {
    const cursor = this.#cursor;
    if (key.line === cursor.line && key.index + MAX_SIMPLE_KEY_LENGTH >= cursor.index) return true;
    if (key.required) throw scannerError("could not find expected ':'", this.#cursor.line);
    return false;
  }

  #saveSimpleKey(): void {
    if (!this.#simpleKeyAllowed) return;
    this.#removeSimpleKey();
    const { index, line, column } = this.#cursor;
    const required = this.#simpleKeys.length === 1 && this.#indent === column;
    const key = { token: this.#taken + this.#tokens.length - this.#head, required, index, line, column };
    this.#simpleKeys[this.#simpleKeys.length - 1] = key;
    this.#simpleKeyTokens.set(key.token, key);
  }

  #removeSimpleKey(): void {
    const key = this.#simpleKeys.at(-1);
    if (key?.required === true) throw scannerError("could not find expected ':'", this.#cursor.line);
    this.#forgetSimpleKey();
  }

  #forgetSimpleKey(): void {
    const key = this.#simpleKeys.at(-1);
    if (key === undefined) return;
    this.#simpleKeys[this.#simpleKeys.length - 1] = undefined;
    this.#simpleKeyTokens.delete(key.token);
  }

  #checkDepth(depth: number): void {
    if (depth > this.#maxDepth) {
      throw scannerError(`exceeded max depth of ${this.#maxDepth}`, this.#cursor.line);
    }
  }
}
