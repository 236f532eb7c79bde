import { judge } from './judge.js';
import type { Render } from './render-both.js';

/**
 * Whether helm-batch, which the mutations are rendered with, made of a chart what the helm binary makes of it.
 * Returns what differs: an empty list is agreement. Refusals have to say the same; helm lists several reasons in a
 * random order.
 *
 * @param rerender - renders with the binary again, to know which fields are random.
 */
export async function findDisagreements(
  binary: Render,
  batch: Render,
  rerender: () => Promise<Render>,
): Promise<readonly string[]> {
  if ('refusal' in binary && 'refusal' in batch && sortLines(binary.refusal) !== sortLines(batch.refusal)) {
    return [`helm refuses: ${binary.refusal}`, `helm-batch refuses: ${batch.refusal}`];
  }
  return (await judge(binary, batch, rerender)).problems;
}

function sortLines(text: string): string {
  return text.split('\n').sort().join('\n');
}
