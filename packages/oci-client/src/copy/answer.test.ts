import { expect, it } from 'vitest';
import { Answer, untilAnswered } from './answer.js';

/** One that counts who waits for it. */
class CountingAnswer extends Answer {
  waiting = 0;

  override onGiven(wake: () => void): () => void {
    const takeBack = super.onGiven(wake);
    this.waiting += 1;
    return () => {
      this.waiting -= 1;
      takeBack();
    };
  }
}

it('is what was said first', () => {
  const answer = new Answer();
  expect(answer.given).toBeUndefined();
  answer.give(false);
  answer.give(true);
  expect(answer.given).toBe(false);
});

it('ends the waiting for it, or for another one, and keeps nothing of who waited', async () => {
  const [never, answer] = [new CountingAnswer(), new Answer()];
  const waiting = Promise.all([
    untilAnswered([answer], undefined),
    untilAnswered([never, answer], new AbortController().signal),
  ]);
  expect(never.waiting).toBe(1);
  answer.give(true);
  await waiting;
  await untilAnswered([never, answer], undefined);
  expect(never.waiting).toBe(0);
});

it('lets go who is cancelled', async () => {
  const controller = new AbortController();
  const [never, answer] = [new CountingAnswer(), new Answer()];
  const waiting = untilAnswered([never], controller.signal);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  expect(never.waiting).toBe(0);
  answer.give(true);
  await expect(untilAnswered([answer], controller.signal)).rejects.toThrow('enough');
});
