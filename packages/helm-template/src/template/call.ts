import { GoError } from '../go/go-error.js';
import { isTrue } from '../go/truth.js';
import { GoSlice, type GoMethod, type GoValue } from '../go/value.js';
import {
  argumentOf,
  canonicalType,
  validateValue,
  type EvaluateArgument,
  type Operand,
} from './arguments.js';
import type { Callee } from './builtins.js';
import type { ExecState } from './exec-state.js';
import type { FunctionContext } from './function-table.js';
import type { TemplateSyntaxNode } from './node.js';
import { TemplateExecutionError } from './template-error.js';
import type { Value } from './value-access.js';

/** A function that returns a longer list pays a step for each of its items: lists that double end in time. */
const freeItems = 10_000;

/** Says that a command gets nothing from a pipeline before it. */
export const noFinal = Symbol('no final argument');

/** The value that a pipeline hands to its next command as the last argument. */
export type Final = Value | typeof noFinal;

/** A call that waits for the state, dot and the pipeline's value. */
export type EvaluateCall = (state: ExecState, dot: Value, final: Final) => Value;

/** What of a callee decides how its arguments are checked. */
interface Signature {
  readonly types: readonly string[];
  readonly isVariadic: boolean;
}

function signatureOf(callee: {
  readonly parameters: readonly string[];
  readonly variadic?: boolean | undefined;
}): Signature {
  return {
    types: callee.parameters.map((name) => canonicalType(name)),
    isVariadic: callee.variadic === true,
  };
}

/** The type of the argument at a place; past the end, of the variadic part. */
function typeAt(signature: Signature, index: number): string {
  return signature.types[Math.min(index, signature.types.length - 1)] ?? 'interface {}';
}

/** Go's complaint about the number of arguments, if there is one. */
function arityProblem(signature: Signature, name: string, given: number, total: number): string | undefined {
  const wanted = signature.types.length;
  if (!signature.isVariadic) {
    return total === wanted ? undefined : `wrong number of args for ${name}: want ${wanted} got ${total}`;
  }
  return total >= wanted - 1
    ? undefined
    : `wrong number of args for ${name}: want at least ${wanted - 1} got ${given}`;
}

/** A function of the table with its operands, checked as far as possible once. */
export function compileCall(
  callee: Callee,
  name: string,
  operands: readonly Operand[],
  node: TemplateSyntaxNode,
): EvaluateCall {
  const signature = signatureOf(callee);
  const evaluators = operands.map((operand, index) => argumentOf(operand, typeAt(signature, index)));
  const count = evaluators.length;
  const problems = [count, count + 1].map((total) => arityProblem(signature, name, count, total));
  const invoke = invoker(callee);
  return (state, dot, final) => {
    const problem = final === noFinal ? problems[0] : problems[1];
    if (problem !== undefined) return state.fail(problem);
    state.host.budget.spend();
    const args = evaluateAll(evaluators, state, dot);
    if (final !== noFinal) args.push(validateValue(state, final, typeAt(signature, count)));
    return guard(state, node, name, () => invoke(args, state.host.context));
  };
}

function invoker(callee: Callee): (args: Value[], context: FunctionContext) => Value {
  // A builtin takes no context and a function of the table never sees `undefined`: its parameters are checked.
  return (args, context) => callee.call(args as GoValue[], context);
}

function evaluateAll(evaluators: readonly EvaluateArgument[], state: ExecState, dot: Value): Value[] {
  const args: Value[] = [];
  for (const evaluate of evaluators) args.push(evaluate(state, dot));
  return args;
}

/** Runs a function and gives its error the place of the call. */
function guard(state: ExecState, node: TemplateSyntaxNode, name: string, run: () => Value): Value {
  let result: Value;
  try {
    result = run();
  } catch (error) {
    if (!(error instanceof GoError) && !(error instanceof TemplateExecutionError)) throw error;
    state.node = node;
    return state.fail(`error calling ${name}: ${error.message}`, error);
  }
  if (typeof result === 'string') state.host.budget.checkLength(result.length);
  else if (result instanceof GoSlice && result.items.length > freeItems)
    state.host.budget.spend(result.items.length);
  return result;
}

/** `and` and `or`: the first operand that decides, later ones are not evaluated. */
export function compileShortCircuit(name: 'and' | 'or', operands: readonly Operand[]): EvaluateCall {
  const evaluators = operands.map((operand) => argumentOf(operand, 'reflect.Value'));
  const deciding = name === 'or';
  return (state, dot, final) => {
    if (evaluators.length === 0 && final === noFinal) {
      return state.fail(`wrong number of args for ${name}: want at least 1 got 0`);
    }
    let value: Value;
    for (const evaluate of evaluators) {
      value = evaluate(state, dot);
      if (isTrue(value) === deciding) return value;
    }
    return final === noFinal ? value : final;
  };
}

/** A method of a struct: found only while the template runs, so its operands are checked then. */
export function callMethod(
  state: ExecState,
  dot: Value,
  call: {
    readonly method: GoMethod;
    readonly name: string;
    readonly operands: readonly Operand[];
    readonly node: TemplateSyntaxNode;
    readonly final: Final;
  },
): Value {
  const { method, name, operands, node, final } = call;
  const signature = signatureOf(method);
  const given = operands.length;
  const problem = arityProblem(signature, name, given, given + (final === noFinal ? 0 : 1));
  if (problem !== undefined) return state.fail(problem);
  state.host.budget.spend();
  const evaluators = operands.map((operand, index) => argumentOf(operand, typeAt(signature, index)));
  const args = evaluateAll(evaluators, state, dot);
  if (final !== noFinal) args.push(validateValue(state, final, typeAt(signature, given)));
  return guard(state, node, name, () => method.call(...(args as GoValue[])));
}
