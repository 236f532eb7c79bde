import { isGoObject } from '../go/kind.js';
import { GoMap, GoSlice, type GoValue } from '../go/value.js';
import type { FunctionContext, TemplateFunction } from '../template/function-table.js';

/** Nesting at which the functions that follow give up by themselves. */
const MAX_DEPTH = 1_000;

/**
 * Charges a step for everything a value holds, for functions that walk through all of it. A map that is in many
 * places counts in each: a few lines of template can make a value whose text would fill any memory.
 *
 * @throws TemplateLimitError when the render's budget is spent.
 */
export function spendOn(value: GoValue, context: FunctionContext, depth = 0): void {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return;
  if (value instanceof GoMap) {
    context.spend(value.entries.size);
    for (const item of value.entries.values()) spendOn(item, context, depth + 1);
  } else if (value instanceof GoSlice) {
    context.spend(value.items.length);
    for (const item of value.items) spendOn(item, context, depth + 1);
  } else if (isGoObject(value) && value.elements !== undefined) {
    spendOn(value.elements, context, depth + 1);
  }
}

/** The same function, charging for everything its arguments hold before it runs. */
export function spendingOnArguments(fn: TemplateFunction): TemplateFunction {
  return {
    ...fn,
    call: (args, context) => {
      for (const value of args) spendOn(value, context);
      return fn.call(args, context);
    },
  };
}
