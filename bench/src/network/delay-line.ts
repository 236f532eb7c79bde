import type { Socket } from 'node:net';

/** What a direction of a connection is slowed to. */
export interface DelayOptions {
  readonly delayMs: number;
  readonly bytesPerSecond: number;
}

interface Held {
  readonly dueAtMs: number;
  readonly data: Buffer;
}

/**
 * Passes what one socket receives to another, each piece after a delay and no faster than a rate; nothing before
 * `opensAtMs`. At most what fits the wire is held, then the sender is made to wait.
 */
export function delayLine(from: Socket, to: Socket, opensAtMs: number, options: DelayOptions): void {
  const { delayMs, bytesPerSecond } = options;
  const mostHeldBytes = Math.max(256 * 1024, (2 * (bytesPerSecond * delayMs)) / 1000);
  const queue: Held[] = [];
  let heldBytes = 0;
  let wireFreeAtMs = opensAtMs;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  let blocked = false;

  const deliver = (): void => {
    timer = undefined;
    const nowMs = performance.now();
    while (!blocked && queue[0] !== undefined && queue[0].dueAtMs <= nowMs) {
      const { data } = queue[0];
      queue.shift();
      heldBytes -= data.length;
      blocked = !to.write(data);
    }
    if (heldBytes < mostHeldBytes && from.isPaused()) from.resume();
    schedule();
  };
  const schedule = (): void => {
    const [next] = queue;
    if (next === undefined) {
      if (ended) to.end();
      return;
    }
    if (!blocked) timer ??= setTimeout(deliver, Math.max(0, next.dueAtMs - performance.now()));
  };

  from.on('data', (data: Buffer) => {
    wireFreeAtMs = Math.max(wireFreeAtMs, performance.now()) + (data.length / bytesPerSecond) * 1000;
    queue.push({ dueAtMs: wireFreeAtMs + delayMs, data });
    heldBytes += data.length;
    if (heldBytes >= mostHeldBytes) from.pause();
    schedule();
  });
  to.on('drain', () => {
    blocked = false;
    deliver();
  });
  from.on('end', () => {
    ended = true;
    schedule();
  });
  from.on('close', () => {
    if (!ended) to.destroy();
  });
  from.on('error', () => to.destroy());
  to.on('close', () => clearTimeout(timer));
}
