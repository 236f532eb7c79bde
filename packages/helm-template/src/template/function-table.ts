import type { GoValue } from '../go/value.js';

/**
 * What a function may ask of the engine that calls it. The names follow Helm: `include` and `tpl` are closures
 * over the running template set there.
 */
export interface FunctionContext {
  /**
   * Runs a named template of the running set, as Helm's `include`.
   *
   * @throws GoError when the template is missing, nested deeper than Helm's limit of 1 000, or fails.
   */
  readonly include: (name: string, data: GoValue) => string;
  /**
   * Parses `text` in a clone of the running set and runs it, as Helm's `tpl`: its own `define`s are visible to
   * it only, and `<no value>` is removed from the result.
   *
   * @throws GoError when the text does not parse or fails.
   */
  readonly tpl: (text: string, data: GoValue) => string;
  /**
   * Charges work that a function does in a loop of its own (`until`, `repeat`), in template steps.
   *
   * @throws TemplateLimitError when the render's budget is spent.
   */
  readonly spend: (steps: number) => void;
}

/**
 * A function as a template calls it.
 *
 * The executor checks and converts arguments by the Go types in `parameters` before `call` runs, exactly as
 * text/template does, so `call` sees values of those types only:
 *
 * | parameter                | `call` receives                                                    |
 * | ------------------------ | ------------------------------------------------------------------ |
 * | `string`                 | string                                                             |
 * | `bool`                   | boolean                                                            |
 * | `int`, `int64`, `uint8`… | GoInt of that kind                                                 |
 * | `float64`                | number                                                             |
 * | `interface {}`           | any GoValue; nil and "no value" arrive as `null`                   |
 * | `error`, other interfaces | as `interface {}`, only if the value's type name is the same      |
 * | `map[string]T`           | GoMap, or a GoObject of kind `map`; `null` for nil                 |
 * | `[]T`                    | GoSlice (`Uint8Array` for `[]uint8`), or a GoObject; `null` for nil |
 * | anything else            | GoObject with that `typeName` (`*T` also accepts nil as `null`)    |
 *
 * As in Go, a named map type such as `common.Values` is assignable to `map[string]interface {}`.
 */
export interface TemplateFunction {
  /** Go type names; of a variadic function the last is the type of one further argument (`string`, not `[]string`). */
  readonly parameters: readonly string[];
  /** Whether the last parameter may be given any number of times. */
  readonly variadic?: boolean | undefined;
  /**
   * The function itself. A Go error return and a Go panic are both a thrown GoError; the executor adds
   * `error calling NAME:` and the place.
   */
  readonly call: (args: readonly GoValue[], context: FunctionContext) => GoValue;
}

/** Functions by template name. Built-in functions of text/template are added by the engine; an entry here shadows them. */
export type FunctionTable = ReadonlyMap<string, TemplateFunction>;
