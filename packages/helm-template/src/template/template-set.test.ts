import { describe, expect, it } from 'vitest';
import { GoMap, GoSlice, type GoMethod, type GoObject, type GoValue } from '../go/value.js';
import { ExecutionBudget, type ExecutionLimits } from './execution-budget.js';
import type { FunctionTable, TemplateFunction } from './function-table.js';
import { TemplateExecutionError, TemplateLimitError, TemplateParseError } from './template-error.js';
import { TemplateSet } from './template-set.js';

function textOf(value: GoValue | undefined): string {
  if (typeof value !== 'string') throw new TypeError('not a string');
  return value;
}

const functions: FunctionTable = new Map<string, TemplateFunction>([
  [
    'include',
    {
      parameters: ['string', 'any'],
      call: ([name, data], context) => context.include(textOf(name), data ?? null),
    },
  ],
  [
    'tpl',
    {
      parameters: ['string', 'any'],
      call: ([text, data], context) => context.tpl(textOf(text), data ?? null),
    },
  ],
  [
    'set',
    {
      parameters: ['map[string]interface {}', 'string', 'any'],
      call: ([map, key, value]) => {
        if (map instanceof GoMap) map.entries.set(textOf(key), value ?? null);
        return '';
      },
    },
  ],
]);

function setOf(files: Readonly<Record<string, string>>): TemplateSet {
  const set = new TemplateSet({ functions });
  for (const [name, text] of Object.entries(files)) set.addParse(name, text);
  return set;
}

function run(
  files: Readonly<Record<string, string>>,
  data: GoValue = null,
  limits: ExecutionLimits = {},
): string {
  return setOf(files).execute('main', data, new ExecutionBudget(limits));
}

function limitOf(text: string, limits: ExecutionLimits): string {
  try {
    run({ main: text }, null, limits);
  } catch (error) {
    if (error instanceof TemplateLimitError) return error.limit;
    throw error;
  }
  return 'none';
}

describe('definitions', () => {
  it('lets the later file win', () => {
    expect(
      run({ a: '{{ define "x" }}1{{ end }}', b: '{{ define "x" }}2{{ end }}', main: '{{ template "x" }}' }),
    ).toBe('2');
  });

  it('does not let an empty body replace another', () => {
    const files = {
      a: '{{ define "x" }}1{{ end }}',
      b: '{{ define "x" }} {{/* none */}}{{ end }}',
      main: '{{ template "x" }}',
    };
    expect(run(files)).toBe('1');
  });

  it('keeps what a clone adds to itself', () => {
    const set = setOf({ main: '{{ template "x" }}', a: '{{ define "x" }}1{{ end }}' });
    const clone = set.clone();
    clone.addParse('b', '{{ define "x" }}2{{ end }}');
    expect(clone.execute('main', null, new ExecutionBudget())).toBe('2');
    expect(set.execute('main', null, new ExecutionBudget())).toBe('1');
    expect([set.has('b'), clone.has('b')]).toEqual([false, true]);
  });

  it('adds nothing of a file that does not parse', () => {
    const set = setOf({ main: '' });
    expect(() => set.addParse('bad', '{{ define "x" }}1{{ end }}{{ nope }}')).toThrow(TemplateParseError);
    expect(set.has('x')).toBe(false);
  });

  it('shows a change of a map to what runs later', () => {
    const data = new GoMap();
    expect(run({ main: '{{ set . "k" 1 }}{{ .k }}{{ tpl "{{ .k }}" . }}' }, data)).toBe('11');
  });
});

describe('structs', () => {
  const method: GoMethod = {
    parameters: ['string'],
    call: (text) => `<${typeof text === 'string' ? text : ''}>`,
  };
  const object: GoObject = {
    goObject: true,
    typeName: 'chart.Thing',
    kind: 'struct',
    fields: new Map<string, GoValue>([
      ['Name', 'n'],
      ['None', null],
    ]),
    methods: new Map([['Wrap', method]]),
  };
  const render = (text: string): string => run({ main: text }, object);

  it('has fields and methods', () => {
    expect(render('{{ .Name }}{{ .Wrap "a" }}{{ "b" | .Wrap }}{{ . }}')).toBe('n<a><b>{n <nil>}');
  });

  it.each([
    ['{{ .Nope }}', "can't evaluate field Nope in type chart.Thing"],
    ['{{ .constructor }}', "can't evaluate field constructor in type chart.Thing"],
    ['{{ .None.Deep }}', 'nil pointer evaluating interface {}.Deep'],
    ['{{ .Name 1 }}', 'Name has arguments but cannot be invoked as function'],
    ['{{ .Wrap }}', 'wrong number of args for Wrap: want 1 got 0'],
    ['{{ .Wrap 1 }}', 'expected string; found 1'],
    ['{{ .Wrap .None }}', 'wrong type for value; expected string; got interface {}'],
  ])('refuses %s', (text, problem) => {
    expect(() => render(text)).toThrow(TemplateExecutionError);
    expect(() => render(text)).toThrow(problem);
  });
});

describe('limits', () => {
  it('stops after so many steps', () => {
    const loop = '{{ range 100 }}{{ range 100 }}{{ . }}{{ end }}{{ end }}';
    expect(limitOf(loop, { maxSteps: 5_000 })).toBe('maxSteps');
    expect(limitOf(loop, { maxSteps: 50_000 })).toBe('none');
  });

  it('stops at the byte that is too much', () => {
    expect(limitOf('{{ "0123456789" }}', { maxOutputBytes: 10 })).toBe('none');
    expect(limitOf('{{ "0123456789" }}!', { maxOutputBytes: 10 })).toBe('maxOutputBytes');
  });

  it('counts bytes, not characters', () => {
    expect(limitOf('éé', { maxOutputBytes: 4 })).toBe('none');
    expect(limitOf('ééé', { maxOutputBytes: 4 })).toBe('maxOutputBytes');
  });

  it('stops a value that doubles', () => {
    expect(
      limitOf('{{ $x := "aaaaaaaa" }}{{ range 60 }}{{ $x = print $x $x }}{{ end }}', { maxOutputBytes: 1e6 }),
    ).toBe('maxOutputBytes');
  });

  it('stops a list that doubles', () => {
    const double: TemplateFunction = {
      parameters: ['[]interface {}'],
      call: ([list]) => (list instanceof GoSlice ? new GoSlice([...list.items, ...list.items]) : null),
    };
    const set = new TemplateSet({ functions: new Map([['double', double]]) });
    set.addParse('main', '{{ $x := . }}{{ range 40 }}{{ $x = double $x }}{{ end }}');
    expect(() => set.execute('main', new GoSlice([1]), new ExecutionBudget({ maxSteps: 100_000 }))).toThrow(
      'the templates need more than 100000 steps',
    );
  });

  it('stops the printing of a value that holds itself', () => {
    const pair: TemplateFunction = {
      parameters: ['any'],
      call: ([item]) => new GoSlice([item ?? null, item ?? null]),
    };
    const set = new TemplateSet({ functions: new Map([['pair', pair]]) });
    set.addParse('main', '{{ $x := 1 }}{{ range 60 }}{{ $x = pair $x }}{{ end }}{{ $x }}');
    expect(() => set.execute('main', null, new ExecutionBudget())).toThrow(TemplateLimitError);
  });

  it('stops templates that double', () => {
    const text =
      '{{ define "a" }}{{ if . }}{{ template "a" (slice . 1) }}{{ template "a" (slice . 1) }}{{ end }}{{ end }}{{ template "a" "012345678901234567890123456789" }}';
    expect(limitOf(text, { maxSteps: 100_000 })).toBe('maxSteps');
  });

  it('looks at the clock every 1 000 steps', () => {
    let looks = 0;
    const now = (): number => {
      looks += 1;
      return looks;
    };
    expect(limitOf('{{ range 100000 }}{{ end }}', { timeBudgetMs: 5, now })).toBe('timeBudgetMs');
    expect(looks).toBe(7);
  });

  it.each([
    '{{ define "a" }}{{ template "a" }}{{ end }}{{ template "a" }}',
    '{{ define "a" }}{{ tpl "{{ include \\"a\\" . }}" . }}{{ end }}{{ include "a" . }}',
  ])('ends a recursion without end: %s', (text) => {
    expect(() => run({ main: text })).toThrow(/nested too deep|nested reference name/);
  });

  it('lets a template include itself a few hundred times', () => {
    const text =
      '{{ define "a" }}{{ if lt (len .) 300 }}{{ include "a" (print . "x") }}{{ else }}{{ len . }}{{ end }}{{ end }}{{ include "a" "" }}';
    expect(run({ main: text })).toBe('300');
  });
});
