/** The variables in sight at one place of a template, each with its slot in the run's table. */
export class VariableScope {
  readonly #names: string[] = ['$'];
  #slots = 1;

  /** How many slots the template needs at most. */
  get slots(): number {
    return this.#slots;
  }

  /** A new variable; it hides an older one of the same name. */
  declare(name: string): number {
    this.#names.push(name);
    this.#slots = Math.max(this.#slots, this.#names.length);
    return this.#names.length - 1;
  }

  /** The slot of the newest variable of that name. */
  find(name: string): number | undefined {
    const slot = this.#names.lastIndexOf(name);
    return slot < 0 ? undefined : slot;
  }

  /** Runs `visit` in a scope of its own: what it declares is gone afterwards. */
  nested<T>(visit: () => T): T {
    const known = this.#names.length;
    const result = visit();
    this.#names.length = known;
    return result;
  }
}
