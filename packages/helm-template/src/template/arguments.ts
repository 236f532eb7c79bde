import { GoInt, type GoValue } from '../go/value.js';
import { goInt, isIntKind, isUnsignedKind } from '../go/integer.js';
import { typeOf } from '../go/kind.js';
import type { ExecState } from './exec-state.js';
import { nodeText, type NumberNode, type OperandNode } from './node.js';
import { isAssignable, isNilable, type Value } from './value-access.js';

/** Evaluates an operand, without a look at the type that is wanted. */
export type Evaluate = (state: ExecState, dot: Value) => Value;

/** An operand of a call: its node, and how to get its value. */
export interface Operand {
  readonly node: OperandNode;
  readonly evaluate: Evaluate;
}

/** Evaluates an operand as an argument of one type. */
export type EvaluateArgument = (state: ExecState, dot: Value) => Value;

/**
 * The value of a constant number where no type is asked for: float64 if it is written like one, else int.
 */
export function idealConstant(state: ExecState, node: NumberNode): GoValue {
  state.node = node;
  const { text, float, int } = node;
  const isHexInteger = /^0[xX]/.test(text) && !/[pP]/.test(text);
  if (float !== undefined && !isHexInteger && !text.startsWith("'") && /[.eEpP]/.test(text)) return float;
  if (int === undefined) return state.fail(`${text} overflows int`);
  return new GoInt('int', int);
}

/** Go's names for the types that a table may write shorter. */
export function canonicalType(name: string): string {
  if (name === 'string' || name === 'interface {}') return name;
  return name
    .replaceAll('[]byte', '[]uint8')
    .replace(/\bany\b/g, 'interface {}')
    .replaceAll('interface{}', 'interface {}');
}

/**
 * Checks a value against a parameter's type, as text/template's validateType.
 *
 * @returns the value, `null` for nil, or for a `reflect.Value` parameter `undefined` when there is no value.
 */
export function validateValue(state: ExecState, value: Value, typeName: string): Value {
  switch (typeName) {
    case 'interface {}':
      return value === undefined ? null : value;
    case 'string':
      if (typeof value === 'string') return value;
      break;
    case 'reflect.Value':
      return value;
    default:
  }
  if (value === undefined) {
    return isNilable(typeName) ? null : state.fail(`invalid value; expected ${typeName}`);
  }
  if (value === null) return state.fail(`wrong type for value; expected ${typeName}; got interface {}`);
  if (isAssignable(value, typeName)) return value;
  return state.fail(`wrong type for value; expected ${typeName}; got ${typeOf(value)}`);
}

/** The evaluation of an operand for a parameter of one type, with everything that is known beforehand decided. */
export function argumentOf(operand: Operand, typeName: string): EvaluateArgument {
  const { node, evaluate } = operand;
  switch (node.type) {
    case 'nil':
      return (state) => {
        state.node = node;
        if (!isNilable(typeName)) return state.fail(`cannot assign nil to ${typeName}`);
        return typeName === 'reflect.Value' ? undefined : null;
      };
    case 'bool':
      return literalOf(operand, typeName, 'bool');
    case 'string':
      return literalOf(operand, typeName, 'string');
    case 'number':
      return numberOf(node, operand, typeName);
    default:
  }
  if (typeName === 'reflect.Value') {
    return (state, dot) => {
      state.node = node;
      return evaluate(state, dot);
    };
  }
  return (state, dot) => {
    state.node = node;
    return validateValue(state, evaluate(state, dot), typeName);
  };
}

function isOpen(typeName: string): boolean {
  return typeName === 'interface {}' || typeName === 'reflect.Value';
}

/** A `true` or `"text"`: right for its own type and for open parameters. */
function literalOf(operand: Operand, typeName: string, own: 'bool' | 'string'): EvaluateArgument {
  return typeName === own || isOpen(typeName) ? operand.evaluate : complain(operand.node, typeName);
}

/** The evaluation of a literal that does not fit its parameter. */
function complain(node: OperandNode, typeName: string): EvaluateArgument {
  return (state) => {
    state.node = node;
    return state.fail(mismatch(node, typeName));
  };
}

function mismatch(node: OperandNode, typeName: string): string {
  if (typeName === 'bool' || typeName === 'string') return `expected ${typeName}; found ${nodeText(node)}`;
  if (typeName === 'float64' || typeName === 'float32') return `expected float; found ${nodeText(node)}`;
  if (isIntKind(typeName)) {
    return `expected ${isUnsignedKind(typeName) ? 'unsigned ' : ''}integer; found ${nodeText(node)}`;
  }
  return `can't handle ${nodeText(node)} for arg of type ${typeName}`;
}

function numberOf(node: NumberNode, operand: Operand, typeName: string): EvaluateArgument {
  if (isOpen(typeName)) return operand.evaluate;
  if (typeName === 'float64' && node.float !== undefined) {
    const { float } = node;
    return () => float;
  }
  if (isIntKind(typeName)) {
    const value = isUnsignedKind(typeName) ? node.uint : node.int;
    if (value !== undefined) {
      // A constant that is too large for the parameter wraps around, as reflect's SetInt does.
      const constant = goInt(typeName, value);
      return () => constant;
    }
  }
  return complain(node, typeName);
}
