import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { readAhead } from './read-ahead.js';

/** Two pages of two, and a third that fails where it is told to. */
async function* pages(asked: string[], failure?: Error): AsyncGenerator<string> {
  for (const page of ['a', 'b']) {
    asked.push(page);
    await nextTurn();
    yield `${page}1`;
    yield `${page}2`;
  }
  if (failure !== undefined) throw failure;
}

it('gives the same items, and draws the rest while the first is worked on', async () => {
  const asked: string[] = [];
  const items: string[] = [];
  for await (const item of readAhead(pages(asked))) {
    if (items.length === 0) {
      for (let turn = 0; turn < 5; turn += 1) await nextTurn();
      expect(asked).toEqual(['a', 'b']);
    }
    items.push(item);
  }
  expect(items).toEqual(['a1', 'a2', 'b1', 'b2']);
});

it('throws what drawing throws, after what came before it', async () => {
  const items: string[] = [];
  const read = async (): Promise<void> => {
    for await (const item of readAhead(pages([], new Error('page 3 is missing')))) items.push(item);
  };
  await expect(read()).rejects.toThrow('page 3 is missing');
  expect(items).toEqual(['a1', 'a2', 'b1', 'b2']);
});

it('stops drawing once nobody reads', async () => {
  let drawn = 0;
  async function* endless(): AsyncGenerator<number> {
    for (;;) {
      await nextTurn();
      yield (drawn += 1);
    }
  }
  for await (const item of readAhead(endless())) if (item === 3) break;
  const after = drawn;
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
  expect(drawn).toBeLessThanOrEqual(after + 1);
});
