import { GoError } from '../go/go-error.js';
import { templateEqual, templateLess } from '../go/compare.js';
import { sprint, sprintf, sprintln } from '../go/format.js';
import { typeOf } from '../go/kind.js';
import { isTrue } from '../go/truth.js';
import { GoInt, type GoValue } from '../go/value.js';
import { htmlEscape, jsEscape, queryEscape } from './escape-functions.js';
import type { TemplateFunction } from './function-table.js';
import { indexValue, lengthOf, sliceValue, type Value } from './value-access.js';

/** A function of text/template itself. Its `reflect.Value` parameters can be `undefined`: no value. */
export interface Builtin {
  readonly parameters: readonly string[];
  readonly variadic?: boolean | undefined;
  readonly call: (args: readonly Value[]) => Value;
}

/** What can be called: by a function table, or built in. */
export type Callee = TemplateFunction | Builtin;

const any = 'interface {}';
const reflectValue = 'reflect.Value';

function variadic(parameters: readonly string[], call: (args: readonly Value[]) => Value): Builtin {
  return { parameters, variadic: true, call };
}

function fixed(parameters: readonly string[], call: (args: readonly Value[]) => Value): Builtin {
  return { parameters, call };
}

function comparison(test: (left: Value, right: Value) => boolean): Builtin {
  return fixed([reflectValue, reflectValue], ([left, right]) => test(left, right));
}

function printed(args: readonly Value[]): GoValue[] {
  return args.map((value) => value ?? null);
}

/** A parameter of type string holds nothing else. */
function textOf(value: Value): string {
  return typeof value === 'string' ? value : '';
}

/** The text that `html`, `js` and `urlquery` escape. */
function escapable(args: readonly Value[]): string {
  return sprint(...args.map((value) => value ?? '<no value>'));
}

function equalToAny([first, ...others]: readonly Value[]): boolean {
  if (others.length === 0) throw new GoError('missing argument for comparison');
  return others.some((other) => templateEqual(first, other));
}

function lessOrEqual(left: Value, right: Value): boolean {
  return templateLess(left, right) || templateEqual(left, right);
}

/**
 * The built-in `call`. Nothing that a chart can reach is a Go func, so it always fails.
 *
 * @param calleeText - the first argument as it stands in the template, for the error.
 */
export function callBuiltin(calleeText: string): Builtin {
  return variadic([reflectValue, reflectValue], ([callee]) => {
    if (callee === undefined || callee === null) throw new GoError('call of nil');
    throw new GoError(`non-function ${calleeText} of type ${typeOf(callee)}`);
  });
}

/**
 * The functions of text/template. `and` and `or` are here for their names and parameters: the executor
 * evaluates them itself, because they stop at the first operand that decides.
 */
export const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [
    'and',
    variadic([reflectValue, reflectValue], (args) => args.find((value) => !isTrue(value)) ?? args.at(-1)),
  ],
  [
    'or',
    variadic([reflectValue, reflectValue], (args) => args.find((value) => isTrue(value)) ?? args.at(-1)),
  ],
  ['not', fixed([reflectValue], ([value]) => !isTrue(value))],
  ['call', callBuiltin('')],
  ['html', variadic([any], (args) => htmlEscape(escapable(args)))],
  ['js', variadic([any], (args) => jsEscape(escapable(args)))],
  ['urlquery', variadic([any], (args) => queryEscape(escapable(args)))],
  ['index', variadic([reflectValue, reflectValue], ([item, ...indexes]) => indexValue(item, indexes))],
  ['slice', variadic([reflectValue, reflectValue], ([item, ...indexes]) => sliceValue(item, indexes))],
  ['len', fixed([reflectValue], ([item]) => new GoInt('int', BigInt(lengthOf(item))))],
  ['print', variadic([any], (args) => sprint(...printed(args)))],
  ['println', variadic([any], (args) => sprintln(...printed(args)))],
  ['printf', variadic(['string', any], ([format, ...args]) => sprintf(textOf(format), printed(args)))],
  ['eq', variadic([reflectValue, reflectValue], equalToAny)],
  ['ne', comparison((left, right) => !templateEqual(left, right))],
  ['lt', comparison(templateLess)],
  ['le', comparison(lessOrEqual)],
  ['gt', comparison((left, right) => !lessOrEqual(left, right))],
  ['ge', comparison((left, right) => !templateLess(left, right))],
]);
