import { quote } from '../go/quote.js';

/** What every node knows: its place in the template's text, in UTF-16 units. */
interface NodeBase {
  readonly position: number;
}

export interface TextNode extends NodeBase {
  readonly type: 'text';
  readonly text: string;
}

export interface ActionNode extends NodeBase {
  readonly type: 'action';
  readonly pipe: PipeNode;
}

/** `if`, `with` and `range`. */
export interface BranchNode extends NodeBase {
  readonly type: 'if' | 'with' | 'range';
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly elseList: ListNode | undefined;
}

export interface TemplateNode extends NodeBase {
  readonly type: 'template';
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}

export interface JumpNode extends NodeBase {
  readonly type: 'break' | 'continue';
}

export interface ListNode extends NodeBase {
  readonly type: 'list';
  readonly nodes: readonly StatementNode[];
}

/** What stands in a list: text and actions. */
export type StatementNode = TextNode | ActionNode | BranchNode | TemplateNode | JumpNode;

/** `$x, $y := command | command`. */
export interface PipeNode extends NodeBase {
  readonly type: 'pipe';
  readonly declarations: readonly VariableNode[];
  /** `=` instead of `:=`. */
  readonly isAssignment: boolean;
  readonly commands: readonly CommandNode[];
}

export interface CommandNode extends NodeBase {
  readonly type: 'command';
  readonly args: readonly OperandNode[];
}

export interface IdentifierNode extends NodeBase {
  readonly type: 'identifier';
  readonly name: string;
}

/** `$x.a.b`: `names` starts with the variable, `$` included. */
export interface VariableNode extends NodeBase {
  readonly type: 'variable';
  readonly names: readonly string[];
}

/** `.a.b`. */
export interface FieldNode extends NodeBase {
  readonly type: 'field';
  readonly names: readonly string[];
}

/** `(pipeline).a.b`. */
export interface ChainNode extends NodeBase {
  readonly type: 'chain';
  readonly node: OperandNode;
  readonly names: readonly string[];
}

export interface DotNode extends NodeBase {
  readonly type: 'dot';
}

export interface NilNode extends NodeBase {
  readonly type: 'nil';
}

export interface BoolNode extends NodeBase {
  readonly type: 'bool';
  readonly value: boolean;
}

/** A number literal: each of the values it can have, by the type that is asked for. */
export interface NumberNode extends NodeBase {
  readonly type: 'number';
  readonly text: string;
  readonly int: bigint | undefined;
  readonly uint: bigint | undefined;
  readonly float: number | undefined;
}

export interface StringNode extends NodeBase {
  readonly type: 'string';
  readonly quoted: string;
  readonly text: string;
}

/** What a command is made of. */
export type OperandNode =
  | IdentifierNode
  | VariableNode
  | FieldNode
  | ChainNode
  | DotNode
  | NilNode
  | BoolNode
  | NumberNode
  | StringNode
  | PipeNode;

/** Any node that an error can point at. */
export type TemplateSyntaxNode = StatementNode | ListNode | CommandNode | OperandNode;

/** One template: the body of a file, `define` or `block`. */
export interface TemplateTree {
  readonly name: string;
  /** The file it was parsed from, as errors name it. */
  readonly parseName: string;
  /** The whole text of that file. */
  readonly text: string;
  readonly root: ListNode;
}

/** Whether a body is only white space and comments; such a definition does not replace another. */
export function isEmptyTree(root: ListNode): boolean {
  return root.nodes.every((node) => node.type === 'text' && node.text.trim() === '');
}

/** The node as Go writes it in `at <...>`. */
export function nodeText(node: TemplateSyntaxNode): string {
  switch (node.type) {
    case 'text':
      return quote(node.text);
    case 'action':
      return `{{${nodeText(node.pipe)}}}`;
    case 'if':
    case 'with':
    case 'range':
      return `{{${node.type} ${nodeText(node.pipe)}}}`;
    case 'template':
      return `{{template ${quote(node.name)}${node.pipe === undefined ? '' : ` ${nodeText(node.pipe)}`}}}`;
    case 'break':
    case 'continue':
      return `{{${node.type}}}`;
    case 'list':
      return node.nodes.map((child) => nodeText(child)).join('');
    case 'pipe':
      return pipeText(node);
    case 'command':
      return node.args.map((operand) => operandText(operand)).join(' ');
    default:
      return operandText(node, false);
  }
}

function pipeText(pipe: PipeNode): string {
  const commands = pipe.commands.map((command) => nodeText(command)).join(' | ');
  if (pipe.declarations.length === 0) return commands;
  const names = pipe.declarations.map((variable) => variable.names.join('.')).join(', ');
  return `${names} ${pipe.isAssignment ? '=' : ':='} ${commands}`;
}

function operandText(node: OperandNode, inCommand = true): string {
  switch (node.type) {
    case 'identifier':
      return node.name;
    case 'variable':
      return node.names.join('.');
    case 'field':
      return `.${node.names.join('.')}`;
    case 'chain':
      return `${operandText(node.node)}.${node.names.join('.')}`;
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(node.value);
    case 'number':
      return node.text;
    case 'string':
      return node.quoted;
    default:
      return inCommand ? `(${pipeText(node)})` : pipeText(node);
  }
}
