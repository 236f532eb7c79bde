import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenize } from './lexer.js';
import { parseTemplate } from './parser.js';
import { TemplateParseError } from './template-error.js';

const known = new Set(['print', 'printf', 'index', 'eq', 'include']);

function parse(text: string): ReturnType<typeof parseTemplate> {
  return parseTemplate('x', text, (name) => known.has(name));
}

/** What a parse comes to: the names it defines, or the error's text. */
function outcome(text: string): string {
  try {
    return [...parse(text).keys()].join(',');
  } catch (error) {
    if (error instanceof TemplateParseError) return error.message;
    throw error;
  }
}

const fragments = fc.constantFrom(
  '{{',
  '}}',
  '{{-',
  '-}}',
  ' - ',
  '{{/*',
  '*/}}',
  'if',
  'else',
  'end',
  'range',
  'with',
  'define',
  'block',
  'template',
  'break',
  'continue',
  'nil',
  'true',
  '"a"',
  '`',
  "'x'",
  '"',
  '\\',
  '$',
  '$x',
  ':=',
  '=',
  ',',
  '|',
  '(',
  ')',
  '.',
  '.a',
  '.a.b',
  'print',
  'nope',
  '1',
  '0x',
  '1e5',
  '-',
  '+',
  ' ',
  '\n',
  'é',
  '\uDC80',
  '😀',
);

describe('the lexer and the parser', () => {
  it('throw nothing but a parse error, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(fragments, { maxLength: 40 }), (pieces) => {
        expect(typeof outcome(pieces.join(''))).toBe('string');
      }),
      { numRuns: 2_000 },
    );
  });

  it('throw nothing but a parse error inside an action', () => {
    fc.assert(
      fc.property(fc.array(fragments, { maxLength: 20 }), (pieces) => {
        expect(typeof outcome(`{{ ${pieces.join(' ')} }}{{ end }}`)).toBe('string');
      }),
      { numRuns: 2_000 },
    );
  });

  it('keep every character of a text without actions', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!text.includes('{{'));
        expect(
          tokenize(text)
            .map((token) => token.value)
            .join(''),
        ).toBe(text);
      }),
    );
  });

  it.each([
    ['actions', '{{if 1}}', '{{end}}'],
    ['parentheses', '(', ')'],
    ['else if', '{{else if 1}}', ''],
  ])('refuse endless nesting of %s', (_name, open, close) => {
    const depth = 100_000;
    const body = open.repeat(depth) + (open === '(' ? '1' : '') + close.repeat(depth);
    const text = open === '(' ? `{{ ${body} }}` : `{{if 1}}${body}{{end}}`;
    expect(outcome(text)).toMatch(/^template: x:1: nested more than \d+ levels deep$/);
  });

  it.each([
    ['variables', (index: number) => `{{ $a${index} := 1 }}{{ $a0 }}`],
    ['trim markers', () => 'x {{- 1 -}} '],
    ['comments', () => '{{/* */}}'],
  ])('take long files of %s in time that grows with their length', (_name, piece) => {
    const text = Array.from({ length: 100_000 }, (_, index) => piece(index)).join('');
    // A way that is quadratic in the length takes minutes: the test's time-out would end it.
    expect(outcome(text)).toBe('x');
  });

  it('take nesting as deep as people write it', () => {
    expect(outcome(`${'{{if 1}}'.repeat(300)}${'{{end}}'.repeat(300)}`)).toBe('x');
    expect(outcome(`{{ ${'('.repeat(300)}1${')'.repeat(300)} }}`)).toBe('x');
  });

  it.each([
    [
      '{{ define "a" }}1{{ end }}{{ define "a" }}2{{ end }}',
      'template: x:1: template: multiple definition of template "a"',
    ],
    ['{{ define "a" }}1{{ end }}{{ define "a" }} {{/* c */}}{{ end }}', 'a,x'],
    ['a\n{{ if 1 }}\n', 'template: x:3: unexpected EOF'],
    ['\n\n{{ nope }}', 'template: x:3: function "nope" not defined'],
    ['{{ print\n1', 'template: x:2: unclosed action started at x:1'],
  ])('report %j as Go does', (text, expected) => {
    expect(outcome(text)).toBe(expected);
  });
});
