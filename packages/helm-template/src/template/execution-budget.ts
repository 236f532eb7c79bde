import { byteLength } from '../go/byte-string.js';
import { TemplateLimitError } from './template-error.js';

/** What a render may use up. Everything that is not given is unlimited. */
export interface ExecutionLimits {
  /** Nodes walked and calls made, over all templates of the render. */
  readonly maxSteps?: number | undefined;
  /** Bytes written, over all templates; text that `include` returns counts when it is written again. */
  readonly maxOutputBytes?: number | undefined;
  /** Wall time from the creation of the budget, looked at every 1 000 steps. */
  readonly timeBudgetMs?: number | undefined;
  /** The clock behind `timeBudgetMs`, in milliseconds. Default: `performance.now`. */
  readonly now?: (() => number) | undefined;
}

const clockInterval = 1_000;

/** Helm's limit for one template that includes itself, directly or through others. */
const maxIncludeDepth = 1_000;

/** The budget of one render, shared by every template, `include` and `tpl` in it. */
export class ExecutionBudget {
  readonly #limits: ExecutionLimits;
  readonly #now: () => number;
  readonly #deadline: number;
  readonly #maxSteps: number;
  readonly #maxOutput: number;
  #steps = 0;
  #nextLook: number;
  #output = 0;
  readonly #includes = new Map<string, number>();

  constructor(limits: ExecutionLimits = {}) {
    this.#limits = limits;
    this.#now = limits.now ?? (() => performance.now());
    this.#maxSteps = limits.maxSteps ?? Number.POSITIVE_INFINITY;
    this.#maxOutput = limits.maxOutputBytes ?? Number.POSITIVE_INFINITY;
    this.#deadline =
      limits.timeBudgetMs === undefined ? Number.POSITIVE_INFINITY : this.#now() + limits.timeBudgetMs;
    this.#nextLook = Math.min(clockInterval, this.#maxSteps);
  }

  /**
   * Charges `count` steps.
   *
   * @throws TemplateLimitError when the steps or the time are used up.
   */
  spend(count = 1): void {
    this.#steps += count;
    if (this.#steps > this.#nextLook) this.#look();
  }

  /**
   * Charges the bytes of a text that is written.
   *
   * @throws TemplateLimitError when the output is too large.
   */
  write(text: string): void {
    this.#output += byteLength(text);
    if (this.#output > this.#maxOutput) this.#failOutput();
  }

  /**
   * Refuses a single value that is longer than all output may be, before anything copies it. The length is in
   * characters, which are at least as many bytes.
   *
   * @throws TemplateLimitError when it is.
   */
  checkLength(characters: number): void {
    if (characters > this.#maxOutput) this.#failOutput();
  }

  /**
   * Counts a run of the template that `include` names; {@link ExecutionBudget.leaveInclude} ends it.
   *
   * @returns false when it is nested deeper than Helm allows.
   */
  enterInclude(name: string): boolean {
    const depth = this.#includes.get(name) ?? 0;
    if (depth > maxIncludeDepth) return false;
    this.#includes.set(name, depth + 1);
    return true;
  }

  leaveInclude(name: string): void {
    this.#includes.set(name, (this.#includes.get(name) ?? 1) - 1);
  }

  #look(): void {
    if (this.#steps > this.#maxSteps) {
      throw new TemplateLimitError('maxSteps', `the templates need more than ${this.#maxSteps} steps`);
    }
    if (this.#now() > this.#deadline) {
      throw new TemplateLimitError(
        'timeBudgetMs',
        `the templates take longer than ${this.#limits.timeBudgetMs} ms`,
      );
    }
    this.#nextLook = Math.min(this.#steps + clockInterval, this.#maxSteps);
  }

  #failOutput(): never {
    throw new TemplateLimitError('maxOutputBytes', `the templates write more than ${this.#maxOutput} bytes`);
  }
}
