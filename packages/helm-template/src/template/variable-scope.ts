/** The variables in sight at one place of a template, each with its slot in the run's table. */
export class VariableScope {
  readonly #names: string[] = ['$'];
  /** The slots of each name, the newest last. */
  readonly #byName = new Map<string, number[]>([['$', [0]]]);
  #slots = 1;

  /** How many slots the template needs at most. */
  get slots(): number {
    return this.#slots;
  }

  /** A new variable; it hides an older one of the same name. */
  declare(name: string): number {
    const slot = this.#names.length;
    this.#names.push(name);
    this.#slots = Math.max(this.#slots, this.#names.length);
    const known = this.#byName.get(name);
    if (known === undefined) this.#byName.set(name, [slot]);
    else known.push(slot);
    return slot;
  }

  /** The slot of the newest variable of that name. */
  find(name: string): number | undefined {
    return this.#byName.get(name)?.at(-1);
  }

  /** Runs `visit` in a scope of its own: what it declares is gone afterwards. */
  nested<T>(visit: () => T): T {
    const known = this.#names.length;
    const result = visit();
    while (this.#names.length > known) this.#byName.get(this.#names.pop() ?? '')?.pop();
    return result;
  }
}
