import { type Cursor, isBlank, isBlankOrEnd, isBreakOrEnd } from './cursor.js';
import { scannerError } from './yaml-error.js';

export interface TagToken {
  readonly type: 'tag';
  readonly line: number;
  /** `!`, `!!`, `!name!`, or `''` where the suffix is the whole tag. */
  readonly handle: string;
  readonly suffix: string;
}

/** Reads `&name` or `*name` and gives the name. */
export function scanWord(cursor: Cursor): string {
  cursor.skip(1);
  const start = cursor.index;
  while (isWordCharacter(cursor.peek())) cursor.skip(1);
  const name = cursor.text.slice(start, cursor.index);
  if (
    name === '' ||
    !(isBlankOrEnd(cursor.peek()) || '?:,]}%@`'.includes(cursor.text.charAt(cursor.index)))
  ) {
    throw scannerError('did not find expected alphabetic or numeric character', cursor.line);
  }
  return name;
}

/** Reads `!<uri>`, `!suffix`, `!!suffix` or `!handle!suffix`. */
export function scanTag(cursor: Cursor, inFlow: boolean): TagToken {
  const { line } = cursor;
  let handle = '';
  let suffix = '';
  if (cursor.peek(1) === 0x3c) {
    cursor.skip(2);
    suffix = scanUri(cursor, true);
    if (cursor.peek() !== 0x3e) throw scannerError("did not find the expected '>'", cursor.line);
    cursor.skip(1);
  } else {
    const start = cursor.index;
    handle = scanHandle(cursor);
    if (handle.length > 1 && handle.endsWith('!')) {
      suffix = scanUri(cursor, true);
    } else {
      cursor.index = start + 1;
      suffix = scanUri(cursor, false);
      handle = '!';
      if (suffix === '') [handle, suffix] = ['', '!'];
    }
  }
  if (!isBlankOrEnd(cursor.peek()) && !(inFlow && cursor.peek() === 0x2c)) {
    throw scannerError('did not find expected whitespace or line break', cursor.line);
  }
  return { type: 'tag', line, handle, suffix };
}

/** Reads a `%YAML` or `%TAG` line. Other directives are errors, as in libyaml. */
export function scanDirective(cursor: Cursor):
  | { readonly type: 'version-directive'; readonly line: number }
  | {
      readonly type: 'tag-directive';
      readonly line: number;
      readonly handle: string;
      readonly prefix: string;
    } {
  const { line } = cursor;
  cursor.skip(1);
  const start = cursor.index;
  while (isWordCharacter(cursor.peek())) cursor.skip(1);
  const name = cursor.text.slice(start, cursor.index);
  skipBlanks(cursor);
  if (name === 'YAML') {
    const version = /^[0-9]{1,9}\.[0-9]{1,9}/.exec(cursor.text.slice(cursor.index, cursor.index + 20));
    if (version === null) throw scannerError('did not find expected version number', line);
    cursor.skip(version[0].length);
    finishDirective(cursor);
    if (version[0] !== '1.1') throw scannerError('found incompatible YAML document', line);
    return { type: 'version-directive', line };
  }
  if (name === 'TAG') {
    const handle = scanHandle(cursor);
    if (!handle.endsWith('!')) throw scannerError("did not find expected '!'", line);
    skipBlanks(cursor);
    const prefix = scanUri(cursor, true);
    finishDirective(cursor);
    return { type: 'tag-directive', line, handle, prefix };
  }
  throw scannerError('found unknown directive name', line);
}

function finishDirective(cursor: Cursor): void {
  skipBlanks(cursor);
  if (cursor.peek() === 0x23) cursor.readLine();
  if (!isBreakOrEnd(cursor.peek())) {
    throw scannerError('did not find expected comment or line break', cursor.line);
  }
  cursor.readBreak();
}

function skipBlanks(cursor: Cursor): void {
  while (isBlank(cursor.peek())) cursor.skip(1);
}

/** `!`, then letters, then `!` if there is one. */
function scanHandle(cursor: Cursor): string {
  const start = cursor.index;
  if (cursor.peek() !== 0x21) throw scannerError("did not find expected '!'", cursor.line);
  cursor.skip(1);
  while (isWordCharacter(cursor.peek())) cursor.skip(1);
  if (cursor.peek() === 0x21) cursor.skip(1);
  return cursor.text.slice(start, cursor.index);
}

function scanUri(cursor: Cursor, required: boolean): string {
  const pattern = /[0-9A-Za-z\-_;/?:@&=+$.!~*'()[\]%]*/y;
  pattern.lastIndex = cursor.index;
  const text = pattern.exec(cursor.text)?.[0] ?? '';
  if (required && text === '') throw scannerError('did not find expected tag URI', cursor.line);
  cursor.skip(text.length);
  try {
    return decodeURIComponent(text);
  } catch {
    throw scannerError('did not find URI escaped octet', cursor.line);
  }
}

function isWordCharacter(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x2d ||
    code === 0x5f
  );
}
