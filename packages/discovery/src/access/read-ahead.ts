/**
 * The same items in the same order, drawn as soon as there are any, whatever the pace at which they are read: pages of a
 * list are asked for while the items of earlier ones are worked on. Drawing ends soon after reading does.
 *
 * @throws what drawing throws, after the items before it
 */
export async function* readAhead<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  const drawn: Item[] = [];
  const state = { isComplete: false, isRead: false };
  let wake = (): void => {};
  const drawing = draw().finally(() => {
    state.isComplete = true;
    wake();
  });
  // Awaited, and so thrown, once everything before it is read.
  drawing.catch(() => {});

  async function draw(): Promise<void> {
    for await (const item of items) {
      if (state.isRead) return;
      drawn.push(item);
      wake();
    }
  }

  try {
    for (;;) {
      yield* drawn.splice(0);
      if (drawn.length > 0) continue;
      if (state.isComplete) break;
      await new Promise<void>((resolve) => (wake = resolve));
    }
    await drawing;
  } finally {
    state.isRead = true;
  }
}
