import { describe, expect, it } from 'vitest';
import { createTransferQueue } from './transfer-queue.js';

const options = { transfers: 2, largeTransfers: 1, largeSizeBytes: 100 };

interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

function gate(): Gate {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const settle = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('createTransferQueue', () => {
  it('starts the biggest first and never more than its limits', async () => {
    const queue = createTransferQueue(options);
    const started: number[] = [];
    const gates = new Map<number, Gate>();
    const runs = [10, 300, 20, 200, 30].map(async (size) => {
      const mine = gate();
      gates.set(size, mine);
      return queue.run(size, undefined, async () => {
        started.push(size);
        await mine.opened;
      });
    });
    await settle();
    expect(started).toEqual([300, 30]);
    gates.get(30)?.open();
    await settle();
    // 200 is large, and one large transfer is running: the next small one goes first.
    expect(started).toEqual([300, 30, 20]);
    gates.get(300)?.open();
    await settle();
    expect(started).toEqual([300, 30, 20, 200]);
    for (const each of gates.values()) each.open();
    await Promise.all(runs);
    expect(started).toEqual([300, 30, 20, 200, 10]);
  });

  it('frees the place of a task that fails', async () => {
    const queue = createTransferQueue({ ...options, transfers: 1 });
    await expect(queue.run(1, undefined, async () => Promise.reject(new Error('broken')))).rejects.toThrow(
      'broken',
    );
    await expect(queue.run(1, undefined, async () => Promise.resolve('next'))).resolves.toBe('next');
  });

  it('rejects a waiting task with the reason of the signal, and never runs it', async () => {
    const queue = createTransferQueue({ ...options, transfers: 1 });
    const blocking = gate();
    const first = queue.run(1, undefined, async () => blocking.opened);
    const controller = new AbortController();
    let ran = false;
    const second = queue.run(1, controller.signal, async () => {
      ran = true;
      return Promise.resolve();
    });
    await settle();
    const reason = new Error('no longer wanted');
    controller.abort(reason);
    await expect(second).rejects.toBe(reason);
    blocking.open();
    await first;
    await settle();
    expect(ran).toBe(false);
  });
});
