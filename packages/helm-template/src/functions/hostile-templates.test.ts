import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { GoMap, type GoValue } from '../go/value.js';
import { ExecutionBudget } from '../template/execution-budget.js';
import { TemplateExecutionError, TemplateLimitError } from '../template/template-error.js';
import { TemplateSet } from '../template/template-set.js';
import { createFunctions } from './create-functions.js';

const functions = createFunctions({ randomBytes, clock: Date.now, timeZone: 'UTC' });
const SMALL = { maxSteps: 2_000_000, maxOutputBytes: 64 * 1024 * 1024, timeBudgetMs: 20_000 };

/** A map with 2^40 leaves out of 40 maps, as `$d`. */
const DOUBLING = '{{ $d := dict }}{{ range until 40 }}{{ $d = dict "a" $d "b" $d }}{{ end }}';
/** A map that holds itself, as `$d`. */
const CYCLE = '{{ $d := dict }}{{ $_ := set $d "a" $d }}';

function run(text: string): string {
  const set = new TemplateSet({ functions });
  set.addParse('hostile', text);
  return set.execute('hostile', new GoMap(new Map<string, GoValue>()), new ExecutionBudget(SMALL));
}

describe('templates that ask for too much stop with a limit', () => {
  for (const text of [
    '{{ repeat 1000000000 "x" }}',
    '{{ indent 1000000000 "x" }}',
    '{{ until 1000000000 }}',
    '{{ seq 1 1000000000 }}',
    '{{ untilStep 0 1000000000 1 }}',
    '{{ randAlphaNum 1000000000 }}',
    '{{ randBytes 1000000000 }}',
    '{{ range until 1000 }}{{ $_ := bcrypt "x" }}{{ end }}',
    '{{ range until 1000 }}{{ $_ := genPrivateKey "ed25519" }}{{ end }}',
    '{{ $l := list 1 2 }}{{ range until 40 }}{{ $l = concat $l $l }}{{ end }}',
    '{{ $s := "xx" }}{{ range until 40 }}{{ $s = replace "x" "xx" $s }}{{ end }}',
    '{{ $s := "xx" }}{{ range until 40 }}{{ $s = cat $s $s }}{{ end }}',
    `${DOUBLING}{{ toYaml $d }}`,
    `${DOUBLING}{{ toJson $d }}`,
    `${DOUBLING}{{ toToml $d }}`,
    `${DOUBLING}{{ $_ := deepCopy $d }}`,
    `${DOUBLING}{{ $_ := merge (dict) $d }}`,
    `${DOUBLING}{{ $e := $d }}${DOUBLING}{{ deepEqual $d $e }}`,
    `${DOUBLING}{{ $e := $d }}${DOUBLING}{{ has $d (list $e) }}`,
    `${DOUBLING}{{ quote $d }}`,
    `${CYCLE}{{ $_ := deepCopy $d }}`,
  ]) {
    it(`stops ${text.slice(0, 90)}`, () => expect(() => run(text)).toThrow(TemplateLimitError));
  }
});

describe('values that hold themselves', () => {
  it('have no text', () => {
    expect(run(`${CYCLE}{{ toJson $d }}{{ toYaml $d }}`)).toBe('');
    expect(() => run(`${CYCLE}{{ mustToJson $d }}`)).toThrow(TemplateExecutionError);
  });
});

describe('expressions that are slow elsewhere', () => {
  it('are not', () => {
    expect(run(`{{ regexMatch "^(a+)+$" (print (repeat 5000 "a") "b") }}`)).toBe('false');
    expect(run(`{{ len (regexReplaceAll "(a|aa)+$" (print (repeat 2000 "a") "b") "x") }}`)).toBe('2001');
  });
});
