import { concatBytes } from '../go/byte-string.js';
import { GoError } from '../go/go-error.js';
import { quote } from '../go/quote.js';
import type { GoValue } from '../go/value.js';
import { builtins } from './builtins.js';
import { compileTemplate } from './compile.js';
import { runTemplate, type RunnableTemplate, type TemplateHost } from './exec-state.js';
import type { ExecutionBudget } from './execution-budget.js';
import type { FunctionContext, FunctionTable } from './function-table.js';
import { isEmptyTree, type TemplateTree } from './node.js';
import { parseTemplate } from './parser.js';
import { TemplateExecutionError, TemplateLimitError, TemplateParseError } from './template-error.js';

/** The name Helm gives to the template that everything hangs on, and to the text of `tpl`. */
const rootName = 'gotpl';

/** Texts of `tpl` that are kept parsed: together at most this many characters. */
const maxCachedCharacters = 8_000_000;

/** What the templates of a set share with the clones that `tpl` makes of it. */
interface SharedParts {
  readonly functions: FunctionTable;
  readonly runnables: WeakMap<TemplateTree, RunnableTemplate>;
  readonly tplTexts: Map<string, ReadonlyMap<string, TemplateTree>>;
  cachedCharacters: number;
}

/**
 * The templates of one render, by name, as a text/template `Template` with its associates.
 *
 * Of two definitions of a name the later one counts, unless it is empty. All runs use `missingkey=zero`, as Helm.
 */
export class TemplateSet {
  readonly #trees = new Map<string, TemplateTree>();
  readonly #parent: TemplateSet | undefined;
  readonly #shared: SharedParts;

  constructor(options: { readonly functions: FunctionTable }, parent?: TemplateSet) {
    this.#parent = parent;
    this.#shared =
      parent === undefined
        ? { functions: options.functions, runnables: new WeakMap(), tplTexts: new Map(), cachedCharacters: 0 }
        : parent.#shared;
  }

  /** A set with the same templates; what is added to it stays out of this one. */
  clone(): TemplateSet {
    return new TemplateSet({ functions: this.#shared.functions }, this);
  }

  /** Whether there is a template of that name. */
  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /**
   * Parses a file and adds its templates: the file itself by `name`, and every `define` and `block` in it.
   *
   * @throws TemplateParseError when it does not parse; then nothing is added.
   */
  addParse(name: string, text: string): void {
    this.addTrees(this.#parse(name, text));
  }

  /**
   * Runs a template and returns what it wrote.
   *
   * @throws TemplateExecutionError when it fails.
   * @throws TemplateLimitError when the budget is spent or the nesting exhausts the stack.
   */
  execute(name: string, data: GoValue, budget: ExecutionBudget): string {
    try {
      return this.#run(name, data, this.#host(budget));
    } catch (error) {
      if (error instanceof GoError) throw new TemplateExecutionError(name, error.message, error);
      if (!(error instanceof RangeError)) throw error;
      throw new TemplateLimitError(
        'depth',
        `template ${quote(name)} is nested too deep or too large: ${error.message}`,
      );
    }
  }

  #parse(name: string, text: string): ReadonlyMap<string, TemplateTree> {
    const { functions } = this.#shared;
    return parseTemplate(name, text, (word) => functions.has(word) || builtins.has(word));
  }

  /** Adds parsed templates, by name, as `addParse` does with those of a file. */
  addTrees(trees: ReadonlyMap<string, TemplateTree>): void {
    for (const [name, tree] of trees) {
      if (!isEmptyTree(tree.root) || this.#find(name) === undefined) this.#trees.set(name, tree);
    }
  }

  #find(name: string): TemplateTree | undefined {
    const own = this.#trees.get(name);
    if (own !== undefined || this.#parent === undefined) return own;
    return this.#parent.#find(name);
  }

  #runnable(tree: TemplateTree): RunnableTemplate {
    let runnable = this.#shared.runnables.get(tree);
    if (runnable === undefined) {
      runnable = compileTemplate(tree, this.#shared.functions);
      this.#shared.runnables.set(tree, runnable);
    }
    return runnable;
  }

  #host(budget: ExecutionBudget): TemplateHost {
    const context: FunctionContext = {
      include: (name, data) => this.#include(name, data, host),
      tpl: (text, data) => this.#tpl(text, data, budget),
      spend: (steps) => budget.spend(steps),
    };
    const host: TemplateHost = {
      budget,
      context,
      find: (name) => {
        const tree = this.#find(name);
        return tree === undefined ? undefined : this.#runnable(tree);
      },
    };
    return host;
  }

  #run(name: string, data: GoValue, host: TemplateHost): string {
    const template = host.find(name);
    if (template === undefined) {
      throw new GoError(`template: no template ${quote(name)} associated with template ${quote(rootName)}`);
    }
    return this.#runTree(template, data, host);
  }

  #runTree(template: RunnableTemplate, data: GoValue, host: TemplateHost): string {
    return concatBytes(runTemplate(host, template, data ?? undefined));
  }

  #include(name: string, data: GoValue, host: TemplateHost): string {
    if (!host.budget.enterInclude(name)) {
      throw new GoError(
        `rendering template has a nested reference name: ${name}: unable to execute template`,
      );
    }
    try {
      return this.#run(name, data, host);
    } finally {
      host.budget.leaveInclude(name);
    }
  }

  #tpl(text: string, data: GoValue, budget: ExecutionBudget): string {
    const set = this.clone();
    const trees = this.#tplTrees(text);
    set.addTrees(trees);
    const tree = trees.get(rootName);
    if (tree === undefined) return '';
    try {
      return set.#runTree(set.#runnable(tree), data, set.#host(budget)).replaceAll('<no value>', '');
    } catch (error) {
      if (!(error instanceof TemplateExecutionError)) throw error;
      throw new GoError(`error during tpl function execution for ${quote(text)}: ${error.message}`, {
        cause: error,
      });
    }
  }

  #tplTrees(text: string): ReadonlyMap<string, TemplateTree> {
    const { tplTexts } = this.#shared;
    const known = tplTexts.get(text);
    if (known !== undefined) return known;
    let trees: ReadonlyMap<string, TemplateTree>;
    try {
      trees = this.#parse(rootName, text);
    } catch (error) {
      if (!(error instanceof TemplateParseError)) throw error;
      throw new GoError(`cannot parse template ${quote(text)}: ${error.message}`, { cause: error });
    }
    this.#shared.cachedCharacters += text.length;
    if (this.#shared.cachedCharacters > maxCachedCharacters) {
      tplTexts.clear();
      this.#shared.cachedCharacters = text.length;
    }
    tplTexts.set(text, trees);
    return trees;
  }
}
