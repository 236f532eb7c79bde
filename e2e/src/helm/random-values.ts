import fc from 'fast-check';

/** Strings that YAML, JSON and Go's quoting treat specially, besides any text at all. */
const awkward = fc.constantFrom(
  '',
  ' ',
  'yes',
  'No',
  'on',
  'y',
  'null',
  '~',
  'true',
  '123',
  '1_000',
  '0x1F',
  '0o17',
  '017',
  '1e3',
  '1.',
  '.5',
  '.inf',
  '-',
  '- a',
  '?',
  ': ',
  'a: b',
  'a:',
  '# x',
  'a #b',
  '*a',
  '&a',
  '!a',
  '%a',
  '@a',
  '`a',
  '{a',
  '[a',
  '|',
  '>',
  '=',
  '<<',
  '---',
  '...',
  '2020-01-01',
  '12:30:45',
  'line1\nline2',
  'line\n',
  '\nline',
  'a\n\n',
  '  indented\ntext',
  'trailing ',
  'tab\tin',
  "it's",
  'say "hi"',
  'back\\slash',
  '<a&b>',
  'é日本',
  '😀',
  '\u2028',
  '\u00a0',
  '\u0085',
  '\ufeff',
);

/** A long text of words, which YAML folds. */
const longText = fc
  .array(fc.constantFrom('word', 'longer-word', 'a', 'x: y', '#', "'q'", 'é', ''), {
    minLength: 15,
    maxLength: 40,
  })
  .map((words) => words.join(' '));

/** Text without control characters that no YAML or JSON values file can carry. */
const anyText = fc.string({ unit: 'grapheme', maxLength: 20 });

export const text: fc.Arbitrary<string> = fc.oneof(awkward, anyText, longText);

const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(
    0,
    1,
    -1,
    0.1,
    1.5,
    1e6,
    1e15,
    1e20,
    1e21,
    1e-6,
    1e-7,
    999_999,
    1_000_000,
    123_456.5,
    2 ** 53,
  ),
);

/** Any JSON value, maps and lists nested a few levels deep. */
export const json: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    text,
    number,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(text, tie('value'), { maxKeys: 5 }),
  ),
})).value;

/** Formats with right and wrong verbs, flags, widths and precisions; without `%p`, which prints addresses. */
export const format: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom('a', ' ', '%%', 'é', '\n'),
      fc
        .tuple(
          fc.constantFrom('', '+', '-', '#', '0', ' ', '+0', '-0', '#+', '+#'),
          fc.constantFrom('', '', '', '5', '12', '0'),
          fc.constantFrom('', '', '', '.0', '.3', '.'),
          fc.constantFrom(...Array.from('vdsqxXftgGeEcUTobO%!zk')),
        )
        .map((parts) => `%${parts.join('')}`),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

const number10 = fc.constantFrom('0', '1', '2', '3', '10', '20');
const suffix = fc.constantFrom('', '', '', '', '-0', '-alpha.1', '-beta', '-1.2', '+meta', '-a+b');

function dotted(part: fc.Arbitrary<string>, minLength: number): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom('', 'v'),
      fc.array(part, { minLength, maxLength: 3 }).map((parts) => parts.join('.')),
      suffix,
    )
    .map((parts) => parts.join(''));
}

/** A version, lenient as charts have them. */
export const semver: fc.Arbitrary<string> = dotted(number10, 1);

/** A constraint of Masterminds' grammar. */
export const constraint: fc.Arbitrary<string> = fc
  .array(
    fc
      .tuple(
        fc.constantFrom('', '=', '!=', '>', '<', '>=', '<=', '~', '~>', '^', '=>', '=<', '> ', '^ '),
        dotted(fc.oneof(number10, fc.constantFrom('x', '*')), 2),
      )
      .map((parts) => parts.join('')),
    { minLength: 1, maxLength: 3 },
  )
  .chain((parts) => fc.constantFrom(' ', ', ', ',', ' || ', '||').map((separator) => parts.join(separator)));

const atom = fc.constantFrom(
  'a',
  'b',
  '.',
  '\\d',
  '\\w',
  '\\s',
  '\\b',
  '^',
  '$',
  '[ab]',
  '[^a]',
  '[[:alpha:]]',
  'é',
  '\\pL',
  '(?i)A',
  '(?m)^',
  '(?s).',
  '\\z',
  '\\A',
  '\\W',
  '-',
  '\\.',
);

/** A regular expression of RE2's grammar. */
export const regex: fc.Arbitrary<string> = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4 },
    atom,
    fc.tuple(tie('expression'), tie('expression')).map((parts) => parts.join('')),
    fc.tuple(tie('expression'), tie('expression')).map((parts) => parts.join('|')),
    tie('expression').map((inner) => `(${inner})`),
    tie('expression').map((inner) => `(?P<n>${inner})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{0,}'))
      .map(([inner, repeat]) => `(?:${inner})${repeat}`),
  ),
})).expression;

/** Text for {@link regex} to match. */
export const subject: fc.Arbitrary<string> = fc
  .array(fc.constantFrom('a', 'b', 'A', 'é', ' ', '1', '\n', '-', '.', '日', '😀'), { maxLength: 12 })
  .map((characters) => characters.join(''));
