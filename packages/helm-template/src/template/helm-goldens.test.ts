import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GoError } from '../go/go-error.js';
import { GoMap, GoSlice, type GoValue } from '../go/value.js';
import { ExecutionBudget } from './execution-budget.js';
import type { FunctionTable, TemplateFunction } from './function-table.js';
import { TemplateSet } from './template-set.js';
import { TemplateExecutionError, TemplateParseError } from './template-error.js';

/**
 * What helm 4.1.4 printed for each expression, or the error it gave. The expression stands in `probe` of a
 * template that includes it: `out: {{ include "probe" .Values | toJson }}`.
 */
interface GoldenCase {
  readonly expr: string;
  readonly out?: string;
  readonly error?: string;
}

interface Goldens {
  readonly values: unknown;
  readonly cases: readonly GoldenCase[];
}

const fileName = 'probe/templates/x.yaml';

const functions: FunctionTable = new Map<string, TemplateFunction>([
  [
    'include',
    {
      parameters: ['string', 'interface {}'],
      call: ([name, data], context) => context.include(text(name), data ?? null),
    },
  ],
  [
    'tpl',
    {
      parameters: ['string', 'interface {}'],
      call: ([source, data], context) => context.tpl(text(source), data ?? null),
    },
  ],
  [
    'fail',
    {
      parameters: ['string'],
      call: ([message]) => {
        throw new GoError(text(message));
      },
    },
  ],
]);

function text(value: GoValue | undefined): string {
  if (typeof value !== 'string') throw new TypeError('not a string');
  return value;
}

function fromJson(value: unknown, typeName?: string): GoValue {
  if (Array.isArray(value)) return new GoSlice(value.map((item) => fromJson(item)));
  if (typeof value === 'object' && value !== null) {
    return new GoMap(new Map(Object.entries(value).map(([key, item]) => [key, fromJson(item)])), typeName);
  }
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  throw new TypeError('not JSON');
}

/** Bytes that are not UTF-8 are U+FFFD in JSON. */
function asJsonText(output: string): string {
  return output.replace(/[\uDC80-\uDCFF](?<![\uD800-\uDBFF][\uDC80-\uDCFF])/g, '\uFFFD');
}

function evaluate(expression: string, values: GoValue): string {
  const set = new TemplateSet({ functions });
  const probe = expression.replaceAll(String.raw`\n!`, '\n');
  const source = `{{- define "probe" -}}${probe}{{- end -}}\n{{- define "echo" -}}{{ . }}{{- end -}}\nout: {{ include "probe" .Values }}\n`;
  set.addParse(fileName, source);
  const data = new GoMap(new Map([['Values', values]]));
  const output = set.execute(fileName, data, new ExecutionBudget({ timeBudgetMs: 10_000 }));
  return asJsonText(output.slice('out: '.length, -1));
}

/** Helm 4 breaks an error over lines and drops parts of it; each piece it shows has to be in ours, in order. */
function piecesOf(error: string): string[] {
  const parse = /^parse error at \((.+)\): ([^]*)$/.exec(error);
  if (parse !== null) return [parse[1] ?? '', parse[2] ?? ''];
  return error
    .replace(/^execution error at \((.+)\): /, '')
    .split('\n')
    .map((line) => line.trim().replace(/:$/, ''));
}

function missingPiece(message: string, pieces: readonly string[]): string | undefined {
  let from = 0;
  for (const piece of pieces) {
    const at = message.indexOf(piece, from);
    if (at < 0) return piece;
    from = at + piece.length;
  }
  return undefined;
}

function failureOf(expression: string, values: GoValue): string {
  try {
    return `no error but ${JSON.stringify(evaluate(expression, values))}`;
  } catch (error) {
    if (error instanceof TemplateParseError || error instanceof TemplateExecutionError) return error.message;
    throw error;
  }
}

describe.each(['language', 'printf'])('helm 4.1.4: %s', (name) => {
  const file = new URL(`../../testdata/template/${name}.json`, import.meta.url);
  const goldens = JSON.parse(readFileSync(file, 'utf8')) as Goldens;
  const values = fromJson(goldens.values, 'common.Values');
  const refused = goldens.cases.filter((golden) => golden.error !== undefined);

  // Loops and not it.each, which would take the verbs in a title for its own.
  for (const golden of goldens.cases.filter((each) => each.error === undefined)) {
    it(`prints ${golden.expr}`, () => {
      expect(evaluate(golden.expr, values)).toBe(golden.out);
    });
  }

  for (const { expr, error } of refused) {
    it(`refuses ${expr}`, () => {
      const message = failureOf(expr, values);
      expect(missingPiece(message, piecesOf(error ?? '')), message).toBeUndefined();
    });
  }

  it('has cases', () => {
    expect(goldens.cases.length).toBeGreaterThan(60);
  });
});
