import { type Cursor, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, SPACE, TAB } from './cursor.js';
import { scannerError } from './yaml-error.js';

/** White space between two parts of a scalar, folded as YAML folds it. */
class Gap {
  #spaces = '';
  #firstBreak = '';
  #moreBreaks = '';
  atLineStart = false;

  /** Moves over blanks and breaks. A tab left of `tabLimit` on a continuation line is an error. */
  read(cursor: Cursor, tabLimit: number): void {
    for (let code = cursor.peek(); isBlank(code) || isBreak(code); code = cursor.peek()) {
      if (isBreak(code)) {
        const lineBreak = cursor.readBreak();
        if (this.atLineStart) this.#moreBreaks += lineBreak;
        else {
          this.#firstBreak = lineBreak;
          this.#spaces = '';
          this.atLineStart = true;
        }
        continue;
      }
      if (this.atLineStart && code === TAB && cursor.column < tabLimit) {
        throw scannerError('found a tab character that violates indentation', cursor.line);
      }
      const start = cursor.index;
      while (
        isBlank(cursor.peek()) &&
        (cursor.peek() !== TAB || !this.atLineStart || cursor.column >= tabLimit)
      ) {
        cursor.skip(1);
      }
      if (!this.atLineStart) this.#spaces += cursor.text.slice(start, cursor.index);
    }
  }

  /** The text that stands for the gap; the gap is empty afterwards. */
  take(): string {
    let text = this.#spaces;
    if (this.atLineStart) {
      const folds = this.#firstBreak === '\n';
      text = folds ? this.#moreBreaks || ' ' : this.#firstBreak + this.#moreBreaks;
    }
    this.#spaces = '';
    this.#firstBreak = '';
    this.#moreBreaks = '';
    this.atLineStart = false;
    return text;
  }
}

/**
 * Reads a plain scalar from its first character on.
 *
 * @param minimumColumn - in block context a line further left ends the scalar
 * @returns the text, and whether it ended at the start of a new line
 */
export function scanPlain(
  cursor: Cursor,
  inFlow: boolean,
  minimumColumn: number,
): { readonly value: string; readonly endsLine: boolean } {
  let value = '';
  const gap = new Gap();
  for (;;) {
    if (cursor.isDocumentIndicator() || cursor.peek() === 0x23) break;
    const start = cursor.index;
    while (!endsPlain(cursor, inFlow)) cursor.skip(1);
    if (cursor.index > start) value += gap.take() + cursor.text.slice(start, cursor.index);
    if (!isBlank(cursor.peek()) && !isBreak(cursor.peek())) break;
    gap.read(cursor, minimumColumn);
    if (!inFlow && cursor.column < minimumColumn) break;
  }
  return { value, endsLine: gap.atLineStart };
}

function endsPlain(cursor: Cursor, inFlow: boolean): boolean {
  const code = cursor.peek();
  if (isBlankOrEnd(code)) return true;
  if (code === 0x3a) return isBlankOrEnd(cursor.peek(1)) || (inFlow && isFlowIndicator(cursor.peek(1)));
  return inFlow && (isFlowIndicator(code) || (code === 0x3f && isBlankOrEnd(cursor.peek(1))));
}

/** `,` `[` `]` `{` `}` */
function isFlowIndicator(code: number): boolean {
  return code === 0x2c || code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d;
}

/** Reads a quoted scalar, the cursor on its opening quote. */
export function scanQuoted(cursor: Cursor): string {
  const quote = cursor.peek();
  cursor.skip(1);
  let value = '';
  const gap = new Gap();
  for (;;) {
    if (cursor.isDocumentIndicator()) {
      throw scannerError('found unexpected document indicator', cursor.line);
    }
    if (Number.isNaN(cursor.peek())) throw scannerError('found unexpected end of stream', cursor.line);
    value += gap.take();
    let start = cursor.index;
    for (let code = cursor.peek(); !isBlankOrEnd(code); code = cursor.peek()) {
      if (code === 0x27 && quote === 0x27) {
        if (cursor.peek(1) !== 0x27) break;
        cursor.skip(1);
        value += cursor.text.slice(start, cursor.index);
        cursor.skip(1);
        start = cursor.index;
      } else if (code === quote) {
        break;
      } else if (code === 0x5c && quote === 0x22) {
        value += cursor.text.slice(start, cursor.index);
        cursor.skip(1);
        if (isBreak(cursor.peek())) {
          cursor.readBreak();
          gap.atLineStart = true;
          start = cursor.index;
          break;
        }
        value += scanEscape(cursor);
        start = cursor.index;
      } else {
        cursor.skip(1);
      }
    }
    value += cursor.text.slice(start, cursor.index);
    if (cursor.peek() === quote) break;
    gap.read(cursor, 0);
  }
  cursor.skip(1);
  return value;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['a', '\u0007'],
  ['b', '\b'],
  ['t', '\t'],
  ['\t', '\t'],
  ['n', '\n'],
  ['v', '\v'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\u001b'],
  [' ', ' '],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['N', '\u0085'],
  ['_', '\u00a0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
]);
const HEX_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

function scanEscape(cursor: Cursor): string {
  const letter = cursor.text.charAt(cursor.index);
  const simple = ESCAPES.get(letter);
  cursor.skip(1);
  if (simple !== undefined) return simple;
  const length = HEX_LENGTHS.get(letter);
  if (length === undefined) throw scannerError('found unknown escape character', cursor.line);
  const digits = cursor.text.slice(cursor.index, cursor.index + length);
  if (!/^[0-9A-Fa-f]+$/.test(digits) || digits.length < length) {
    throw scannerError('did not find expected hexdecimal number', cursor.line);
  }
  cursor.skip(length);
  const code = Number.parseInt(digits, 16);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    throw scannerError('found invalid Unicode character escape code', cursor.line);
  }
  return String.fromCodePoint(code);
}

/**
 * Reads a block scalar, the cursor on its `|` or `>`.
 *
 * @param parentIndent - indentation of the surrounding block, -1 at the top
 */
export function scanBlock(cursor: Cursor, parentIndent: number): string {
  const literal = cursor.peek() === 0x7c;
  cursor.skip(1);
  const { chomping, increment } = scanBlockHeader(cursor);
  const breaks = { text: '', indent: increment === 0 ? 0 : Math.max(parentIndent, 0) + increment };
  readBlockBreaks(cursor, breaks, parentIndent);

  let value = '';
  let lastBreak = '';
  let lastStartsBlank = false;
  while (cursor.column === breaks.indent && !Number.isNaN(cursor.peek())) {
    const startsBlank = isBlank(cursor.peek());
    if (!literal && lastBreak === '\n' && !lastStartsBlank && !startsBlank) {
      if (breaks.text === '') value += ' ';
    } else {
      value += lastBreak;
    }
    value += breaks.text;
    breaks.text = '';
    lastStartsBlank = startsBlank;
    value += cursor.readLine();
    lastBreak = cursor.readBreak();
    readBlockBreaks(cursor, breaks, parentIndent);
  }
  if (chomping !== '-') value += lastBreak;
  if (chomping === '+') value += breaks.text;
  return value;
}

function scanBlockHeader(cursor: Cursor): { readonly chomping: string; readonly increment: number } {
  let chomping = '';
  let increment = 0;
  for (let round = 0; round < 2; round++) {
    const letter = cursor.text.charAt(cursor.index);
    if (chomping === '' && (letter === '+' || letter === '-')) chomping = letter;
    else if (increment === 0 && letter >= '0' && letter <= '9') {
      if (letter === '0') throw scannerError('found an indentation indicator equal to 0', cursor.line);
      increment = Number(letter);
    } else break;
    cursor.skip(1);
  }
  while (isBlank(cursor.peek())) cursor.skip(1);
  if (cursor.peek() === 0x23) cursor.readLine();
  if (!isBreakOrEnd(cursor.peek())) {
    throw scannerError('did not find expected comment or line break', cursor.line);
  }
  cursor.readBreak();
  return { chomping, increment };
}

/** Moves over indentation and empty lines; finds the block's indentation where it is not known yet. */
function readBlockBreaks(
  cursor: Cursor,
  breaks: { text: string; indent: number },
  parentIndent: number,
): void {
  let widest = 0;
  for (;;) {
    while ((breaks.indent === 0 || cursor.column < breaks.indent) && cursor.peek() === SPACE) cursor.skip(1);
    widest = Math.max(widest, cursor.column);
    if ((breaks.indent === 0 || cursor.column < breaks.indent) && cursor.peek() === TAB) {
      throw scannerError('found a tab character where an indentation space is expected', cursor.line);
    }
    if (!isBreak(cursor.peek())) break;
    breaks.text += cursor.readBreak();
  }
  if (breaks.indent === 0) breaks.indent = Math.max(widest, parentIndent + 1, 1);
}
