import type { YamlWriter } from './yaml-writer.js';

/** What a string's characters allow, as libyaml's emitter finds out before it picks a style. */
interface Analysis {
  readonly multiline: boolean;
  readonly plainAllowed: boolean;
  readonly singleQuotedAllowed: boolean;
  readonly blockAllowed: boolean;
}

export type ScalarStyle = 'plain' | 'single-quoted' | 'double-quoted' | 'literal';

/** goyaml.v2's idea of printable: no tab, no C1 controls, no BOM, nothing beyond the basic plane. */
const UNPRINTABLE = /[^\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const UNPRINTABLE_BUT_TAB = /[^\t\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const BREAK = /[\n\r\u0085\u2028\u2029]/;
const SPACE_THEN_BREAK = / [\n\r\u0085\u2028\u2029]/;
const BREAK_THEN_SPACE = /[\n\r\u0085\u2028\u2029] /;
const EDGE_SPACE = /^[ \n\r\u0085\u2028\u2029]|[ \n\r\u0085\u2028\u2029]$/;
const BLOCK_INDICATOR =
  /^(?:---|\.\.\.)|^[#,[\]{}&*!|>'"%@`]|^[-?:](?:[ \t]|$)|:(?:[ \t]|$)|[ \t\n\r\u0085\u2028\u2029]#/;

function analyze(text: string, tabsAreSpecial: boolean): Analysis {
  if (text === '')
    return { multiline: false, plainAllowed: true, singleQuotedAllowed: true, blockAllowed: false };
  const multiline = BREAK.test(text);
  const unprintable = (tabsAreSpecial ? UNPRINTABLE : UNPRINTABLE_BUT_TAB).test(text);
  const special = unprintable || (multiline && SPACE_THEN_BREAK.test(text));
  const quotingOnly = special || (!tabsAreSpecial && text.includes('\t'));
  const breakThenSpace = multiline && BREAK_THEN_SPACE.test(text);
  return {
    multiline,
    plainAllowed: !quotingOnly && !multiline && !EDGE_SPACE.test(text) && !BLOCK_INDICATOR.test(text),
    singleQuotedAllowed: !quotingOnly && !breakThenSpace,
    blockAllowed: !special && !text.endsWith(' '),
  };
}

/** Whether a key can stand before its colon on one line, without `? `. */
export function isSimpleKey(text: string): boolean {
  return !BREAK.test(text) && Buffer.byteLength(text) <= 128;
}

/**
 * Writes a string in the style asked for, or in the next one that its characters allow.
 *
 * @param asKey - it stands before a colon: no empty plain scalar, no block, no folding
 */
export function emitScalar(writer: YamlWriter, text: string, wanted: ScalarStyle, asKey: boolean): void {
  const analysis = analyze(text, writer.dialect === 'v2');
  let style = wanted;
  if (asKey && analysis.multiline) style = 'double-quoted';
  if (style === 'plain' && (!analysis.plainAllowed || (text === '' && asKey))) style = 'single-quoted';
  if (style === 'single-quoted' && !analysis.singleQuotedAllowed) style = 'double-quoted';
  if (style === 'literal' && (!analysis.blockAllowed || asKey)) style = 'double-quoted';
  const outer = writer.indent;
  writer.indent = Math.max(outer, 0) + 2;
  if (style === 'plain') writePlain(writer, text, !asKey);
  else if (style === 'single-quoted') writeSingleQuoted(writer, text, !asKey);
  else if (style === 'double-quoted') writeDoubleQuoted(writer, text, !asKey);
  else writeLiteral(writer, text);
  writer.indent = outer;
}

function writePlain(writer: YamlWriter, text: string, mayFold: boolean): void {
  if (!writer.afterSpace && text !== '') writer.put(' ');
  if (!mayFold || writer.column + text.length <= writer.width) {
    writer.put(text);
  } else {
    let afterSpace = false;
    for (let index = 0; index < text.length; index++) {
      const character = text.charAt(index);
      if (character === ' ') {
        const folds = !afterSpace && writer.column > writer.width && text.charAt(index + 1) !== ' ';
        if (folds) writer.writeIndent();
        else writer.put(' ');
        afterSpace = true;
      } else {
        writer.put(character);
        writer.atIndentation = false;
        afterSpace = false;
      }
    }
  }
  writer.afterSpace = false;
  writer.atIndentation = false;
}

function writeSingleQuoted(writer: YamlWriter, text: string, mayFold: boolean): void {
  writer.indicator("'", true);
  let afterSpace = false;
  let afterBreak = false;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === ' ') {
      const inside = index > 0 && index < text.length - 1;
      const folds =
        mayFold && !afterSpace && writer.column > writer.width && inside && text.charAt(index + 1) !== ' ';
      if (folds) writer.writeIndent();
      else writer.put(' ');
      afterSpace = true;
    } else if (BREAK.test(character)) {
      if (!afterBreak && character === '\n') writer.putBreak('\n');
      writer.putBreak(character);
      writer.atIndentation = true;
      afterBreak = true;
    } else {
      if (afterBreak) writer.writeIndent();
      writer.put(character === "'" ? "''" : character);
      writer.atIndentation = false;
      afterSpace = false;
      afterBreak = false;
    }
  }
  writer.indicator("'", false);
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\0', '0'],
  ['\u0007', 'a'],
  ['\b', 'b'],
  ['\t', 't'],
  ['\n', 'n'],
  ['\v', 'v'],
  ['\f', 'f'],
  ['\r', 'r'],
  ['\u001b', 'e'],
  ['"', '"'],
  ['\\', '\\'],
  ['\u0085', 'N'],
  ['\u00a0', '_'],
  ['\u2028', 'L'],
  ['\u2029', 'P'],
]);

function writeDoubleQuoted(writer: YamlWriter, text: string, mayFold: boolean): void {
  writer.indicator('"', true);
  let afterSpace = false;
  const characters = Array.from(text);
  // goyaml looks for a byte order mark at the start of the text whichever character it is at.
  const escapesAll = text.startsWith('\ufeff');
  for (const [index, character] of characters.entries()) {
    if (character === ' ' && !escapesAll) {
      const inside = index > 0 && index < characters.length - 1;
      if (mayFold && !afterSpace && writer.column > writer.width && inside) {
        writer.writeIndent();
        if (characters[index + 1] === ' ') writer.put('\\');
      } else {
        writer.put(' ');
      }
      afterSpace = true;
    } else {
      const escapes = escapesAll || character === '"' || character === '\\' || UNPRINTABLE.test(character);
      writer.put(escapes || BREAK.test(character) ? escapeCharacter(character) : character);
      afterSpace = false;
    }
  }
  writer.indicator('"', false);
}

function escapeCharacter(character: string): string {
  const short = ESCAPES.get(character);
  if (short !== undefined) return `\\${short}`;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return String.raw`\x${hex.padStart(2, '0')}`;
  if (code <= 0xffff) return String.raw`\u${hex.padStart(4, '0')}`;
  return String.raw`\U${hex.padStart(8, '0')}`;
}

function writeLiteral(writer: YamlWriter, text: string): void {
  writer.indicator(`|${indentationHint(text)}${chompingHint(text)}`, true);
  writer.putBreak('\n');
  writer.atIndentation = true;
  writer.afterSpace = true;
  let afterBreak = true;
  for (const piece of text.split(/([\n\r\u0085\u2028\u2029])/)) {
    if (piece === '') continue;
    if (BREAK.test(piece)) {
      writer.putBreak(piece);
      writer.atIndentation = true;
      afterBreak = true;
    } else {
      if (afterBreak) writer.writeIndent();
      writer.put(piece);
      writer.atIndentation = false;
      afterBreak = false;
    }
  }
}

function indentationHint(text: string): string {
  return text.startsWith(' ') || BREAK.test(text.charAt(0)) ? '2' : '';
}

function chompingHint(text: string): string {
  if (!BREAK.test(text.charAt(text.length - 1))) return '-';
  return text.length === 1 || BREAK.test(text.charAt(text.length - 2)) ? '+' : '';
}
