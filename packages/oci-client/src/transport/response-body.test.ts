import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ResponseBody } from './response-body.js';

function body(): ResponseBody {
  return new ResponseBody({ resume: () => {}, abort: () => {}, hasLargePieces: false });
}

async function pieces(stream: ResponseBody): Promise<Buffer[]> {
  const received: Buffer[] = [];
  for await (const piece of stream as AsyncIterable<Buffer>) received.push(piece);
  return received;
}

describe('ResponseBody', () => {
  it('gathers small pieces that come together, in order with large ones', async () => {
    const stream = body();
    for (let value = 0; value < 40; value += 1) stream.receive(Buffer.alloc(10_000, value));
    stream.receive(Buffer.alloc(100_000, 40));
    stream.receive(Buffer.from([41]));
    stream.complete();
    const received = await pieces(stream);
    expect(received.length).toBeLessThan(6);
    const whole = Buffer.concat(received);
    expect(whole).toHaveLength(500_001);
    for (let value = 0; value < 40; value += 1) expect(whole[value * 10_000 + 9_999]).toBe(value);
    expect([whole[400_000], whole[500_000]]).toEqual([40, 41]);
  });

  it('holds a small piece back for a turn of the event loop only', async () => {
    const stream = body();
    stream.receive(Buffer.from('small'));
    await nextTurn();
    expect(String(stream.read())).toBe('small');
    stream.destroy();
  });

  it('asks for a pause when it is full, but never for an empty piece, after which nobody would end it', () => {
    const stream = body();
    expect(stream.receive(Buffer.alloc(1000))).toBe(true);
    expect(stream.receive(Buffer.alloc(2_000_000))).toBe(false);
    expect(stream.receive(Buffer.alloc(1000))).toBe(false);
    expect(stream.receive(Buffer.alloc(0))).toBe(true);
    stream.destroy();
  });
});
