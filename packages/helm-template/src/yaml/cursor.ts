import { YamlError } from './yaml-error.js';

export const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
export const SPACE = 0x20;
const NEL = 0x85;
const LINE_SEPARATOR = 0x2028;
const PARAGRAPH_SEPARATOR = 0x2029;

/** Characters that libyaml's reader refuses anywhere in a stream, lone surrogates included. */
const REFUSED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]|\p{Cs}/u;

/** A position in a YAML text. Reading past the end gives NaN, which equals no character. */
export class Cursor {
  readonly text: string;
  index = 0;
  /** Counts from 0. */
  line = 0;
  lineStart = 0;

  /** @throws YamlError for characters that no YAML stream may hold */
  constructor(text: string) {
    if (REFUSED.test(text)) throw new YamlError('control characters are not allowed');
    this.text = text;
    if (text.codePointAt(0) === 0xfeff) this.skip(1);
  }

  get column(): number {
    return this.index - this.lineStart;
  }

  peek(offset = 0): number {
    return this.text.charCodeAt(this.index + offset);
  }

  /** Moves over characters that are not line breaks. */
  skip(count: number): void {
    this.index += count;
  }

  /** Moves over one line break and gives it as YAML normalises it; `''` where there is none. */
  readBreak(): string {
    const code = this.peek();
    if (!isBreak(code)) return '';
    this.index += code === CR && this.peek(1) === LF ? 2 : 1;
    this.line += 1;
    this.lineStart = this.index;
    return code === LINE_SEPARATOR || code === PARAGRAPH_SEPARATOR ? String.fromCharCode(code) : '\n';
  }

  /** Counts a last line without a break as ended, as libyaml does at the end of a stream. */
  endLastLine(): void {
    this.line += 1;
    this.lineStart = this.index;
  }

  /** Moves to the end of the line and gives what it passed. */
  readLine(): string {
    const start = this.index;
    while (!isBreakOrEnd(this.peek())) this.index += 1;
    return this.text.slice(start, this.index);
  }

  /** Whether `---` or `...`, then a blank or the end, is here at the beginning of a line. */
  isDocumentIndicator(): boolean {
    if (this.index !== this.lineStart) return false;
    const code = this.peek();
    return (
      (code === 0x2d || code === 0x2e) &&
      this.peek(1) === code &&
      this.peek(2) === code &&
      isBlankOrEnd(this.peek(3))
    );
  }
}

export function isBreak(code: number): boolean {
  return (
    code === LF || code === CR || code === NEL || code === LINE_SEPARATOR || code === PARAGRAPH_SEPARATOR
  );
}

export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

export function isBreakOrEnd(code: number): boolean {
  return isBreak(code) || Number.isNaN(code);
}

export function isBlankOrEnd(code: number): boolean {
  return isBlank(code) || isBreakOrEnd(code);
}
