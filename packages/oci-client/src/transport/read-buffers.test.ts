import { describe, expect, it } from 'vitest';
import { ReadBuffers, type Slab } from './read-buffers.js';

/** Passes a piece of a buffer on, as a connection does. */
function lend(slab: Slab, start: number, end: number): Buffer {
  slab.lentBytes += end - start;
  return slab.bytes.subarray(start, end);
}

describe('ReadBuffers', () => {
  it('uses a buffer again when the connection is done with it and all pieces are back', () => {
    const buffers = new ReadBuffers();
    const slab = buffers.take(true);
    const pieces = [lend(slab, 0, 1000), lend(slab, 1000, 5000)];
    buffers.retire(slab);
    expect(buffers.take(true) === slab).toBe(false);
    for (const piece of pieces) buffers.giveBack(piece);
    expect(buffers.take(true) === slab).toBe(true);
    expect(buffers.take(true) === slab).toBe(false);
  });

  it('does not use a buffer again of which a piece is still out, or that is still read into', () => {
    const buffers = new ReadBuffers();
    const slab = buffers.take(true);
    const piece = lend(slab, 0, 1000);
    buffers.giveBack(piece);
    expect(buffers.take(true) === slab).toBe(false);
    lend(slab, 1000, 1001);
    buffers.retire(slab);
    expect(buffers.take(true) === slab).toBe(false);
  });

  it('ignores pieces of something else', () => {
    const buffers = new ReadBuffers();
    buffers.giveBack(Buffer.from('a manifest'));
    buffers.giveBack(new ReadBuffers().take(true).bytes.subarray(0, 10));
    expect(buffers.take(true).lentBytes).toBe(0);
  });

  it('has small ones for connections that are not busy', () => {
    const buffers = new ReadBuffers();
    const small = buffers.take(false);
    buffers.retire(small);
    const large = buffers.take(true);
    expect(large.bytes.length).toBeGreaterThan(small.bytes.length);
    buffers.retire(large);
    expect(buffers.take(false).bytes.length).toBe(small.bytes.length);
  });

  it('keeps no more than a few megabytes', () => {
    const buffers = new ReadBuffers();
    const taken = Array.from({ length: 100 }, () => buffers.take(true));
    for (const slab of taken) buffers.retire(slab);
    const again = new Set(Array.from({ length: 100 }, () => buffers.take(true)));
    expect(taken.filter((slab) => again.has(slab)).length).toBe(16);
  });
});
