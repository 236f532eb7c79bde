import { byteLength } from '../go/byte-string.js';
import { formatPlain } from '../go/format-value.js';
import { isGoObject } from '../go/kind.js';
import { quote } from '../go/quote.js';
import type { ExecutionBudget } from './execution-budget.js';
import type { FunctionContext } from './function-table.js';
import { nodeText, type TemplateSyntaxNode, type TemplateTree } from './node.js';
import { TemplateExecutionError } from './template-error.js';
import type { Value } from './value-access.js';

/** What a running template needs from the set it runs in. */
export interface TemplateHost {
  readonly budget: ExecutionBudget;
  readonly context: FunctionContext;
  /** The template of that name with its code, if there is one. */
  readonly find: (name: string) => RunnableTemplate | undefined;
}

/** What the statements after `break` and `continue` are told. */
export type Flow = 'next' | 'break' | 'continue';

/** A piece of a template as code. */
export type Statement = (state: ExecState, dot: Value) => Flow;

/** A template that can run. */
export interface RunnableTemplate {
  readonly tree: TemplateTree;
  readonly body: Statement;
  /** How many variables its body has at most, `$` included. */
  readonly slots: number;
}

/** One run of one template: its variables, its output and the node an error would point at. */
export class ExecState {
  readonly host: TemplateHost;
  readonly tree: TemplateTree;
  /** Variables by slot; slot 0 is `$`. */
  readonly variables: Value[];
  output = '';
  /** The node that is being evaluated. */
  node: TemplateSyntaxNode;

  constructor(host: TemplateHost, template: RunnableTemplate, data: Value) {
    this.host = host;
    this.tree = template.tree;
    this.node = template.tree.root;
    this.variables = Array.from<Value>({ length: template.slots });
    this.variables[0] = data;
  }

  write(text: string): void {
    this.host.budget.write(text);
    this.output += text;
  }

  /** Stops the run with Go's text for an error at the current node. */
  fail(problem: string, cause?: Error): never {
    const { name, parseName, text } = this.tree;
    const { line, column } = locate(text, this.node.position);
    const place = `${parseName}:${line}:${column}`;
    const message = `template: ${place}: executing ${quote(name)} at <${nodeText(this.node)}>: ${problem}`;
    throw new TemplateExecutionError(name, message, cause);
  }
}

/** Line from 1, column in bytes from 0, as Go counts them. */
function locate(text: string, position: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, position);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line += 1;
  return { line, column: byteLength(before.slice(lineStart)) };
}

/** Runs a template to its end and returns what it wrote. */
export function runTemplate(host: TemplateHost, template: RunnableTemplate, data: Value): string {
  const state = new ExecState(host, template, data);
  template.body(state, data);
  return state.output;
}

/** How an action shows its value: `%v`, `<no value>` for nothing, a pointer's struct instead of the pointer. */
export function printedText(value: Value): string {
  if (value === undefined || value === null) return '<no value>';
  if (typeof value === 'string') return value;
  const text = formatPlain(value);
  return isGoObject(value) && value.kind === 'ptr' && value.toGoString === undefined
    ? text.replace(/^&/, '')
    : text;
}
