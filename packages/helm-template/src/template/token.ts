/** The kinds of tokens inside a template, as text/template/parse has them. */
export type TokenType =
  | 'error'
  | 'eof'
  | 'text'
  | 'leftDelim'
  | 'rightDelim'
  | 'space'
  | 'identifier'
  | 'field'
  | 'variable'
  | 'bool'
  | 'number'
  | 'complex'
  | 'char'
  | 'string'
  | 'rawString'
  | 'punctuation'
  | 'declare'
  | 'assign'
  | 'pipe'
  | 'leftParen'
  | 'rightParen'
  | 'dot'
  | 'nil'
  | KeywordType;

/** Words that are part of the language unless they follow a dot. */
export type KeywordType =
  | 'block'
  | 'break'
  | 'continue'
  | 'define'
  | 'else'
  | 'end'
  | 'if'
  | 'range'
  | 'template'
  | 'with';

/** One token. `value` is the source text, or the problem for an `error`. */
export interface Token {
  readonly type: TokenType;
  readonly value: string;
  /** Offset in the template's text, in UTF-16 units. */
  readonly position: number;
  /** Line of the token's first character, from 1. */
  readonly line: number;
}

/** The words with a meaning of their own. `nil` and `true` are values, the rest steer. */
export const keywords: ReadonlyMap<string, TokenType> = new Map<string, TokenType>([
  ['block', 'block'],
  ['break', 'break'],
  ['continue', 'continue'],
  ['define', 'define'],
  ['else', 'else'],
  ['end', 'end'],
  ['if', 'if'],
  ['range', 'range'],
  ['template', 'template'],
  ['with', 'with'],
  ['nil', 'nil'],
  ['true', 'bool'],
  ['false', 'bool'],
]);
