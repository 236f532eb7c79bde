import type { Assignment } from './pattern.js';
import type { Slot } from './slot.js';

/** What has to be decided: the ways to bring one image, at all its places, to the mirror. */
export interface Choice {
  readonly id: string;
  /** The best first. */
  readonly options: readonly Assignment[];
}

/** Most steps of the search for a choice that suits all. */
const mostSteps = 20_000;

/**
 * Chooses an option for each image so that no slot needs two texts: for all of them where that is possible, else
 * for as many as the order allows. `fixed` slots keep their text.
 */
export function chooseAssignments(
  choices: readonly Choice[],
  fixed: Iterable<Slot>,
): ReadonlyMap<string, Assignment> {
  const open = choices
    .filter(({ options }) => options.length > 0)
    .sort((a, b) => a.options.length - b.options.length);
  const texts = new Map<Slot, string>();
  for (const slot of fixed) texts.set(slot, slot.before);
  return searchAll(open, texts) ?? chooseGreedily(open, texts);
}

function searchAll(
  choices: readonly Choice[],
  fixed: ReadonlyMap<Slot, string>,
): ReadonlyMap<string, Assignment> | undefined {
  let steps = 0;
  const chosen = new Map<string, Assignment>();
  const search = (index: number, texts: ReadonlyMap<Slot, string>): boolean => {
    const choice = choices[index];
    if (choice === undefined) return true;
    for (const option of choice.options) {
      steps += 1;
      if (steps > mostSteps) return false;
      const next = add(texts, option);
      if (next === undefined) continue;
      chosen.set(choice.id, option);
      if (search(index + 1, next)) return true;
    }
    return false;
  };
  return search(0, fixed) ? chosen : undefined;
}

function chooseGreedily(
  choices: readonly Choice[],
  fixed: ReadonlyMap<Slot, string>,
): ReadonlyMap<string, Assignment> {
  const chosen = new Map<string, Assignment>();
  let texts = fixed;
  for (const { id, options } of choices) {
    for (const option of options) {
      const next = add(texts, option);
      if (next === undefined) continue;
      chosen.set(id, option);
      texts = next;
      break;
    }
  }
  return chosen;
}

/** Both together, or `undefined` where they contradict each other. */
function add(texts: ReadonlyMap<Slot, string>, option: Assignment): ReadonlyMap<Slot, string> | undefined {
  const next = new Map(texts);
  for (const [slot, text] of option) {
    if ((next.get(slot) ?? text) !== text) return undefined;
    next.set(slot, text);
  }
  return next;
}
