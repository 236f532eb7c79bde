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

type Compile = (pattern: string) => RE2JS;

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
      fixed(['string', 'string'], (args) => compile(stringAt(args, 0)).test(stringAt(args, 1))),
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
  const compiled = new Map<string, RE2JS>();
  return (pattern) => {
    const known = compiled.get(pattern);
    if (known !== undefined) return known;
    try {
      const expression = RE2JS.compile(pattern);
      compiled.set(pattern, expression);
      return expression;
    } catch (error) {
      if (error instanceof RE2JSException) throw new GoError(error.message, { cause: error });
      throw error;
    }
  };
}

function matchesOrFalse(compile: Compile, pattern: string, text: string): boolean {
  try {
    return compile(pattern).test(text);
  } catch (error) {
    if (error instanceof GoError) return false;
    throw error;
  }
}

function matchFrom(expression: RE2JS, text: string, from: number): RegexMatch | undefined {
  const matcher = expression.matcher(text);
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
function findAll(expression: RE2JS, text: string, limit: number): RegexMatch[] {
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

function replaceMatches(expression: RE2JS, text: string, replacement: string, expand: boolean): string {
  const names = new Map(Object.entries(expression.namedGroups()));
  let output = '';
  let lastEnd = 0;
  let position = 0;
  while (position <= text.length) {
    const match = matchFrom(expression, text, position);
    if (match === undefined) break;
    output += text.slice(lastEnd, match.start);
    // Not for an empty match right after another match.
    if (match.end > lastEnd || match.start === 0) {
      output += expand ? expandTemplate(replacement, match, expression.groupCount(), names) : replacement;
    }
    lastEnd = match.end;
    position = Math.max(match.end, position + characterWidth(text, position));
  }
  return output + text.slice(lastEnd);
}

/** `$1`, `${1}`, `$name`, `${name}` and `$$`, as `Regexp.Expand`: an unknown group is empty, a lone `$` stays. */
function expandTemplate(
  template: string,
  match: RegexMatch,
  groupCount: number,
  names: ReadonlyMap<string, number>,
): string {
  return template.replace(
    /\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu,
    (_whole, braced: string | undefined, bare: string | undefined) => {
      const name = braced ?? bare;
      if (name === undefined) return '$';
      const index = /^(?:0|[1-9]\d{0,7})$/.test(name) ? Number(name) : names.get(name);
      return index === undefined || index > groupCount ? '' : (match.group(index) ?? '');
    },
  );
}

/** `Regexp.Split`: at most `limit` parts (all when negative); an empty match at the very beginning is no separator. */
function splitAtMatches(pattern: string, expression: RE2JS, text: string, limit: number): GoSlice {
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
