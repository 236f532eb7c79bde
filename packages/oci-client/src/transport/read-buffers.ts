/**
 * Bytes of a buffer for answers without much content, and for blobs: the larger what is read at once, the less it costs.
 * Node's own reads are of 64 KiB, and of 16 KiB with TLS.
 */
const smallBytes = 128 * 1024;
const largeBytes = 1024 * 1024;

/** Large buffers kept for the next reader; more than that are left to the garbage collector, and so are small ones. */
const mostSpare = 16;

/** One buffer, filled from its start by one connection. */
export interface Slab {
  readonly bytes: Buffer;
  /** Bytes that have been passed on and have not been given back. */
  lentBytes: number;
  /** Nobody reads into it any more. */
  isFull: boolean;
}

/**
 * Buffers that connections read blobs into, used over and over: a new one for every read costs more than the read does
 * (pages to clear, and a garbage collector that runs all the time). Pieces of them are lent; whoever has sent a piece and
 * needs it no more gives it back. What is never given back, such as headers and manifests, only costs its buffer: that
 * is not used again then.
 */
export class ReadBuffers {
  readonly #slabs = new WeakMap<ArrayBufferLike, Slab>();
  readonly #spare: Slab[] = [];

  /** An empty buffer for one connection; `isBusy` when more comes than a small one holds. */
  take(isBusy: boolean): Slab {
    const spare = isBusy ? this.#spare.pop() : undefined;
    if (spare !== undefined) return spare;
    const bytes = Buffer.allocUnsafeSlow(isBusy ? largeBytes : smallBytes);
    const slab = { bytes, lentBytes: 0, isFull: false };
    this.#slabs.set(slab.bytes.buffer, slab);
    return slab;
  }

  /** The connection is done with a buffer: it is used again as soon as all of it has been given back. */
  retire(slab: Slab): void {
    slab.isFull = true;
    this.#reuse(slab);
  }

  /** Takes back a piece that nobody looks at again, once. A piece of something else is ignored. */
  giveBack(piece: Uint8Array): void {
    const slab = this.#slabs.get(piece.buffer);
    if (slab === undefined) return;
    slab.lentBytes -= piece.length;
    this.#reuse(slab);
  }

  #reuse(slab: Slab): void {
    if (!slab.isFull || slab.lentBytes > 0 || slab.bytes.length < largeBytes) return;
    if (this.#spare.length >= mostSpare) return;
    slab.isFull = false;
    this.#spare.push(slab);
  }
}
