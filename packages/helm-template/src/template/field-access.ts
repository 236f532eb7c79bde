import { isGoObject, typeOf } from '../go/kind.js';
import { GoMap, type GoObject } from '../go/value.js';
import type { Operand } from './arguments.js';
import { callMethod, noFinal, type Final } from './call.js';
import type { ExecState } from './exec-state.js';
import type { TemplateSyntaxNode } from './node.js';
import { elementType, mapEntry, type Value } from './value-access.js';
import { valuesMethod, valuesType } from './values-methods.js';

/** What stands after `.a.b`: the arguments of the last name, if it is a method. */
export interface FieldCall {
  readonly node: TemplateSyntaxNode;
  readonly operands: readonly Operand[];
  readonly final: Final;
}

const noOperands: readonly Operand[] = [];

/** `.a.b.c` from a receiver; only the last name may be a method with arguments. */
export function fieldChain(
  state: ExecState,
  dot: Value,
  receiver: Value,
  names: readonly string[],
  call: FieldCall,
): Value {
  let value = receiver;
  let staticType: string | undefined;
  const last = names.length - 1;
  for (let index = 0; index <= last; index++) {
    const name = names[index] ?? '';
    // A plain map is nearly every receiver.
    const isPlain =
      value instanceof GoMap &&
      value.typeName !== valuesType &&
      (index < last || (call.operands.length === 0 && call.final === noFinal));
    const next: Value = isPlain
      ? mapEntry(value as GoMap, name)
      : field(state, dot, value, name, staticType, index === last ? call : withoutArguments(call));
    staticType = value instanceof GoMap ? elementType(value) : undefined;
    value = next;
  }
  return value;
}

function withoutArguments({ node }: FieldCall): FieldCall {
  return { node, operands: noOperands, final: noFinal };
}

function field(
  state: ExecState,
  dot: Value,
  receiver: Value,
  name: string,
  staticType: string | undefined,
  call: FieldCall,
): Value {
  if (receiver === undefined) return undefined;
  const typeName = staticType ?? (receiver === null ? 'interface {}' : typeOf(receiver));
  if (receiver === null) return state.fail(`nil pointer evaluating ${typeName}.${name}`);
  const hasArguments = call.operands.length > 0 || call.final !== noFinal;
  if (receiver instanceof GoMap) {
    const method = receiver.typeName === valuesType ? valuesMethod(receiver, name) : undefined;
    if (method !== undefined) return callMethod(state, dot, { method, name, ...call });
    if (hasArguments) return state.fail(`${name} is not a method but has arguments`);
    return mapEntry(receiver, name);
  }
  if (isGoObject(receiver)) return objectField(state, dot, receiver, name, typeName, call);
  return state.fail(`can't evaluate field ${name} in type ${typeName}`);
}

function objectField(
  state: ExecState,
  dot: Value,
  receiver: GoObject,
  name: string,
  typeName: string,
  call: FieldCall,
): Value {
  const method = receiver.methods.get(name);
  if (method !== undefined) return callMethod(state, dot, { method, name, ...call });
  const hasArguments = call.operands.length > 0 || call.final !== noFinal;
  if (receiver.elements instanceof GoMap) {
    if (hasArguments) return state.fail(`${name} is not a method but has arguments`);
    return mapEntry(receiver.elements, name);
  }
  const value = receiver.fields.get(name);
  if (value === undefined) return state.fail(`can't evaluate field ${name} in type ${typeName}`);
  if (hasArguments) return state.fail(`${name} has arguments but cannot be invoked as function`);
  return value;
}
