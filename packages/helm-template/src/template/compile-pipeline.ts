import type { FunctionTable } from './function-table.js';
import { idealConstant, type Evaluate, type Operand } from './arguments.js';
import { builtins, callBuiltin, type Callee } from './builtins.js';
import { compileCall, compileShortCircuit, noFinal, type EvaluateCall } from './call.js';
import type { ExecState } from './exec-state.js';
import { fieldChain } from './field-access.js';
import {
  nodeText,
  type ChainNode,
  type CommandNode,
  type FieldNode,
  type IdentifierNode,
  type OperandNode,
  type PipeNode,
  type VariableNode,
} from './node.js';
import type { Value } from './value-access.js';
import type { VariableScope } from './variable-scope.js';

/** What is known while a template is turned into code. */
export interface CompileContext {
  readonly functions: FunctionTable;
  readonly scope: VariableScope;
}

/** A pipeline as code; its declarations are in scope from here on. */
export function compilePipeline(pipe: PipeNode, context: CompileContext): Evaluate {
  const commands = pipe.commands.map((command) => compileCommand(command, context));
  const run = pipeCommands(pipe, commands);
  if (pipe.declarations.length === 0) return run;
  const targets = pipe.declarations.map((variable) => {
    const name = variable.names[0] ?? '$';
    return { name, slot: pipe.isAssignment ? context.scope.find(name) : context.scope.declare(name) };
  });
  return (state, dot) => {
    const value = run(state, dot);
    for (const { name, slot } of targets) {
      if (slot === undefined) return state.fail(`undefined variable: ${name}`);
      state.variables[slot] = value;
    }
    return value;
  };
}

/** Each command gets the value of the one before; a nil interface becomes no value at every stage. */
function pipeCommands(pipe: PipeNode, commands: readonly EvaluateCall[]): Evaluate {
  const [first, ...others] = commands;
  if (first === undefined) return () => undefined;
  if (others.length === 0) {
    return (state, dot) => {
      state.node = pipe;
      return first(state, dot, noFinal) ?? undefined;
    };
  }
  return (state, dot) => {
    state.node = pipe;
    let value = first(state, dot, noFinal) ?? undefined;
    for (const command of others) value = command(state, dot, value) ?? undefined;
    return value;
  };
}

function compileCommand(command: CommandNode, context: CompileContext): EvaluateCall {
  const [first, ...rest] = command.args;
  if (first === undefined) return () => undefined;
  switch (first.type) {
    case 'identifier':
      return compileFunction(first, command, rest, context);
    case 'field':
      return compileField(first, rest, context);
    case 'chain':
      return compileChain(first, rest, context);
    case 'variable':
      if (first.names.length > 1) return compileVariableField(first, rest, context);
      return withoutArguments(first, rest, compileOperand(first, context).evaluate);
    case 'nil':
      return (state) => {
        state.node = first;
        return state.fail('nil is not a command');
      };
    default:
      return withoutArguments(first, rest, compileOperand(first, context).evaluate);
  }
}

/** What is no function takes neither arguments nor a value from the pipeline. */
function withoutArguments(
  first: OperandNode,
  rest: readonly OperandNode[],
  evaluate: Evaluate,
): EvaluateCall {
  return (state, dot, final) => {
    if (rest.length > 0 || final !== noFinal) {
      if (first.type !== 'pipe') state.node = first;
      return state.fail(`can't give argument to non-function ${nodeText(first)}`);
    }
    return evaluate(state, dot);
  };
}

function builtinFor(name: string, args: readonly OperandNode[]): Callee | undefined {
  const [first] = args;
  return name === 'call' && first !== undefined ? callBuiltin(nodeText(first)) : builtins.get(name);
}

function compileFunction(
  identifier: IdentifierNode,
  node: CommandNode | IdentifierNode,
  args: readonly OperandNode[],
  context: CompileContext,
): EvaluateCall {
  const { name } = identifier;
  const operands = args.map((argument) => compileOperand(argument, context));
  const own = context.functions.get(name);
  const callee = own ?? builtinFor(name, args);
  if (callee === undefined) {
    return (state) => {
      state.node = identifier;
      return state.fail(`"${name}" is not a defined function`);
    };
  }
  const call =
    own === undefined && (name === 'and' || name === 'or')
      ? compileShortCircuit(name, operands)
      : compileCall(callee, name, operands, node);
  return (state, dot, final) => {
    state.node = identifier;
    return call(state, dot, final);
  };
}

function compileField(node: FieldNode, args: readonly OperandNode[], context: CompileContext): EvaluateCall {
  const operands = args.map((argument) => compileOperand(argument, context));
  const { names } = node;
  return (state, dot, final) => {
    state.node = node;
    return fieldChain(state, dot, dot, names, { node, operands, final });
  };
}

function compileChain(node: ChainNode, args: readonly OperandNode[], context: CompileContext): EvaluateCall {
  const receiver = compileOperand(node.node, context);
  const operands = args.map((argument) => compileOperand(argument, context));
  return (state, dot, final) => {
    state.node = receiver.node;
    const value = receiver.evaluate(state, dot);
    return fieldChain(state, dot, value, node.names, { node, operands, final });
  };
}

function compileVariableField(
  node: VariableNode,
  args: readonly OperandNode[],
  context: CompileContext,
): EvaluateCall {
  const read = readVariable(node, context);
  const operands = args.map((argument) => compileOperand(argument, context));
  const names = node.names.slice(1);
  return (state, dot, final) => {
    state.node = node;
    return fieldChain(state, dot, read(state), names, { node, operands, final });
  };
}

function readVariable(node: VariableNode, context: CompileContext): (state: ExecState) => Value {
  const name = node.names[0] ?? '$';
  const slot = context.scope.find(name);
  if (slot === undefined) return (state) => state.fail(`undefined variable: ${name}`);
  return (state) => state.variables[slot];
}

/** An operand as code, as it is evaluated when it stands for an argument. */
function compileOperand(node: OperandNode, context: CompileContext): Operand {
  return { node, evaluate: evaluateOperand(node, context) };
}

function evaluateOperand(node: OperandNode, context: CompileContext): Evaluate {
  switch (node.type) {
    case 'dot':
      return (state, dot) => {
        state.node = node;
        return dot;
      };
    case 'field':
      return withoutFinal(compileField(node, [], context));
    case 'variable': {
      if (node.names.length > 1) return withoutFinal(compileVariableField(node, [], context));
      const read = readVariable(node, context);
      return (state) => {
        state.node = node;
        return read(state);
      };
    }
    case 'pipe':
      return compilePipeline(node, context);
    case 'identifier':
      return withoutFinal(compileFunction(node, node, [], context));
    case 'chain':
      return withoutFinal(compileChain(node, [], context));
    case 'number':
      return (state) => idealConstant(state, node);
    case 'bool':
      return (state) => {
        state.node = node;
        return node.value;
      };
    case 'string':
      return (state) => {
        state.node = node;
        return node.text;
      };
    default:
      // A nil is never evaluated: as a command and as an argument it has rules of its own.
      return () => undefined;
  }
}

function withoutFinal(call: EvaluateCall): Evaluate {
  return (state, dot) => call(state, dot, noFinal);
}
