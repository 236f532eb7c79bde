import { expect, it } from 'vitest';
import { SharedCall } from './shared-call.js';

/** A call that ends when it is told to, or with its signal. */
function manualCall(signal: AbortSignal): {
  readonly call: () => Promise<string>;
  readonly end: (outcome: string | Error) => void;
  readonly calls: () => number;
} {
  let calls = 0;
  let end: (outcome: string | Error) => void = () => undefined;
  const call = async (): Promise<string> => {
    calls += 1;
    return new Promise((resolve, reject) => {
      end = (outcome) => (typeof outcome === 'string' ? resolve(outcome) : reject(outcome));
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  };
  return { call, end: (outcome) => end(outcome), calls: () => calls };
}

it('is made once, and its outcome stays', async () => {
  const { signal } = new AbortController();
  const shared = new SharedCall<string>();
  const { call, end, calls } = manualCall(signal);
  const [first, second] = [shared.run(signal, call), shared.run(undefined, call)];
  end('done');
  expect([await first, await second, await shared.run(undefined, call)]).toEqual(['done', 'done', 'done']);
  expect(calls()).toBe(1);
});

it('keeps a failure, also when its caller is cancelled for it at once', async () => {
  const controller = new AbortController();
  const shared = new SharedCall<string>();
  const { call, end, calls } = manualCall(controller.signal);
  const first = shared.run(controller.signal, call).catch((error: unknown) => {
    controller.abort(error);
    return error;
  });
  const second = shared.run(undefined, call).catch((error: unknown) => error);
  end(new Error('denied'));
  expect([await first, await second]).toEqual([new Error('denied'), new Error('denied')]);
  expect(calls()).toBe(1);
});

it('is made again for the others when its caller is cancelled', async () => {
  const controller = new AbortController();
  const shared = new SharedCall<string>();
  const first = shared.run(controller.signal, manualCall(controller.signal).call);
  const others = [
    shared.run(undefined, async () => Promise.resolve('again')),
    shared.run(undefined, async () => Promise.resolve('never')),
  ];
  controller.abort(new Error('enough'));
  await expect(first).rejects.toThrow('enough');
  expect(await Promise.all(others)).toEqual(['again', 'again']);
});

it('lets go who is cancelled while waiting, and goes on for the rest', async () => {
  const controller = new AbortController();
  const shared = new SharedCall<string>();
  const { call, end } = manualCall(new AbortController().signal);
  const first = shared.run(undefined, call);
  const waiting = shared.run(controller.signal, call);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  end('done');
  expect(await first).toBe('done');
  await expect(shared.run(controller.signal, call)).rejects.toThrow('enough');
});
