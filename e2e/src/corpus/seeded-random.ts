import { createHash } from 'node:crypto';

/** Picks `count` items (all, when there are no more), the same ones for the same seed. */
export function pickSeeded<T>(items: readonly T[], count: number, seed: string): T[] {
  const order = (index: number): string => createHash('sha256').update(`${seed}/${index}`).digest('hex');
  return items
    .map((item, index) => ({ item, key: order(index) }))
    .sort((left, right) => (left.key < right.key ? -1 : 1))
    .slice(0, count)
    .map(({ item }) => item);
}
