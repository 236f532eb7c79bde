/**
 * Runs `work` on every item, at most `concurrency` at a time and in the order they come, and gives the results in the
 * items' order. After the first rejection no further item is started, and the call rejects with it.
 */
export async function runConcurrently<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  concurrency: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const pending = numbered(items);
  let failed = false;
  const worker = async (): Promise<void> => {
    for (;;) {
      const next = await pending.next();
      if (next.done === true || failed) return;
      const [index, item] = next.value;
      try {
        results[index] = await work(item);
      } catch (error) {
        failed = true;
        // Not awaited, as leaving a loop would: who waits for the next item may wait for long.
        void pending.return(undefined);
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return results;
}

async function* numbered<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
): AsyncGenerator<readonly [index: number, item: Item], void> {
  let index = 0;
  for await (const item of items) {
    yield [index, item];
    index += 1;
  }
}
