import { RE2JS, RE2JSException } from 're2js';
import { GoError } from '../go/go-error.js';
import type { GoSlice } from '../go/value.js';
import type { TemplateFunction } from '../template/function-table.js';
import { fixed, intAt, stringAt, stringSlice, type FunctionEntries } from './define.js';
import { NilGoSlice } from '../go/nil-collections.js';

/** One match: where it is, and its groups (`undefined` where a group took no part). */
interface RegexMatch {
  readonly start: number;
  readonly end: number;
  readonly group: (index: number) => string | undefined;
}

/** A compiled expression and its named groups in order; Go lets several groups have the same name. */
interface Expression {
  readonly re: RE2JS;
  readonly names: readonly (readonly [name: string, index: number])[];
}

type Compile = (pattern: string) => Expression;

/** RE2 expressions. They run in linear time, whatever the pattern. */
export function regexFunctions(): FunctionEntries {
  const compile = cachingCompiler();
  const both = (name: string, fn: TemplateFunction): FunctionEntries => [
    [`regex${name}`, fn],
    [`mustRegex${name}`, fn],
  ];
  const replaceAll = (expand: boolean): TemplateFunction =>
    fixed(['string', 'string', 'string'], (args) =>
      replaceMatches(compile(stringAt(args, 0)), stringAt(args, 1), stringAt(args, 2), expand),
    );
  return [
    // Only here a bad expression is not an error: it matches nothing.
    [
      'regexMatch',
      fixed(['string', 'string'], (args) => matchesOrFalse(compile, stringAt(args, 0), stringAt(args, 1))),
    ],
    [
      'mustRegexMatch',
      fixed(['string', 'string'], (args) => compile(stringAt(args, 0)).re.test(stringAt(args, 1))),
    ],
    ...both(
      'Find',
      fixed(['string', 'string'], (args) => {
        const text = stringAt(args, 1);
        const match = matchFrom(compile(stringAt(args, 0)), text, 0);
        return match === undefined ? '' : text.slice(match.start, match.end);
      }),
    ),
    ...both(
      'FindAll',
      fixed(['string', 'string', 'int'], (args) => {
        const text = stringAt(args, 1);
        const found = findAll(compile(stringAt(args, 0)), text, intAt(args, 2));
        if (found.length === 0) return new NilGoSlice('[]string');
        return stringSlice(found.map(({ start, end }) => text.slice(start, end)));
      }),
    ),
    ...both('ReplaceAll', replaceAll(true)),
    ...both('ReplaceAllLiteral', replaceAll(false)),
    ...both(
      'Split',
      fixed(['string', 'string', 'int'], (args) =>
        splitAtMatches(stringAt(args, 0), compile(stringAt(args, 0)), stringAt(args, 1), intAt(args, 2)),
      ),
    ),
    ['regexQuoteMeta', fixed(['string'], (args) => stringAt(args, 0).replace(/[\\.+*?()|[\]{}^$]/g, '\\$&'))],
  ];
}

function cachingCompiler(): Compile {
  const compiled = new Map<string, Expression>();
  return (pattern) => {
    const known = compiled.get(pattern);
    if (known !== undefined) return known;
    try {
      const { text, originals } = withUniqueGroupNames(pattern);
      const re = RE2JS.compile(text);
      const names = Object.entries(re.namedGroups())
        .map(([name, index]) => [originals.get(name) ?? name, index] as const)
        .sort(([, left], [, right]) => left - right);
      const expression = { re, names };
      compiled.set(pattern, expression);
      return expression;
    } catch (error) {
      if (error instanceof RE2JSException) throw new GoError(error.message, { cause: error });
      throw error;
    }
  };
}

/** An escape, a quoted run, a character class, or the beginning of a named group. */
const SYNTAX =
  /\\Q[\s\S]*?(?:\\E|$)|\\[\s\S]|\[\^?\]?(?:\[:\^?\w+:\]|\\[\s\S]|[^\]\\])*\]|\(\?P?<([A-Za-z_]\w*)>/g;

/** Renames the second and further groups of a name, which RE2JS refuses. */
function withUniqueGroupNames(pattern: string): {
  readonly text: string;
  readonly originals: ReadonlyMap<string, string>;
} {
  const originals = new Map<string, string>();
  const text = pattern.replace(SYNTAX, (whole, name: string | undefined) => {
    if (name === undefined) return whole;
    let unique = name;
    while (originals.has(unique)) unique += '_';
    originals.set(unique, name);
    return `(?P<${unique}>`;
  });
  return { text, originals };
}

function matchesOrFalse(compile: Compile, pattern: string, text: string): boolean {
  try {
    return compile(pattern).re.test(text);
  } catch (error) {
    if (error instanceof GoError) return false;
    throw error;
  }
}

function matchFrom(expression: Expression, text: string, from: number): RegexMatch | undefined {
  const matcher = expression.re.matcher(text);
  if (!matcher.find(from)) return undefined;
  return {
    start: matcher.start(),
    end: matcher.end(),
    group: (index) => matcher.group(index) ?? undefined,
  };
}

/** Width in UTF-16 units of the character at an offset, 1 at the end. */
function characterWidth(text: string, offset: number): number {
  return (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
}

/** At most `limit` matches (all when negative); an empty match right after another match does not count. */
function findAll(expression: Expression, text: string, limit: number): RegexMatch[] {
  const matches: RegexMatch[] = [];
  let position = 0;
  let previousEnd = -1;
  const most = limit < 0 ? Infinity : limit;
  while (matches.length < most && position <= text.length) {
    const match = matchFrom(expression, text, position);
    if (match === undefined) break;
    const accepted = match.end !== position || match.start !== previousEnd;
    position = match.end === position ? position + characterWidth(text, position) : match.end;
    previousEnd = match.end;
    if (accepted) matches.push(match);
  }
  return matches;
}

function replaceMatches(expression: Expression, text: string, replacement: string, expand: boolean): string {
  let output = '';
  let lastEnd = 0;
  let position = 0;
  while (position <= text.length) {
    const match = matchFrom(expression, text, position);
    if (match === undefined) break;
    output += text.slice(lastEnd, match.start);
    // Not for an empty match right after another match.
    if (match.end > lastEnd || match.start === 0) {
      output += expand ? expandTemplate(replacement, match, expression) : replacement;
    }
    lastEnd = match.end;
    position = Math.max(match.end, position + characterWidth(text, position));
  }
  return output + text.slice(lastEnd);
}

/** `$1`, `${1}`, `$name`, `${name}` and `$$`, as `Regexp.Expand`: an unknown group is empty, a lone `$` stays. */
function expandTemplate(template: string, match: RegexMatch, { re, names }: Expression): string {
  return template.replace(
    /\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu,
    (_whole, braced: string | undefined, bare: string | undefined) => {
      const name = braced ?? bare;
      if (name === undefined) return '$';
      if (/^(?:0|[1-9]\d{0,7})$/.test(name)) {
        return Number(name) > re.groupCount() ? '' : (match.group(Number(name)) ?? '');
      }
      // Of several groups with the name the first one that took part counts.
      const groups = names.filter(([other]) => other === name).map(([, index]) => match.group(index));
      return groups.find((group) => group !== undefined) ?? '';
    },
  );
}

/** `Regexp.Split`: at most `limit` parts (all when negative); an empty match at the very beginning is no separator. */
function splitAtMatches(pattern: string, expression: Expression, text: string, limit: number): GoSlice {
  if (limit === 0) return new NilGoSlice('[]string');
  if (pattern !== '' && text === '') return stringSlice(['']);
  const parts: string[] = [];
  let begin = 0;
  let end = 0;
  for (const match of findAll(expression, text, limit)) {
    if (limit > 0 && parts.length === limit - 1) break;
    end = match.start;
    if (match.end !== 0) parts.push(text.slice(begin, end));
    begin = match.end;
  }
  if (end !== text.length) parts.push(text.slice(begin));
  return stringSlice(parts);
}
