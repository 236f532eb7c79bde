import { formatPlain } from '../go/format-value.js';
import { isGoObject } from '../go/kind.js';
import { sortedKeys } from '../go/map-order.js';
import { isTrue } from '../go/truth.js';
import { GoInt, GoMap, GoSlice } from '../go/value.js';
import type { Evaluate } from './arguments.js';
import { compilePipeline, type CompileContext } from './compile-pipeline.js';
import { ExecState, printedText, type Flow, type RunnableTemplate, type Statement } from './exec-state.js';
import type { FunctionTable } from './function-table.js';
import type { ActionNode, BranchNode, ListNode, StatementNode, TemplateNode, TemplateTree } from './node.js';
import { contents, type Value } from './value-access.js';
import { VariableScope } from './variable-scope.js';

/** Turns a template into code: closures that know their functions, types and variables. */
export function compileTemplate(tree: TemplateTree, functions: FunctionTable): RunnableTemplate {
  const scope = new VariableScope();
  const body = compileList(tree.root, { functions, scope });
  return { tree, body, slots: scope.slots };
}

function compileList(list: ListNode, context: CompileContext): Statement {
  const statements = list.nodes.map((node) => compileStatement(node, context));
  const [only] = statements;
  if (only !== undefined && statements.length === 1) return only;
  return (state, dot) => {
    for (const statement of statements) {
      const flow = statement(state, dot);
      if (flow !== 'next') return flow;
    }
    return 'next';
  };
}

function compileStatement(node: StatementNode, context: CompileContext): Statement {
  switch (node.type) {
    case 'text': {
      const { text } = node;
      return (state) => {
        state.write(text);
        return 'next';
      };
    }
    case 'action':
      return compileAction(node, context);
    case 'if':
    case 'with':
      return context.scope.nested(() => compileCondition(node, context));
    case 'range':
      return context.scope.nested(() => compileRange(node, context));
    case 'template':
      return compileInvocation(node, context);
    default: {
      const flow: Flow = node.type;
      return () => flow;
    }
  }
}

function compileAction(node: ActionNode, context: CompileContext): Statement {
  const evaluate = compilePipeline(node.pipe, context);
  if (node.pipe.declarations.length > 0) {
    return (state, dot) => {
      state.host.budget.spend();
      evaluate(state, dot);
      return 'next';
    };
  }
  return (state, dot) => {
    state.host.budget.spend();
    const value = evaluate(state, dot);
    state.node = node;
    state.write(printedText(value));
    return 'next';
  };
}

function compileCondition(node: BranchNode, context: CompileContext): Statement {
  const evaluate = compilePipeline(node.pipe, context);
  const list = context.scope.nested(() => compileList(node.list, context));
  const { elseList } = node;
  const otherwise =
    elseList === undefined ? undefined : context.scope.nested(() => compileList(elseList, context));
  const changesDot = node.type === 'with';
  return (state, dot) => {
    state.host.budget.spend();
    const value = evaluate(state, dot);
    if (isTrue(value)) return list(state, changesDot ? value : dot);
    return otherwise === undefined ? 'next' : otherwise(state, dot);
  };
}

/** Runs a loop's body for one element; false after `break`. */
type Iterate = (index: Value, element: Value) => boolean;

function compileRange(node: BranchNode, context: CompileContext): Statement {
  const evaluate = compilePipeline(node.pipe, context);
  const slots = node.pipe.declarations.map((variable) => context.scope.find(variable.names[0] ?? '$') ?? 0);
  const list = context.scope.nested(() => compileList(node.list, context));
  const { elseList } = node;
  const otherwise =
    elseList === undefined ? undefined : context.scope.nested(() => compileList(elseList, context));
  const [first, second] = rangeSlots(node, slots);
  return (state, dot) => {
    const ran = overElements(state, node, evaluate(state, dot), (index, element) => {
      state.host.budget.spend();
      if (second === undefined) {
        if (first !== undefined) state.variables[first] = element;
      } else {
        if (first !== undefined) state.variables[first] = index;
        state.variables[second] = element;
      }
      return list(state, element) !== 'break';
    });
    return ran || otherwise === undefined ? 'next' : otherwise(state, dot);
  };
}

/** `$k, $v := ` with two equal names: the second declaration hides the first, which still has its own slot. */
function rangeSlots(node: BranchNode, slots: readonly number[]): readonly (number | undefined)[] {
  const [first, second] = slots;
  if (second === undefined || first !== second || node.pipe.isAssignment) return slots;
  return [first === undefined ? undefined : first - 1, second];
}

/** Goes through what `range` was given; false when there was nothing, so that `else` runs. */
function overElements(state: ExecState, node: BranchNode, value: Value, iterate: Iterate): boolean {
  if (value === undefined || value === null) return false;
  if (value instanceof GoInt) return overInteger(state, node, value, iterate);
  const container = contents(value);
  if (container instanceof GoSlice) {
    const { items } = container;
    const { length } = items;
    for (let index = 0; index < length; index++) {
      if (!iterate(new GoInt('int', BigInt(index)), items[index])) break;
    }
    return length > 0;
  }
  if (container instanceof GoMap) return overMap(container, iterate);
  if (container instanceof Uint8Array) {
    for (const [index, byte] of container.entries()) {
      if (!iterate(new GoInt('int', BigInt(index)), new GoInt('uint8', BigInt(byte)))) break;
    }
    return container.length > 0;
  }
  const shown = isGoObject(value) ? printedText(value) : formatPlain(value);
  return state.fail(`range can't iterate over ${shown}`);
}

/** The entries as they are when the loop starts; the body may change the map. */
function overMap(map: GoMap, iterate: Iterate): boolean {
  const keys = sortedKeys(map);
  const values = keys.map((key) => map.entries.get(key) ?? null);
  for (const [index, key] of keys.entries()) {
    if (!iterate(key, values[index] ?? null)) break;
  }
  return keys.length > 0;
}

function overInteger(state: ExecState, node: BranchNode, count: GoInt, iterate: Iterate): boolean {
  if (node.pipe.declarations.length > 1) {
    return state.fail(`can't use ${count.value} to iterate over more than one variable`);
  }
  for (let value = 0n; value < count.value; value++) {
    if (!iterate(undefined, new GoInt(count.kind, value))) break;
  }
  return count.value > 0n;
}

function compileInvocation(node: TemplateNode, context: CompileContext): Statement {
  const evaluate: Evaluate = node.pipe === undefined ? () => undefined : compilePipeline(node.pipe, context);
  const { name } = node;
  return (state, dot) => {
    state.node = node;
    state.host.budget.spend();
    const template = state.host.find(name);
    if (template === undefined) return state.fail(`template "${name}" not defined`);
    const data = evaluate(state, dot);
    const inner = new ExecState(state.host, template, data);
    template.body(inner, data);
    state.output += inner.output;
    return 'next';
  };
}
